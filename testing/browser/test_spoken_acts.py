"""Deeds asked for by voice: the real agent and model, and a person who clicks on the page."""

import functools
import json
import os
import re
import socket
import subprocess
import sys
import threading
import wave
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from piper import PiperVoice
from playwright.sync_api import Browser, Page, expect

from ..integration.conftest import RunningAgent, start_agent  # noqa: F401 - a fixture
from ..integration.tools.docker_engine import engine_host, sandbox_image
from ..integration.tools.sshd import MISSING, SshServer

# Building the sandbox's image is part of the first test that runs code.
pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.timeout(1200)]

IMAGE = "twin-spoken-acts"
PATIENCE_MS = 150_000
EXPIRY_MS = 120_000
"""An approval expires after 60 s."""
SILENCE_SECONDS = 4
PAGE = "<main><p>On Friday there will be snow in Lisbon.</p></main>"

# As people say it: Piper speaks "uptime" so that no recognizer hears the word.
UPTIME = "Run up time on localhost."
WEATHER = "What does the page at localhost slash weather say?"
POWER = "What is 17 to the power of 9? Use Python."


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


@pytest.fixture(scope="module")
def engine() -> Iterator[str]:
    with engine_host() as host, sandbox_image(host, IMAGE):
        yield host


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
        # The one that an unburdened machine chooses; tests are a burden.
        STT_MODEL="faster-whisper-base",
    )
    yield running
    running.stop()


@pytest.fixture(scope="module")
def calculating(start_agent: StartAgent, engine: str) -> Iterator[RunningAgent]:  # noqa: F811
    running = start_agent(
        DOCKER_HOST=engine,
        CODE_RUNNER_IMAGE=IMAGE,
        LLM_MODEL="qwen2.5-coder-1.5b-instruct",
        STT_MODEL="faster-whisper-base",
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


@pytest.fixture
def speak(
    launch: Callable[[Path], Browser], tmp_path: Path
) -> Iterator[Callable[[RunningAgent, str], Page]]:
    """Say a sentence, once, into the microphone of a browser of its own."""
    browsers: list[Browser] = []

    def say(agent: RunningAgent, sentence: str) -> Page:
        microphone = tmp_path / f"microphone-{len(browsers)}.wav"
        with wave.open(str(microphone), "wb") as file:
            models = agent.settings.models_dir
            voice = PiperVoice.load(next(models.glob("*/*.onnx.json")).with_suffix(""))
            file.setparams((1, 2, voice.config.sample_rate, 0, "NONE", ""))
            silence = bytes(2 * voice.config.sample_rate * SILENCE_SECONDS)
            speech = b"".join(part.audio_int16_bytes for part in voice.synthesize(sentence))
            # A microphone hears for a while before anybody speaks.
            file.writeframes(silence + speech + silence)
        browsers.append(launch(microphone.with_name(f"{microphone.name}%noloop")))
        page = browsers[-1].new_context().new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(new_link(agent))
        page.wait_for_selector("#link[data-state=open]")
        page.get_by_text("Hands-free", exact=True).click()
        page.get_by_role("button", name="Listen").click()
        heard = page.locator(".entry.user .words").first
        expect(heard).to_contain_text(re.compile(r"\w"), timeout=PATIENCE_MS)
        print(f"heard: {heard.inner_text()!r}")
        return page

    yield say
    for browser in browsers:
        browser.close()


def once_more(test: Callable[..., None]) -> Callable[..., None]:
    """Let a test that fails try again before it counts: it speaks and hears in real time."""

    @functools.wraps(test)
    def attempt(*args: Any, **parameters: Any) -> None:
        try:
            test(*args, **parameters)
        except (Exception, pytest.fail.Exception) as failure:
            print(f"{test.__name__} tries again: {failure!r}")
            test(*args, **parameters)

    return attempt


def card(page: Page, *parts: str) -> Any:
    """Return the card of the call that waits, once it is there."""
    waiting = page.locator(".approval")
    for part in parts:
        expect(waiting).to_contain_text(part, timeout=PATIENCE_MS)
    expect(page.locator(".entry.assistant").first).to_contain_text("I need your yes")
    return waiting


def said(page: Page, pattern: str, *, answer: int, patience_ms: int = PATIENCE_MS) -> None:
    """See that the twin says something; of an answer to spoken words, that it does so aloud.

    Args:
        page: The page.
        pattern: What is found in it, whatever the case.
        answer: Which of the twin's answers it is: that it waits for a yes is one of its own.
        patience_ms: How long it may take.
    """
    entry = page.locator(".entry.assistant").nth(answer)
    words = re.compile(pattern, re.IGNORECASE)
    expect(entry.locator(".words")).to_contain_text(words, timeout=patience_ms)
    if answer == 0:
        expect(entry.locator(".foot")).to_contain_text("first audio", timeout=PATIENCE_MS)
    print(f"said: {entry.locator('.words').inner_text()!r}")


def events(agent: RunningAgent) -> list[dict[str, Any]]:
    """Return what the audit has of the last call."""
    lines = (agent.home / "audit" / "audit.jsonl").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    return [entry for entry in entries if entry["run"] == entries[-1]["run"]]


Speak = Callable[[RunningAgent, str], Page]


@once_more
def test_a_command_that_is_approved_by_click_runs(acting: RunningAgent, speak: Speak) -> None:
    page = speak(acting, UPTIME)
    card(page, "ssh.run_command", "uptime").get_by_role("button", name="Allow once").click()
    said(page, r"\bup\b|uptime|running|load|minutes|hours?|days?", answer=1)
    called, approved, result = events(acting)
    assert called["arguments"] == {"host": "localhost", "command": "uptime"}
    assert approved["verdict"] == "approved"
    assert "load average" in result["text"]


@once_more
def test_a_command_that_is_denied_by_click_does_not_run(acting: RunningAgent, speak: Speak) -> None:
    page = speak(acting, UPTIME)
    card(page, "ssh.run_command", "uptime").get_by_role("button", name="Deny").click()
    said(page, "I did not run uptime on localhost", answer=1)
    assert [event["event"] for event in events(acting)] == ["call", "approval"]


@once_more
def test_a_command_that_nobody_decides_on_expires(acting: RunningAgent, speak: Speak) -> None:
    page = speak(acting, UPTIME)
    card(page, "ssh.run_command", "uptime")
    said(
        page,
        "Nobody said yes in time, so I did not run uptime on localhost",
        answer=1,
        patience_ms=EXPIRY_MS,
    )
    assert [event["event"] for event in events(acting)] == ["call", "approval"]


@once_more
def test_a_page_is_read_by_http_where_nobody_said_https(
    acting: RunningAgent, speak: Speak, site: list[str]
) -> None:
    page = speak(acting, WEATHER)
    said(page, "snow|Lisbon", answer=0)
    assert "/weather" in site


@once_more
def test_a_sum_is_worked_out_in_python(calculating: RunningAgent, speak: Speak) -> None:
    page = speak(calculating, POWER)
    waiting = card(page, "code_runner.run_python_code", "17")
    waiting.get_by_role("button", name="Allow once").click()
    said(page, r"118[,. ]?587[,. ]?876[,. ]?497", answer=1)
    assert str(17**9) in events(calculating)[-1]["text"]
