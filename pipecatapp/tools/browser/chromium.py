"""Starts Chromium when it is first needed, and again after a crash."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

from loguru import logger
from playwright.async_api import Browser, BrowserContext, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from pipecatapp.tools.browser.addresses import AddressGuard
from pipecatapp.tools.browser.proxy import ForwardProxy
from pipecatapp.tools.tool import ToolError

START_SECONDS = 60
STOP_SECONDS = 10
INSTALL = "install it: sudo apt install chromium"
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    # The next flags keep all traffic in the proxy: Chromium resolves no names and sends no
    # datagrams.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--disable-quic",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",  # its older name
    # Otherwise the browser asks a server about the fields of forms.
    "--autofill-server-url=http://0.0.0.0/",
    "--disable-3d-apis",
    # A page must not fill the memory of an old machine.
    "--js-flags=--max-old-space-size=512",
)
FLAGS_LEFT_OUT = ("--disable-popup-blocking", "--disable-ipc-flooding-protection")
"""Flags that Playwright sets for tests of one's own pages; other pages could abuse them."""
ENVIRONMENT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
)
"""The variables that Chromium gets; others may hold secrets."""


class Chromium:
    """One browser process behind a proxy of its own.

    Args:
        path: The program.
        guard: Tells which addresses pages may reach.
    """

    def __init__(self, path: Path, guard: AddressGuard) -> None:
        self._path = path
        self._guard = guard
        self._proxy: ForwardProxy | None = None
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._lock = asyncio.Lock()
        self._warned = False

    @property
    def proxy(self) -> ForwardProxy | None:
        """The proxy while Chromium runs, else None."""
        return self._proxy

    async def new_context(self) -> BrowserContext:
        """Return an empty context without cookies; start Chromium if it does not run.

        Raises:
            ToolError: Chromium cannot be started.
        """
        async with self._lock:
            try:
                return await self._new_context()
            except PlaywrightError as error:
                logger.warning(f"Chromium starts again: {first_line(error)}")
                await self._stop()
            try:
                return await self._new_context()
            except PlaywrightError as error:
                raise ToolError(f"Chromium opens no page: {first_line(error)}") from error

    async def close(self) -> None:
        """End Chromium and the proxy; `new_context` starts them again."""
        async with self._lock:
            await self._stop()

    async def _new_context(self) -> BrowserContext:
        browser = self._browser
        if browser is None or not browser.is_connected():
            await self._stop()
            browser = await self._start()
        return await browser.new_context(
            accept_downloads=False,
            permissions=[],
            service_workers="block",
            viewport={"width": 1280, "height": 1024},
        )

    async def _start(self) -> Browser:
        as_root = os.geteuid() == 0
        if as_root and not self._warned:
            self._warned = True
            logger.warning("Chromium runs without its sandbox, as root has none: use another user")
        self._proxy = ForwardProxy(self._guard)
        try:
            url = await self._proxy.start()
            self._playwright = await async_playwright().start()
            self._browser = await self._playwright.chromium.launch(
                executable_path=self._path,
                args=list(FLAGS),
                ignore_default_args=list(FLAGS_LEFT_OUT),
                chromium_sandbox=not as_root,
                env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
                proxy={
                    "server": url,
                    "username": self._proxy.username,
                    "password": self._proxy.password,
                },
                timeout=START_SECONDS * 1000,
            )
        except (PlaywrightError, OSError) as error:
            await self._stop()
            raise ToolError(f"Chromium does not start: {first_line(error)}") from error
        except asyncio.CancelledError:
            await self._stop()
            raise
        return self._browser

    async def _stop(self) -> None:
        browser, self._browser = self._browser, None
        playwright, self._playwright = self._playwright, None
        proxy, self._proxy = self._proxy, None
        # A crashed process cannot be closed, but it is gone anyway.
        if browser:
            with suppress(PlaywrightError, TimeoutError):
                await asyncio.wait_for(browser.close(), STOP_SECONDS)
        if playwright:
            with suppress(PlaywrightError, TimeoutError):
                await asyncio.wait_for(playwright.stop(), STOP_SECONDS)
        if proxy:
            await proxy.close()


def first_line(error: Exception) -> str:
    """Return what an error of Playwright says, without its call log."""
    return str(error).split("\n", maxsplit=1)[0].strip()[:200]
