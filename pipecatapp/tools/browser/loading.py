"""Loads pages within limits of time and size, and explains failures."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from pipecatapp.tools.browser.chromium import first_line
from pipecatapp.tools.browser.proxy import ForwardProxy, NoAnswerError
from pipecatapp.tools.browser.tabs import LARGEST_PAGE, Tab
from pipecatapp.tools.tool import ToolError

LOAD_SECONDS = 20.0
ATTEMPTS = 3
ERROR_PAGE_SECONDS = 1.0
LATE_SECONDS = 5.0
SETTLE_SECONDS = 3.0
"""How long the scripts of a loaded page may take to fill it."""
NETWORK_IDLE_SECONDS = 0.5
"""A page whose network is idle for so long counts as filled."""

_REASONS = {
    "ERR_TOO_MANY_REDIRECTS": "{host} redirects in a circle",
    "ERR_CERT_": "the certificate of {host} is not valid: it may not be who it says",
    "ERR_UNSAFE_PORT": "{host} is at a port that browsers do not open",
    "ERR_UNSAFE_REDIRECT": "{host} redirects to something that is no web page",
    "ERR_UNKNOWN_URL_SCHEME": "{host} redirects to something that is no web page",
    "ERR_INVALID_": "{host} redirects to an address that is none",
}
_NO_HTTPS = ("ERR_SSL_", "ERR_CONNECTION_", "ERR_EMPTY_RESPONSE", "ERR_TUNNEL_")


async def load(tab: Tab, url: str, proxy: ForwardProxy) -> list[str]:
    """Open a URL.

    Returns:
        Notes about the page, a line each.

    Raises:
        NoAnswerError: No server answers there, or none that speaks HTTPS.
        ToolError: The URL cannot be opened for another reason.
    """
    deadline = asyncio.get_running_loop().time() + LOAD_SECONDS
    tab.reset()
    try:
        await _navigate(tab, url)
    except PlaywrightTimeout as error:
        await tab.stop()
        host = urlsplit(url).netloc
        raise ToolError(f"{host} did not answer within {LOAD_SECONDS:g} seconds") from error
    except PlaywrightError as error:
        # Chromium's own error page follows; without this wait it would interrupt the next page.
        await _reaches(tab, "chrome-error:", ERROR_PAGE_SECONDS)
        raise _load_error(tab, proxy, error, url) from error
    return await settle(tab, proxy, deadline)


async def _navigate(tab: Tab, url: str) -> None:
    for _ in range(ATTEMPTS):
        try:
            await tab.page.goto(url, wait_until="commit", timeout=LOAD_SECONDS * 1000)
        except PlaywrightError as error:
            if "interrupted by another navigation" not in str(error):
                raise
            # The previous page has only now arrived. If it is an error page, ours still comes.
            if "chrome-error:" in str(error) and await _reaches(tab, "http", LATE_SECONDS):
                return
        else:
            return
    raise PlaywrightError("the page before does not let go")


async def _reaches(tab: Tab, scheme: str, seconds: float) -> bool:
    """Return whether the page reaches a URL with this beginning in time."""
    with suppress(PlaywrightError):
        await tab.page.wait_for_url(
            lambda url: url.startswith(scheme), wait_until="commit", timeout=seconds * 1000
        )
        return True
    return False


async def act(tab: Tab, action: Callable[[], Awaitable[None]], proxy: ForwardProxy) -> list[str]:
    """Do something to the page, and wait until the page has reacted.

    Returns:
        Notes about the page afterwards, a line each.

    Raises:
        ToolError: The action failed, or led to a page that cannot be opened.
    """
    deadline = asyncio.get_running_loop().time() + LOAD_SECONDS
    tab.reset()
    try:
        await action()
    except PlaywrightTimeout as error:
        raise ToolError("That is covered, moving or switched off: it cannot be used now") from error
    except PlaywrightError as error:
        require_usable(tab, error)
        raise ToolError(f"That does not work: {first_line(error)}") from error
    await _wait_until_idle(tab, deadline)
    return await settle(tab, proxy, deadline)


async def settle(tab: Tab, proxy: ForwardProxy, deadline: float) -> list[str]:
    """Wait until a page is loaded and idle, at most until `deadline` (event loop time).

    Returns:
        Notes about the page, a line each.

    Raises:
        ToolError: The page crashed or could not be opened.
    """
    complete = await _loaded(tab, deadline)
    if complete:
        await _wait_until_idle(tab, deadline)
    else:
        await tab.stop()
    require_usable(tab)
    if tab.failed is not None and tab.page.url.startswith("chrome-error:"):
        error = PlaywrightError(tab.failed.failure or "")
        raise _load_error(tab, proxy, error, tab.failed.url)
    return _notes(tab, complete)


def require_usable(tab: Tab, error: PlaywrightError | None = None) -> None:
    """Check that a page still works.

    Args:
        tab: The page.
        error: What Playwright has just raised; it may show that the page is gone.

    Raises:
        ToolError: The page crashed or is closed.
    """
    if error is not None:
        tab.note_error(error)
    if not tab.usable:
        raise ToolError("The page made the browser crash: open it, or another one, again")


async def _wait_until_idle(tab: Tab, deadline: float) -> None:
    """Wait until the network is idle; if another page is loading, at most until `deadline`."""
    loop = asyncio.get_running_loop()
    soon = min(deadline, loop.time() + SETTLE_SECONDS)
    while tab.usable and not tab.too_large.is_set():
        left = (deadline if tab.awaited else soon) - loop.time()
        if left <= 0:
            return
        if not await tab.wait_for_traffic(min(left, NETWORK_IDLE_SECONDS)) and not tab.pending:
            return


async def _loaded(tab: Tab, deadline: float) -> bool:
    """Return whether the page, or as much of it as may be loaded, is there in time."""
    left = max(0.1, deadline - asyncio.get_running_loop().time())
    loading = asyncio.create_task(_wait_for_document(tab, left))
    too_large = asyncio.create_task(tab.too_large.wait())
    tasks = {loading, too_large}
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks - done:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return too_large in done or loading.result()


async def _wait_for_document(tab: Tab, seconds: float) -> bool:
    with suppress(PlaywrightError):
        await tab.page.wait_for_load_state("domcontentloaded", timeout=seconds * 1000)
        return True
    return False


def _notes(tab: Tab, complete: bool) -> list[str]:
    notes = []
    if tab.response is not None and tab.response.status >= 400:
        notes.append(f"The page answered {_status(tab.response.status)}.")
    if tab.too_large.is_set():
        notes.append(f"The page is larger than {LARGEST_PAGE // 1_000_000} MB: this came first.")
    elif not complete:
        notes.append(f"The page still loaded after {LOAD_SECONDS:g} seconds: this came so far.")
    if tab.windows:
        notes.append("The page tried to open another window, which was not let.")
    return notes


def _status(code: int) -> str:
    try:
        return f"{code} ({HTTPStatus(code).phrase})"
    except ValueError:
        return str(code)


def _load_error(tab: Tab, proxy: ForwardProxy, error: PlaywrightError, url: str) -> ToolError:
    """Return the error that explains why a page could not be opened."""
    require_usable(tab, error)
    parts = urlsplit(tab.failed.url if tab.failed else url)
    host = parts.hostname or url
    known = proxy.failure(host, parts.port or (443 if parts.scheme == "https" else 80))
    if known is not None:
        return known
    said = first_line(error)
    for code, text in _REASONS.items():
        if code in said:
            return ToolError(text.format(host=host))
    if any(code in said for code in _NO_HTTPS):
        return NoAnswerError(f"{host} does not answer as a web page should")
    if "Download" in said or "ERR_ABORTED" in said:
        kind = tab.response.headers.get("content-type", "") if tab.response else ""
        kind = kind.partition(";")[0].strip()[:60] or "unknown"
        return ToolError(f"{parts.path[-80:] or host} is a download of the type {kind}, no page")
    reason = said.partition("net::")[2].split(" ")[0] or said
    return ToolError(f"{host} cannot be opened: {reason}")
