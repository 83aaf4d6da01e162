import math
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from pipecatapp.mission_control.server import uvicorn_config
from pipecatapp.mission_control.web import create_app
from pipecatapp.settings import Settings

from .echo_agent import EchoAgent

START_SECONDS = 180
CONNECTING_MS = 60_000
"""Chromium may wait for a core when other tests have a model write."""
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--autoplay-policy=no-user-gesture-required",
    # A name that is not this machine's own: pages under it are no secure context.
    "--host-resolver-rules=MAP twin.test 127.0.0.1",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


class Server:
    """An agent under test: where it is, and a way to log in."""

    def __init__(self, url: str, new_link: Callable[[], str], agent: Any = None) -> None:
        self.url = url
        self.new_link = new_link
        self.agent = agent


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("Chromium is not installed: apt install chromium")
    return path


@pytest.fixture(scope="session")
def spoken_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of a tone, then three of silence; Chromium's microphone repeats it."""
    path = tmp_path_factory.mktemp("audio") / "tone.wav"
    rate = 48000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        for index in range(4 * rate):
            value = 12000 * math.sin(2 * math.pi * 440 * index / rate) if index < rate else 0
            file.writeframesraw(struct.pack("<h", int(value)))
    return path


# Playwright keeps an event loop running in this thread while it is started: it must be stopped
# before asynchronous tests of other packages run.
@pytest.fixture(scope="package")
def launch(chromium_path: str) -> Iterator[Callable[[Path], Browser]]:
    """Start Chromium with a file for a microphone."""
    with sync_playwright() as playwright:
        browsers: list[Browser] = []

        def start(microphone: Path) -> Browser:
            flags = [*CHROMIUM_FLAGS, f"--use-file-for-fake-audio-capture={microphone}"]
            browser = playwright.chromium.launch(executable_path=chromium_path, args=flags)
            browsers.append(browser)
            return browser

        yield start
        for browser in browsers:
            browser.close()


@pytest.fixture(scope="package")
def browser(launch: Callable[[Path], Browser], spoken_file: Path) -> Browser:
    return launch(spoken_file)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(15000)
    yield context
    context.close()


@pytest.fixture
def listening() -> dict[str, Any]:
    """Settings that a test module may override."""
    return {}


@pytest.fixture
def echo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listening: dict[str, Any]
) -> Iterator[Server]:
    """Mission Control before a pipeline without models."""
    monkeypatch.setenv("PIPECATAPP_HOME", str(tmp_path / "home"))
    agent = EchoAgent(Settings(**listening))
    app = create_app(agent)
    listener = socket.create_server(("127.0.0.1", 0))
    scheme = "https" if agent.settings.lan else "http"
    url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn_config(agent.settings, app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield Server(url, lambda: f"{url}/login?token={app.state.auth.tokens.create()}", agent)
    server.should_exit = True
    thread.join(30)
    assert not thread.is_alive()


@pytest.fixture
def page(context: BrowserContext, echo: Server) -> Iterator[Page]:
    """The page, logged in and connected, with no error on its console."""
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    page.goto(echo.new_link())
    try:
        page.wait_for_selector("#link[data-state=open]", timeout=CONNECTING_MS)
    except PlaywrightTimeout as error:
        raise AssertionError(f"The page does not connect. Its console: {problems}") from error
    yield page
    assert problems == []


@pytest.fixture(scope="package")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real agent, on a free port, with the models under PIPECATAPP_HOME."""
    home = os.environ.get("PIPECATAPP_HOME")
    if not home:
        pytest.skip("Set PIPECATAPP_HOME to a state directory that `bootstrap.sh` filled.")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {**os.environ, "PIPECATAPP_PORT": str(port), "PIPECATAPP_HOST": "127.0.0.1"}
    command = [sys.executable, "-c", "from pipecatapp.cli import main; main()"]
    log = tmp_path_factory.mktemp("agent") / "agent.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "run"], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_healthy(process, url, log)

        def new_link() -> str:
            return subprocess.run(
                [*command, "login-link"],
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            ).stdout.strip()

        yield Server(url, new_link)
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_healthy(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{url}/health", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            # Nothing tells that a socket opened; asking again is the only way to know.
            time.sleep(0.2)
    pytest.fail(f"The agent did not become healthy:\n{log.read_text(errors='replace')[-4000:]}")
