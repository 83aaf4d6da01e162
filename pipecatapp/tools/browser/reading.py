"""Reads a page as text for the model."""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Error as PlaywrightError

from pipecatapp.text.invisible import visible
from pipecatapp.text.language import language
from pipecatapp.tools.browser.tabs import Tab
from pipecatapp.tools.tool import LONGEST_RESULT, ToolError

LONGEST_PAGE_TEXT = LONGEST_RESULT - 400
"""Characters; the rest of a tool's result is for the caller's own lines."""
READ_SECONDS = 10.0
MOST_NODES = 50_000
LONGEST_ADDRESS = 200
LONGEST_TITLE = 150
ATTEMPTS = 5
ADDRESS, TITLE, LONG = "Address: ", "Title: ", "The page is long:"
"""Begin lines before a page's text."""

_READER = Path(__file__).with_name("reader.js").read_text()
_TEXTUAL = re.compile(r"text/.*|application/(.*\+)?(json|xml)|application/(x-)?javascript")


@dataclass(frozen=True)
class Reading:
    """The content of a page.

    Attributes:
        url: Its address.
        title: One line, maybe empty.
        text: Its text with headings after `#`, list items after `-` and links in brackets.
        more: Whether the page has more text than this.
    """

    url: str
    title: str
    text: str
    more: bool


async def read(tab: Tab) -> Reading:
    """Read the open page.

    Raises:
        ToolError: No page is open, or it cannot be read.
    """
    url = tab.page.url
    if not url.startswith(("http:", "https:")):
        raise ToolError("No page is open: say which one to open first")
    found = await _run_reader(tab)
    kind = str(found.get("type", ""))[:60]
    text = clean(str(found.get("text", ""))) if _is_text(kind) else f"(This is {kind}, no text.)"
    title = " ".join(clean(str(found.get("title", ""))).split())
    return Reading(url, title[:LONGEST_TITLE], text, bool(found.get("more")))


def clean(text: str) -> str:
    """Return text without invisible characters."""
    return visible(text).strip()


def page_text(reading: Reading, notes: list[str], names: list[str] | None = None) -> str:
    """Return a page as text for the model; what the agent says comes before what the page says.

    Args:
        reading: The page.
        notes: Lines about it.
        names: Lines with the names of its buttons, links and fields.
    """
    head = [*notes, f"{ADDRESS}{reading.url[:LONGEST_ADDRESS]}", f"{TITLE}{reading.title}"]
    head += names or []
    room = LONGEST_PAGE_TEXT - sum(len(line) + 1 for line in head) - 80
    if reading.more or len(reading.text) > room:
        head.insert(len(notes), f"{LONG} only its first {room} characters follow.")
    return "\n".join([*head, "", reading.text[:room] or "(The page has no text.)"])


def told_deed(result: str) -> str:
    """Return what is said of a deed on a page: what was done, and the title of the page then."""
    before, _, page = result.partition(f"\n{ADDRESS}")
    done = " ".join(line for line in before.splitlines() if not line.startswith(LONG))
    _, _, title = page.partition(f"\n{TITLE}")
    if not title.strip():
        return done
    shown = title.splitlines()[0].strip()
    return f"{done} {language().phrases.page_is.format(title=shown)}" if shown else done


def _is_text(kind: str) -> bool:
    return kind in ("text/html", "application/xhtml+xml") or bool(_TEXTUAL.fullmatch(kind))


async def _run_reader(tab: Tab) -> dict[str, Any]:
    """Run reader.js in an isolated world, which the page's scripts cannot reach."""
    for _ in range(ATTEMPTS):
        try:
            async with asyncio.timeout(READ_SECONDS):
                return await _run_reader_once(tab)
        except TimeoutError as error:
            raise ToolError("The page is too busy to be read") from error
        except PlaywrightError as error:
            tab.note_error(error)
            # The page is moving on to another one: read that.
            if not tab.usable:
                break
            with suppress(PlaywrightError):
                await tab.page.wait_for_load_state("domcontentloaded", timeout=READ_SECONDS * 1000)
    raise ToolError("The page cannot be read: it changes all the time, or crashed")


async def _run_reader_once(tab: Tab) -> dict[str, Any]:
    tree = await tab.session.send("Page.getFrameTree")
    frame = {"frameId": tree["frameTree"]["frame"]["id"], "worldName": "reader"}
    world = await tab.session.send("Page.createIsolatedWorld", frame)
    bounds = f"{{longest: {2 * LONGEST_PAGE_TEXT}, mostNodes: {MOST_NODES}}}"
    answer = await tab.session.send(
        "Runtime.evaluate",
        {
            "expression": f"({_READER.rstrip().removesuffix(';')})({bounds})",
            "contextId": world["executionContextId"],
            "returnByValue": True,
            "timeout": READ_SECONDS * 1000,
        },
    )
    value = answer["result"].get("value")
    if not isinstance(value, dict):
        raise ToolError(f"The page cannot be read: {answer.get('exceptionDetails', {})!s:.200}")
    return value
