"""A client of the API of the agent that runs on this machine."""

import ssl
from typing import Any

import httpx

from pipecatapp.errors import UserError
from pipecatapp.mission_control.auth.keys import KeyStore
from pipecatapp.mission_control.server import announcement
from pipecatapp.mission_control.tls.authority import Authority
from pipecatapp.settings import Settings

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 30.0
NOT_RUNNING = "No agent runs on this machine. Start it with `pipecatapp run`."
ELSEWHERE = (
    "The agent does not run on this node. `ansible-playbook status.yaml` names the one that it "
    "runs on: ask there."
)


class NotRunningError(UserError):
    """No agent of this state directory runs on this machine."""


def not_running(settings: Settings) -> str:
    """Return the message for a machine on which no agent answers."""
    return ELSEWHERE if settings.mode == "cluster" else NOT_RUNNING


def agent_url(settings: Settings) -> str:
    """Return the running agent's address, without a trailing slash."""
    try:
        return announcement(settings).read_text().strip()
    except OSError:
        scheme = "https" if settings.lan else "http"
        return f"{scheme}://127.0.0.1:{settings.port}"


def agent_headers(settings: Settings) -> dict[str, str]:
    """Return the headers that identify the command line.

    Raises:
        NotRunningError: No agent ever ran here.
        UserError: The key belongs to another user.
    """
    key = KeyStore(settings.home).read_local()
    if key is None:
        raise NotRunningError(not_running(settings))
    return {"Authorization": f"Bearer {key}"}


def agent_ssl(settings: Settings) -> ssl.SSLContext | None:
    """Return a context that trusts only the agent's own authority, or None for plain HTTP."""
    if not agent_url(settings).startswith("https:"):
        return None
    return ssl.create_default_context(cafile=str(Authority(settings.home).certificate_path))


def ask_agent(
    settings: Settings,
    method: str,
    path: str,
    body: Any = None,
    *,
    params: dict[str, str | int] | None = None,
    seconds: float = ANSWER_SECONDS,
) -> Any:
    """Send a request to the running agent and return its JSON answer, or None if it is empty.

    Args:
        settings: Where the state directory is.
        method: HTTP method.
        path: Path of the API, such as `/api/status`.
        body: JSON to send, if any.
        params: The query of the address, if any.
        seconds: How long the answer may take.

    Raises:
        NotRunningError: No agent runs here, or it belongs to another state directory.
        UserError: The agent refused, or it does not answer.
    """
    verify = agent_ssl(settings) or True
    timeout = httpx.Timeout(seconds, connect=CONNECT_SECONDS)
    try:
        # A proxy that the environment names may be on another machine: it must not see the key.
        with httpx.Client(verify=verify, timeout=timeout, trust_env=False) as client:
            answer = client.request(
                method,
                agent_url(settings) + path,
                headers=agent_headers(settings),
                json=body,
                params=params,
            )
    except httpx.ConnectError as error:
        raise NotRunningError(not_running(settings)) from error
    except httpx.HTTPError as error:
        raise UserError(f"The agent does not answer ({error}). See its log.") from error
    if answer.status_code == 401 and settings.mode == "cluster":
        raise NotRunningError(ELSEWHERE)  # another program has taken its port
    if answer.status_code == 401:
        raise NotRunningError(
            f"The server at {agent_url(settings)} does not know the key in {settings.home}: "
            "start the agent of that directory, or set PIPECATAPP_HOME to the other one's."
        )
    if answer.status_code >= 400:
        raise UserError(_refusal(answer))
    return answer.json() if answer.content else None


def _refusal(answer: httpx.Response) -> str:
    try:
        body = answer.json()
        reason = body.get("error") or body.get("detail")
    except (ValueError, AttributeError):
        reason = None
    return f"The agent refused (HTTP {answer.status_code}): {reason or 'see its log'}"
