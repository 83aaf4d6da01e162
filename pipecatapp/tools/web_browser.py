"""`web_browser`: reads and uses web pages in Chromium."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator

from pipecatapp.errors import UserError
from pipecatapp.tools.browser import examples
from pipecatapp.tools.browser.addresses import AddressGuard
from pipecatapp.tools.browser.chromium import INSTALL, Chromium, first_line
from pipecatapp.tools.browser.controls import (
    BUTTONS,
    FIELDS,
    FIND_SECONDS,
    LINKS,
    FormControl,
    choose,
    controls_of,
    list_names,
)
from pipecatapp.tools.browser.loading import act, load, require_usable
from pipecatapp.tools.browser.proxy import ForwardProxy, NoAnswerError
from pipecatapp.tools.browser.reading import page_text, read, told_deed
from pipecatapp.tools.browser.tabs import Tab, Tabs
from pipecatapp.tools.browser.urls import candidate_urls, names_page, said_addresses
from pipecatapp.tools.tool import Call, DirectCall, Resources, ToolError, Toolset, tool

LONGEST_TYPED = 2000
NO_PAGE = "No page is open. Tell me which one to open first."
KINDS = ("button", "link", "tab", "checkbox", "field", "box", "bar", "input", "area")
"""What the model may call a control of a page though nobody did."""
_SAME_WINDOW = "element => element.closest('a, area, form')?.setAttribute('target', '_self')"


class WebBrowser(Toolset):
    """Opens one page per conversation, on the public Internet and where the settings allow."""

    namespace = "web_browser"

    def __init__(self, resources: Resources):
        """Set up the toolset; the first page starts the browser.

        Args:
            resources: What the toolset may use of the agent.
        """
        super().__init__(resources)
        self._guard: AddressGuard | None = None
        self._chromium: Chromium | None = None
        self._tabs: Tabs | None = None

    async def unavailable(self) -> str | None:
        """Return None if Chromium is installed and the settings are valid, else what is wrong."""
        path = self.resources.settings.web_browser
        if not await asyncio.to_thread(os.access, path, os.X_OK):
            return f"there is no Chromium at {path}: {INSTALL}"
        try:
            AddressGuard(self.resources.settings.web_browser_allow).close()
        except UserError as error:
            return str(error)
        return None

    @tool(
        examples=examples.GOTO,
        purpose="open {url}",
        few_shot={"read me the news on debian dot org slash news": {"url": "debian.org/news"}},
        # "The front page of hacker news" has an address in which nobody's words are but "news".
        provenance={"url": "address"},
        adds=("http", "https", "www", "com", "org", "net", "html", "index"),
        asks={"url": "Which page do you mean?"},
        act="open",
    )
    async def goto(self, call: Call, url: str) -> str:
        """Open a web page and read it.

        Args:
            url: the page's address, such as example.org
        """
        urls = candidate_urls(url)
        tab = await self._started_tabs().open(call.conversation.id)
        try:
            return await self._goto(call, tab, urls)
        except ToolError:
            if tab.usable:
                raise
        # Chromium or the open page has crashed in between.
        return await self._goto(call, await self._started_tabs().open(call.conversation.id), urls)

    @tool(examples=examples.GET_PAGE_CONTENT, read_only=True, act="page")
    async def get_page_content(self, call: Call) -> str:
        """Read the open web page again, with the names of its buttons, links and fields."""
        tab = self._open_tab(call)
        async with self._working(call, tab):
            reading = await read(tab)
            return page_text(reading, [], list_names(await controls_of(tab)))

    @tool(
        examples=examples.CLICK,
        sensitive=True,
        spoken=told_deed,
        purpose="click on {target}",
        few_shot={"hit the sign up button": {"target": "sign up"}},
        adds=KINDS,
        asks={"target": "What shall I click on?"},
        act="click",
        explicit=True,
    )
    async def click(self, call: Call, target: str) -> str:
        """Click on a button or link of the open web page.

        Args:
            target: its visible name
        """
        tab = self._open_tab(call)
        async with self._working(call, tab):
            control, element = await self._find(tab, target, BUTTONS | LINKS | FIELDS)

            async def click() -> None:
                # A link that would open another window is followed in this one.
                await element.evaluate(_SAME_WINDOW, timeout=FIND_SECONDS * 1000)
                await element.click(timeout=FIND_SECONDS * 1000)

            notes = await act(tab, click, self._proxy())
            return page_text(await read(tab), [f'Clicked {control.role} "{control.name}".', *notes])

    @tool(
        examples=examples.TYPE,
        sensitive=True,
        spoken=told_deed,
        purpose="type {text} into {target}",
        few_shot={"enter berlin in the city field": {"target": "city", "text": "berlin"}},
        adds=KINDS,
        asks={"target": "Into which field shall I type that?", "text": "What shall I type?"},
        act="type",
        explicit=True,
    )
    async def type(self, call: Call, target: str, text: str) -> str:
        """Type text into a field of the open web page.

        Args:
            target: the field's visible name
            text: what to type; a line break at its end presses Enter
        """
        if len(text) > LONGEST_TYPED:
            raise ToolError(f"At most {LONGEST_TYPED} characters can be typed at once")
        tab = self._open_tab(call)
        async with self._working(call, tab):
            control, element = await self._find(tab, target, FIELDS)
            await _refuse_password(element)
            enters = text.endswith("\n")

            async def fill() -> None:
                await element.fill(text.rstrip("\n"), timeout=FIND_SECONDS * 1000)
                if enters:
                    await element.press("Enter", timeout=FIND_SECONDS * 1000)

            notes = await act(tab, fill, self._proxy())
            done = f'Typed into "{control.name}"' + (" and pressed Enter." if enters else ".")
            return (
                page_text(await read(tab), [done, *notes]) if enters else "\n".join([done, *notes])
            )

    def revised(self, call: DirectCall, words: str) -> DirectCall | None:
        """Return a call that opens the address in the words, where another page would be read."""
        name, arguments = call
        addresses = said_addresses(words)
        if name not in (f"{self.namespace}.goto", f"{self.namespace}.get_page_content"):
            return call
        if not addresses or any(names_page(arguments.get("url"), said) for said in addresses):
            return call
        return f"{self.namespace}.goto", {"url": addresses[0]}

    def not_now(self, name: str, conversation_id: str) -> str | None:
        """Return that no page is open in a conversation, where a tool needs one."""
        opens = name == f"{self.namespace}.goto"
        is_open = self._tabs is not None and self._tabs.find(conversation_id) is not None
        return None if opens or is_open else NO_PAGE

    async def logged_out(self, conversation_id: str) -> None:
        """Close a conversation's page and delete its cookies."""
        if self._tabs:
            await self._tabs.close(conversation_id)

    async def close(self) -> None:
        """End Chromium."""
        if self._tabs and self._guard:
            await self._tabs.close_all()
            self._guard.close()
        self._tabs = self._chromium = self._guard = None

    async def _goto(self, call: Call, tab: Tab, urls: list[str]) -> str:
        async with self._working(call, tab):
            call.progress(f"opening {urls[0][:100]}")
            try:
                notes = await load(tab, urls[0], self._proxy())
            except NoAnswerError:
                if len(urls) == 1:
                    raise
                notes = await load(tab, urls[1], self._proxy())
            return page_text(await read(tab), notes)

    def _started_tabs(self) -> Tabs:
        if self._tabs is None:
            settings = self.resources.settings
            try:
                self._guard = AddressGuard(settings.web_browser_allow)
            except UserError as error:
                raise ToolError(str(error)) from error
            self._chromium = Chromium(settings.web_browser, self._guard)
            self._tabs = Tabs(self._chromium)
        return self._tabs

    def _proxy(self) -> ForwardProxy:
        proxy = self._chromium.proxy if self._chromium else None
        if proxy is None:
            raise ToolError("The browser was closed: open the page again")
        return proxy

    def _open_tab(self, call: Call) -> Tab:
        tab = self._tabs.find(call.conversation.id) if self._tabs else None
        if tab is None:
            raise ToolError("No page is open: say which one to open first")
        return tab

    @asynccontextmanager
    async def _working(self, call: Call, tab: Tab) -> AsyncIterator[None]:
        """Lock the page against other calls of the conversation."""
        async with tab.busy:
            require_usable(tab)
            try:
                yield
            except PlaywrightError as error:
                require_usable(tab)
                raise ToolError(
                    f"The page does not let that be done: {first_line(error)}"
                ) from error
            finally:
                if self._tabs:
                    self._tabs.touch(call.conversation.id)

    async def _find(
        self, tab: Tab, target: str, roles: frozenset[str]
    ) -> tuple[FormControl, Locator]:
        control = choose(await controls_of(tab), target, roles)
        return control, tab.page.locator(f"aria-ref={control.ref}")


async def _refuse_password(element: Locator) -> None:
    kind = await element.get_attribute("type", timeout=FIND_SECONDS * 1000) or ""
    completion = await element.get_attribute("autocomplete", timeout=FIND_SECONDS * 1000) or ""
    if kind.lower() == "password" or "password" in completion.lower():
        raise ToolError("Passwords are not typed by me: log in with a browser of your own")
