"""A person, who logs in by a link, types, and may allow what programs may not."""

import re
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import httpx

from pipecatapp.client.api import ask_agent
from pipecatapp.mission_control.auth.auth import COOKIE

from .conftest import RunningAgent
from .room import Room, open_page

ANSWER_SECONDS = 60.0
TOKEN = re.compile(r"/login\?token=([\w-]+)")


@dataclass(frozen=True)
class Person:
    """Somebody who is logged in.

    Attributes:
        url: Of the page, without a trailing slash.
        cookie: The value of the session's.
    """

    url: str
    cookie: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Origin": self.url, "Cookie": f"{COOKIE}={self.cookie}"}

    async def request(self, method: str, path: str, body: Any = None) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False, timeout=ANSWER_SECONDS) as client:
            return await client.request(method, self.url + path, json=body, headers=self.headers)

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return what is answered, which must be no failure."""
        answer = (await self.request(method, path, body)).raise_for_status()
        return answer.json() if answer.content else None

    async def decide(self, call: dict[str, Any], approve: bool) -> int:
        """Allow or deny a call that waits; return the answer's status."""
        body = {"digest": call["digest"], "approve": approve}
        return (await self.request("POST", f"/api/approvals/{call['id']}", body)).status_code


def log_in(url: str, link: str) -> Person:
    """Follow a login link, at whatever address the page is.

    Args:
        url: Of the page, without a trailing slash.
        link: As `pipecatapp login-link` prints it.
    """
    (token,) = TOKEN.findall(link)
    with httpx.Client(trust_env=False, timeout=ANSWER_SECONDS) as client:
        answer = client.post(f"{url}/login", data={"token": token}, headers={"Origin": url})
    if answer.status_code != httpx.codes.SEE_OTHER:
        raise RuntimeError(f"{url} lets nobody in by {link}: {answer.status_code}")
    return Person(url, answer.cookies[COOKIE])


def new_person(agent: RunningAgent) -> Person:
    """Return somebody who has just logged in, whose conversation is new."""
    link = ask_agent(agent.settings, "POST", "/api/login-link", {})["url"]
    return log_in(agent.url, link)


def enter(person: Person) -> AbstractAsyncContextManager[Room]:
    """Open the page of a person who types and has no microphone."""
    return open_page(person.url, person.headers)
