"""Keeps one page per conversation, each with its own cookies."""

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine
from contextlib import suppress

from playwright.async_api import BrowserContext, CDPSession, Dialog, Page, Request, Response
from playwright.async_api import Error as PlaywrightError

from pipecatapp.tools.browser.chromium import STOP_SECONDS, Chromium

IDLE_SECONDS = 600.0
LARGEST_PAGE = 20_000_000
"""Bytes, with images and scripts; in memory a page takes several times as much."""
MOST_TABS = 3
"""Each takes a hundred megabytes or more."""

_GONE = ("has been closed", "Connection closed", "crashed")


class Tab:
    """A page and what has happened to it since `reset`.

    Args:
        context: A browser context with this page alone.
        page: The page.
        session: A DevTools session with the page.

    Attributes:
        busy: Held while a tool works on the page.
        response: The last response to a request for the page itself (a navigation).
        failed: The last navigation request that failed.
        awaited: A navigation request that has no response yet.
        pending: All requests of the page that have not ended.
        received: How much the page has loaded, in bytes, decompressed.
        too_large: Set when that was too much and the page was stopped.
        windows: How many other windows the page tried to open.
        crashed: Whether the page's process has died.
    """

    def __init__(self, context: BrowserContext, page: Page, session: CDPSession) -> None:
        self.context, self.page, self.session = context, page, session
        self.busy = asyncio.Lock()
        self.crashed = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._traffic = asyncio.Event()
        self.reset()
        page.on("request", self._on_request)
        page.on("response", self._on_response)
        page.on("requestfinished", self._on_finished)
        page.on("requestfailed", self._on_failed)
        page.on("dialog", self._on_dialog)
        page.on("crash", self._on_crash)
        context.on("page", self._on_window)
        session.on("Network.dataReceived", self._on_data)

    @classmethod
    async def open(cls, chromium: Chromium) -> "Tab":
        """Open an empty page.

        Raises:
            ToolError: Chromium cannot be started.
        """
        context = await chromium.new_context()
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        await session.send("Network.enable")
        return cls(context, page, session)

    def reset(self) -> None:
        """Forget what has happened so far."""
        self.response: Response | None = None
        self.failed: Request | None = None
        self.awaited: Request | None = None
        self.pending: set[Request] = set()
        self.received = 0
        self.windows = 0
        self.too_large = asyncio.Event()

    def note_error(self, error: PlaywrightError) -> None:
        """Mark the page as crashed if an error means that it is gone."""
        self.crashed |= any(sign in str(error) for sign in _GONE)

    @property
    def usable(self) -> bool:
        """Whether the page still works."""
        browser = self.context.browser
        connected = browser is not None and browser.is_connected()
        return connected and not self.crashed and not self.page.is_closed()

    async def stop(self) -> None:
        """Stop loading and end the scripts that run now."""
        with suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await self.session.send("Runtime.terminateExecution")
                await self.session.send("Page.stopLoading")

    async def close(self) -> None:
        """Close the page and delete its cookies."""
        with suppress(PlaywrightError, TimeoutError):
            await asyncio.wait_for(self.context.close(), STOP_SECONDS)

    async def wait_for_traffic(self, seconds: float) -> bool:
        """Return whether a request begins or ends within some seconds."""
        self._traffic.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await self._traffic.wait()
        return False

    def _on_request(self, request: Request) -> None:
        self._traffic.set()
        self.pending.add(request)
        if self._is_own(request):
            self.awaited = request

    def _on_response(self, response: Response) -> None:
        if self._is_own(response.request):
            self.response, self.failed, self.awaited = response, None, None

    def _on_finished(self, request: Request) -> None:
        self._traffic.set()
        self.pending.discard(request)

    def _on_failed(self, request: Request) -> None:
        self._on_finished(request)
        if self._is_own(request):
            self.failed = request
            self.awaited = None if self.awaited == request else self.awaited

    def _is_own(self, request: Request) -> bool:
        """Return whether a request was made for the page itself."""
        return request.is_navigation_request() and request.frame == self.page.main_frame

    def _on_data(self, event: dict[str, int]) -> None:
        self.received += event["dataLength"]
        if self.received > LARGEST_PAGE and not self.too_large.is_set():
            self.too_large.set()
            self._spawn(self.stop())

    def _on_crash(self, page: Page) -> None:
        self.crashed = True

    def _on_dialog(self, dialog: Dialog) -> None:
        # Dismissing the question whether to leave a page would keep it open for ever.
        leave = dialog.type == "beforeunload"
        self._spawn(dialog.accept() if leave else dialog.dismiss())

    def _on_window(self, page: Page) -> None:
        self.windows += 1
        self._spawn(page.close())

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(_ignore_closed_page(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Tabs:
    """The open tabs by conversation; Chromium ends with the last one.

    Args:
        chromium: The browser that opens them.
    """

    def __init__(self, chromium: Chromium) -> None:
        self._chromium = chromium
        self._tabs: OrderedDict[str, Tab] = OrderedDict()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._opening = asyncio.Lock()

    def find(self, conversation_id: str) -> Tab | None:
        """Return a conversation's tab, or None if it has none that works."""
        tab = self._tabs.get(conversation_id)
        return tab if tab and tab.usable else None

    async def open(self, conversation_id: str) -> Tab:
        """Return a conversation's tab; open one if it has none.

        If there are too many, the one that was used longest ago is closed.

        Raises:
            ToolError: Chromium cannot be started.
        """
        async with self._opening:
            tab = self.find(conversation_id)
            if tab is None:
                await self._drop(conversation_id)
                while len(self._tabs) >= MOST_TABS:
                    await self._drop(next(iter(self._tabs)))
                tab = self._tabs[conversation_id] = await Tab.open(self._chromium)
        return tab

    def touch(self, conversation_id: str) -> None:
        """Restart the idle time of a tab that was just used."""
        if conversation_id not in self._tabs:
            return
        self._tabs.move_to_end(conversation_id)
        if timer := self._timers.pop(conversation_id, None):
            timer.cancel()
        loop = asyncio.get_running_loop()
        self._timers[conversation_id] = loop.call_later(IDLE_SECONDS, self._idle, conversation_id)

    async def close(self, conversation_id: str) -> None:
        """Close a conversation's tab, and Chromium if it was the last one."""
        async with self._opening:
            had_one = conversation_id in self._tabs
            await self._drop(conversation_id)
            if had_one and not self._tabs:
                await self._chromium.close()

    async def close_all(self) -> None:
        """Close every tab, and Chromium."""
        async with self._opening:
            for conversation_id in list(self._tabs):
                await self._drop(conversation_id)
            await self._chromium.close()

    async def _drop(self, conversation_id: str) -> None:
        if timer := self._timers.pop(conversation_id, None):
            timer.cancel()
        if tab := self._tabs.pop(conversation_id, None):
            await tab.close()

    def _idle(self, conversation_id: str) -> None:
        tab = self._tabs.get(conversation_id)
        if tab and tab.busy.locked():
            self.touch(conversation_id)
            return
        task = asyncio.create_task(self.close(conversation_id))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _ignore_closed_page(work: Coroutine[None, None, None]) -> None:
    with suppress(PlaywrightError):
        await work
