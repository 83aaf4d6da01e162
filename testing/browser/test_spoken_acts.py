"""Deeds asked for by voice: the real agent and model, and a person who clicks on the page."""

import itertools
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import TimeoutError as NotInTimeError

from ..integration.conftest import RunningAgent, start_agent  # noqa: F401 - a fixture
from ..integration.tools.sshd import MISSING, SshServer
from ..speaking import renditions, write_microphone

# Building the sandbox's image is part of the first test that runs code.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.integration,
    pytest.mark.realtime,
    pytest.mark.timeout(1200),
]

STT_MODEL = "faster-whisper-base"
"""The one that an unburdened machine chooses; tests are a burden."""
PATIENCE_MS = 150_000
HEARING_MS = 60_000
GRACE_MS = 2_000
ATTEMPTS = 3
"""A person who is misunderstood says it again so often."""
PAGE = "<main><p>On Friday there will be snow in Lisbon.</p></main>"

# As people say it: Piper speaks "uptime" so that no recognizer hears the word.
UPTIME = "Run up time on localhost."
WEATHER = "What does the page at localhost slash weather say?"
POWER = "Use Python to calculate 17 to the power of 9."


def require_free(port: int) -> None:
    """Skip where a well-known port of this machine cannot be had."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        pytest.skip(f"port {port} of localhost cannot be had here: {error.strerror}")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    """This machine, as "localhost" without a port names it."""
    if MISSING:
        pytest.skip(MISSING)
    require_free(22)
    server = SshServer(tmp_path_factory.mktemp("sshd"), port=22)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def site() -> Iterator[list[str]]:
    """A page on this machine by HTTP alone, as in many a house; the paths that were asked for."""
    require_free(80)
    require_free(443)
    opened: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name
            opened.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE.encode())

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 80), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield opened
        server.shutdown()
        thread.join()


StartAgent = Callable[..., RunningAgent]


@pytest.fixture(scope="module")
def acting(
    start_agent: StartAgent,  # noqa: F811 - the fixture
    machine: SshServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningAgent]:
    known_hosts = tmp_path_factory.mktemp("ssh") / "known_hosts"
    known_hosts.write_text(machine.known_hosts().replace("[127.0.0.1]:22", "localhost"))
    running = start_agent(
        SSH_KEY_FILE=str(machine.client_key),
        SSH_KNOWN_HOSTS=str(known_hosts),
        SSH_USER=machine.user,
        WEB_BROWSER_ALLOW="localhost",
        LLM_MODEL="qwen2.5-coder-1.5b-instruct",
        STT_MODEL=STT_MODEL,
    )
    yield running
    running.stop()


@pytest.fixture(scope="module")
def calculating(
    start_agent: StartAgent,  # noqa: F811 - the fixture
    engine: str,
    image: str,
) -> Iterator[RunningAgent]:
    running = start_agent(
        DOCKER_HOST=engine,
        CODE_RUNNER_IMAGE=image,
        LLM_MODEL="qwen2.5-coder-1.5b-instruct",
        STT_MODEL=STT_MODEL,
    )
    yield running
    running.stop()


def new_link(agent: RunningAgent) -> str:
    answer = subprocess.run(
        [Path(sys.executable).with_name("pipecatapp"), "login-link"],
        env={**os.environ, "PIPECATAPP_HOME": str(agent.home)},
        check=True,
        capture_output=True,
        text=True,
    )
    return answer.stdout.strip()


Awaited = Callable[[Page], Locator]
Speak = Callable[[RunningAgent, str, Awaited], Page]


@pytest.fixture
def speak(launch: Callable[[Path], Browser], tmp_path: Path) -> Iterator[Speak]:
    """Say a sentence into the microphone of a browser of its own, and again if it is misheard."""
    browsers: list[Browser] = []

    def say(agent: RunningAgent, sentence: str, awaited: Awaited) -> Page:
        heard = []
        spoken = renditions(agent.settings.models_dir, sentence, by=STT_MODEL)
        for number, samples in zip(range(ATTEMPTS), itertools.cycle(spoken), strict=False):
            microphone = tmp_path / f"microphone-{number}.wav"
            write_microphone(microphone, samples)
            browsers.append(launch(microphone.with_name(f"{microphone.name}%noloop")))
            page = listening_page(browsers[-1], agent)
            if comes(awaited(page), page):
                return page
            heard.append(page.locator("#log").inner_text())
            browsers.pop().close()
        return pytest.fail(f"{sentence!r} came to something else:\n" + "\n".join(heard))

    yield say
    for browser in browsers:
        browser.close()


def listening_page(browser: Browser, agent: RunningAgent) -> Page:
    page = browser.new_context().new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(new_link(agent))
    page.wait_for_selector("#link[data-state=open]")
    page.get_by_text("Hands-free", exact=True).click()
    page.get_by_role("button", name="Listen").click()
    return page


def comes(awaited: Locator, page: Page) -> bool:
    """Tell whether something comes of what is said, as soon as it does or no longer can."""
    heard = page.locator(".entry.user .words").filter(has_text=re.compile(r"\w")).first
    answered = page.locator(".entry.assistant:not(.interrupted) .foot")
    try:
        heard.wait_for(timeout=HEARING_MS)
        awaited.or_(answered).first.wait_for(state="attached")
        awaited.first.wait_for(timeout=GRACE_MS)
    except NotInTimeError:
        return False
    print(f"heard: {heard.inner_text()!r}")
    return True


def card(*parts: str) -> Awaited:
    """Return what finds the card of a call that waits for a yes."""

    def find(page: Page) -> Locator:
        found = page.locator(".approval")
        for part in parts:
            found = found.filter(has_text=part)
        return found

    return find


def decide(page: Page, waiting: Awaited, button: str) -> str:
    """Decide on a call, and return what the twin says of it."""
    return answer(page, lambda: waiting(page).get_by_role("button", name=button).click())


def answer(page: Page, act: Callable[[], object] = lambda: None) -> str:
    """Return the answer that follows upon an act; the one before asks for a yes."""
    answers = page.locator(".entry.assistant")
    expect(answers.last).to_contain_text("I need your yes")
    said = answers.nth(answers.count())
    act()
    said.wait_for()
    expect(said).not_to_have_class(re.compile(r"\bwaiting\b"), timeout=PATIENCE_MS)
    print(f"said: {said.locator('.words').inner_text()!r}")
    return said.locator(".words").inner_text()


def events(agent: RunningAgent) -> list[dict[str, Any]]:
    """Return what the audit has of the last call."""
    lines = (agent.home / "audit" / "audit.jsonl").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    return [entry for entry in entries if entry["run"] == entries[-1]["run"]]


RUNS_UPTIME = card("ssh.run_command", "uptime", "localhost")


def test_a_command_that_is_approved_by_click_runs(acting: RunningAgent, speak: Speak) -> None:
    page = speak(acting, UPTIME, RUNS_UPTIME)
    said = decide(page, RUNS_UPTIME, "Allow once")
    assert re.search(r"\bup\b|uptime|running|load|minutes|hours?|days?", said, re.IGNORECASE)
    called, approved, result = events(acting)
    assert called["arguments"] == {"host": "localhost", "command": "uptime"}
    assert approved["verdict"] == "approved"
    assert "load average" in result["text"]


def test_a_command_that_is_denied_by_click_does_not_run(acting: RunningAgent, speak: Speak) -> None:
    page = speak(acting, UPTIME, RUNS_UPTIME)
    assert "I did not run uptime on localhost" in decide(page, RUNS_UPTIME, "Deny")
    assert [event["event"] for event in events(acting)] == ["call", "approval"]


@pytest.mark.long
def test_a_command_that_nobody_decides_on_expires(acting: RunningAgent, speak: Speak) -> None:
    page = speak(acting, UPTIME, RUNS_UPTIME)
    assert "Nobody said yes in time, so I did not run uptime on localhost" in answer(page)
    assert [event["event"] for event in events(acting)] == ["call", "approval"]


def test_a_page_is_read_by_http_where_nobody_said_https(
    acting: RunningAgent, speak: Speak, site: list[str]
) -> None:
    def told(page: Page) -> Locator:
        return page.locator(".entry.assistant").filter(has_text=re.compile("snow|Lisbon", re.I))

    page = speak(acting, WEATHER, told)
    expect(told(page).locator(".foot")).to_contain_text("first audio", timeout=PATIENCE_MS)
    assert "/weather" in site


def test_a_sum_is_worked_out_in_python(calculating: RunningAgent, speak: Speak) -> None:
    calculates = card("code_runner.run_python_code", "17")
    said = decide(speak(calculating, POWER, calculates), calculates, "Allow once")
    assert re.search(r"118[,. ]?587[,. ]?876[,. ]?497", said)
    assert str(17**9) in events(calculating)[-1]["text"]
