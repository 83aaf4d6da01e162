"""Finds the buttons, links and fields of a page by the names that people use."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from playwright.async_api import Error as PlaywrightError

from pipecatapp.tools.browser.reading import clean
from pipecatapp.tools.browser.tabs import Tab
from pipecatapp.tools.tool import ToolError

FIND_SECONDS = 5.0
LONGEST_NAME = 60
LONGEST_LIST = 500
"""Characters of the line with the names of one kind."""
CHOICES_NAMED = 6
LINES_READ = 20_000

BUTTONS = frozenset({"button", "checkbox", "radio", "switch", "tab", "menuitem", "option"})
LINKS = frozenset({"link"})
FIELDS = frozenset({"textbox", "searchbox", "combobox", "spinbutton"})
_KINDS = {"Buttons": BUTTONS, "Links": LINKS, "Fields": FIELDS}
_WORDS = {
    "button": BUTTONS,
    "checkbox": BUTTONS,
    "tab": BUTTONS,
    "link": LINKS,
    "field": FIELDS,
    "box": FIELDS,
    "bar": FIELDS,
    "input": FIELDS,
}
_ARTICLES = ("the ", "a ", "an ", "on ", "into ", "in ")
_LINE = re.compile(r'(\w+) "((?:[^"\\]|\\.)*)"(.*)')
_PLAIN = re.compile(r"(\w+)((?: \[[^\]]*\])+)(?:: (.*))?")
_REF = re.compile(r"\[ref=(f?\w+)\]")


@dataclass(frozen=True)
class FormControl:
    """An element of a page to click on or to type into.

    Attributes:
        role: Its ARIA role.
        name: Its name as a person sees or hears it.
        ref: The reference that Playwright finds it by.
        url: The target of a link, as the page writes it.
    """

    role: str
    name: str
    ref: str
    url: str = ""

    @property
    def effect(self) -> str:
        """Equal for controls that do the same, such as two links to one page."""
        return self.url if self.url.lstrip("/").removeprefix("#") else self.ref


async def controls_of(tab: Tab) -> list[FormControl]:
    """Return the named controls of a page, in the page's order.

    Raises:
        ToolError: The page is too busy to be examined.
    """
    try:
        snapshot = await tab.page.aria_snapshot(mode="ai", timeout=FIND_SECONDS * 1000)
    except PlaywrightError as error:
        raise ToolError("The page is too busy to be examined") from error
    return parse(snapshot)


def parse(snapshot: str) -> list[FormControl]:
    """Return the controls in an ARIA snapshot of Playwright's mode `ai`."""
    found: list[FormControl] = []
    last = None
    for line in snapshot.splitlines()[:LINES_READ]:
        item = line.strip().removeprefix("- ")
        if last and item.startswith("/url: ") and last.role in LINKS:
            found[-1] = replace(last, url=item.partition(": ")[2].strip("\"'"))
        elif last and item.startswith("/placeholder: ") and last.role in FIELDS:
            # People also name a field by its placeholder.
            found.append(replace(last, name=_cleaned(item.partition(": ")[2].strip("\"'"))))
        elif last := _control(item):
            found.append(last)
    return found


def _control(item: str) -> FormControl | None:
    if item.startswith("'"):
        item = item[1:].partition("':")[0].rstrip("'").replace("''", "'")
    if match := _LINE.match(item):
        role, name, rest = match.groups()
        name = re.sub(r"\\(.)", r"\1", name)
    elif match := _PLAIN.match(item):
        role, rest, name = match[1], match[2], match[3] or ""
        if "[cursor=pointer]" in rest and role == "generic":
            role = "button"
    else:
        return None
    ref = _REF.search(rest)
    known = any(role in roles for roles in _KINDS.values())
    name = _cleaned(name)
    return FormControl(role, name, ref[1]) if known and ref and name else None


def _cleaned(name: str) -> str:
    return " ".join(clean(name).replace('"', "'").split())[:LONGEST_NAME]


def list_names(controls: list[FormControl]) -> list[str]:
    """Return a line with the names of each kind of control."""
    lines = []
    for kind, roles in _KINDS.items():
        found = dict.fromkeys(f'"{control.name}"' for control in controls if control.role in roles)
        line = f"{kind}: {', '.join(found)}"
        if len(line) > LONGEST_LIST:
            line = line[:LONGEST_LIST].rpartition(", ")[0] + ", and more"
        if found:
            lines.append(line)
    return lines


def choose(controls: list[FormControl], target: str, roles: frozenset[str]) -> FormControl:
    """Return the control that a name stands for.

    Args:
        controls: All controls of the page.
        target: A name or a part of it, maybe followed by "button", "link" or "field".
        roles: The roles that the control may have.

    Raises:
        ToolError: No control has this name, or several have it.
    """
    fitting = [control for control in controls if control.role in roles]
    for wanted, kind in _interpretations(target):
        among = [control for control in fitting if control.role in kind]
        for matches in (_same, _contains, _has_words):
            found = {it.effect: it for it in among if matches(it.name, wanted)}
            if len(found) == 1:
                return next(iter(found.values()))
            if found:
                raise ToolError(_ambiguous(target, list(found.values())))
    raise ToolError(_missing(target, fitting))


def _interpretations(target: str) -> Iterable[tuple[str, frozenset[str]]]:
    """Yield the names that may be meant, each with the roles that it may have."""
    everything = frozenset().union(*_KINDS.values())
    text = " ".join(target.lower().split())
    yield text, everything
    for article in _ARTICLES:
        text = text.removeprefix(article)
    rest, _, last = text.rpartition(" ")
    if rest and last in _WORDS:
        yield rest, _WORDS[last]
    yield text, everything


def _key(name: str) -> str:
    """Return a name for comparison: speech has no case and no signs, and its spaces vary."""
    letters = "".join(letter for letter in name.casefold() if letter.isalnum())
    return letters or name.strip()


def _same(name: str, wanted: str) -> bool:
    return _key(name) == _key(wanted)


def _contains(name: str, wanted: str) -> bool:
    return bool(wanted) and _key(wanted) in _key(name)


def _has_words(name: str, wanted: str) -> bool:
    return bool(wanted) and set(wanted.split()) <= set(name.lower().split())


def _ambiguous(target: str, found: list[FormControl]) -> str:
    listed = ", ".join(f'{it.role} "{it.name}"' for it in found[:CHOICES_NAMED])
    return f"{len(found)} things on the page could be {target[:80]!r}: {listed}. Name one in full."


def _missing(target: str, controls: list[FormControl]) -> str:
    by_key = {_key(control.name): control.name for control in controls}
    near = difflib.get_close_matches(_key(target.lower()), by_key, CHOICES_NAMED, 0.4)
    listed = ", ".join(f'"{by_key[key]}"' for key in near or list(by_key)[:CHOICES_NAMED])
    what = f"There are: {listed}" if listed else "There is nothing of this kind"
    return f"Nothing on the page is named {target[:80]!r}. {what}."
