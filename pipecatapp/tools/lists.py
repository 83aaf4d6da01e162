"""`list`: shopping lists, to-do lists and others, one set for the household.

Plain requests are read by code. For other wordings the model fills in the user's own words, which
code takes apart: no model copies what is to be kept to the letter.
"""

from collections.abc import Awaitable
from typing import TypeVar

from pipecatapp.errors import UserError
from pipecatapp.text.language import language
from pipecatapp.text.normal_form import normal_form
from pipecatapp.tools.household_lists import examples, wording
from pipecatapp.tools.household_lists.content import HouseholdList
from pipecatapp.tools.household_lists.lists import HouseholdLists
from pipecatapp.tools.household_lists.matching import find_items, list_named
from pipecatapp.tools.household_lists.names import as_said, shown_name
from pipecatapp.tools.household_lists.parser import ListRequest, list_request, split_items
from pipecatapp.tools.tool import (
    Call,
    DirectCall,
    NotForThisToolError,
    Resources,
    ToolError,
    Toolset,
    tool,
)

Result = TypeVar("Result")


class Lists(Toolset):
    """Reads and changes the lists of the household."""

    namespace = "list"

    def __init__(self, resources: Resources):
        """Set up the toolset; its file is opened when it is first needed."""
        super().__init__(resources)
        self.lists = HouseholdLists(resources.settings.home / "lists")

    async def unavailable(self) -> str | None:
        """Return None if the lists can be read, else why not."""
        try:
            await self.lists.open()
        except UserError as error:
            return str(error)
        return None

    async def close(self) -> None:
        """Close the file."""
        await self.lists.close()

    async def wanted(self, words: str) -> DirectCall | None:
        """Return the call that the words plainly ask for, where there is what they are about."""
        request = list_request(words)
        if request is None:
            return None
        named = {"list_name": request.name} if request.name else {}
        match request.deed:
            case "add":
                return "list.add", {"items": request.items, **named}
            case "create":
                return "list.create", named
            case "undo":
                return ("list.undo", {}) if await self.lists.can_undo() else None
            case "names":
                return "list.names", {}
        if not await self._is_about_a_list(request):
            return None
        match request.deed:
            case "strike":
                return "list.strike_off", {"items": request.items, **named}
            case "check":
                return "list.check", {"item": request.items, **named}
            case deed:
                return f"list.{deed}", named

    async def _is_about_a_list(self, request: ListRequest) -> bool:
        """Tell whether there is what a request is about: "take the lid off" is about no list."""
        lists = await self.lists.all()
        if request.deed == "strike" and not request.on_list:
            return any(find_items(on, request.items).items for on in lists)
        if list_named(lists, request.name):
            return True
        # Of a list that everybody has, it can be said that it is empty.
        return normal_form(shown_name(request.name)) in language().lists.usual

    @tool(
        spoken=True,
        redact=True,
        purpose="put {items} on a list",
        act="list",
        explicit=True,
        examples=examples.ADD,
        few_shot={
            "we are running out of flour note it for the shop": {"items": "flour"},
            "my to do list should also have paint the fence": {
                "items": "paint the fence",
                "list_name": "to do",
            },
        },
    )
    async def add(self, call: Call, items: str, list_name: str = "") -> str:
        """Put things on a shopping list, to-do list or other list.

        Args:
            call: Who asks.
            items: what to put on it, in the user's own words
            list_name: the list's name, such as party; left out for the shopping list
        """
        name = shown_name(list_name) or language().lists.shopping
        texts = [as_said(text, call.words) for text in split_items(items, name)]
        if not texts:
            raise ToolError(language().lists.sentences.no_item)
        added = await _tried(self.lists.add(name, texts, call.conversation.id))
        return self._with_notice(wording.added(added))

    @tool(
        spoken=True,
        redact=True,
        purpose="take {items} off a list",
        act="strike",
        explicit=True,
        examples=examples.STRIKE_OFF,
        few_shot={
            "i have bought the onions already they can go": {"items": "onions"},
            "the call to the bank is done on my to do list": {
                "items": "call to the bank",
                "list_name": "to do",
            },
        },
    )
    async def strike_off(self, call: Call, items: str, list_name: str = "") -> str:
        """Take things off a list, because they are done, bought or not wanted.

        Args:
            call: Who asks.
            items: what to take off, in the user's own words
            list_name: the list's name, such as party; left out where the user names none
        """
        on = await self._holding(items, list_name)
        found = find_items(on, items)
        if found.unclear or not found.items:
            about_lists = language().acts.named["list"].search(call.words)
            refusal = ToolError if found.unclear or about_lists else NotForThisToolError
            raise refusal(wording.not_found(on, found))
        ids = [item.id for item in found.items]
        gone = await _tried(self.lists.remove(ids, call.conversation.id))
        return self._with_notice(wording.removed(on, gone, found))

    @tool(
        spoken=True,
        redact=True,
        read_only=True,
        examples=examples.READ,
        few_shot={"what do we still need from the shop": {"list_name": "shopping"}},
    )
    async def read(self, call: Call, list_name: str = "") -> str:
        """Read out what is on a shopping list, to-do list or other list.

        Args:
            call: Not used.
            list_name: the list's name, such as party; left out for the shopping list
        """
        return self._with_notice(wording.read_out(await self._named(list_name)))

    @tool(
        spoken=True,
        redact=True,
        purpose="clear a list",
        act="clear list",
        explicit=True,
        examples=examples.CLEAR,
        few_shot={"the shopping is done empty that list": {"list_name": "shopping"}},
    )
    async def clear(self, call: Call, list_name: str = "") -> str:
        """Take everything off a list at once.

        Args:
            call: Who asks.
            list_name: the list's name, such as party; left out for the shopping list
        """
        on = await self._named(list_name)
        if not on.items:
            return self._with_notice(wording.read_out(on))
        return wording.cleared(await _tried(self.lists.clear(on.id, call.conversation.id)))

    @tool(model_visible=False, redact=True, purpose="delete the list {list_name}")
    async def delete(self, call: Call, list_name: str) -> str:
        """Delete a list with all that is on it.

        Args:
            call: Who asks.
            list_name: the list's name
        """
        on = await self._named(list_name)
        await _tried(self.lists.clear(on.id, call.conversation.id, delete=True))
        return wording.about("deleted", on.name)

    @tool(model_visible=False, redact=True, purpose="make the list {list_name}")
    async def create(self, call: Call, list_name: str) -> str:
        """Make an empty list.

        Args:
            call: Not used.
            list_name: the list's name
        """
        name = shown_name(list_name)
        new = await _tried(self.lists.create(name))
        return wording.about("created" if new else "exists", name)

    @tool(model_visible=False, redact=True, read_only=True)
    async def check(self, call: Call, item: str, list_name: str = "") -> str:
        """Say whether something is on a list.

        Args:
            call: Not used.
            item: what to look for
            list_name: the list's name; empty for the shopping list
        """
        on = await self._named(list_name)
        return self._with_notice(wording.checked(on, find_items(on, item)))

    @tool(model_visible=False, redact=True, read_only=True)
    async def names(self, call: Call) -> str:
        """Say which lists there are."""
        return self._with_notice(wording.names(await _tried(self.lists.all())))

    @tool(model_visible=False, redact=True, purpose="undo the last change of a list")
    async def undo(self, call: Call) -> str:
        """Undo the last change that this conversation made."""
        return wording.undone(await _tried(self.lists.undo(call.conversation.id)))

    async def _named(self, name: str) -> HouseholdList:
        """Return the list that somebody names.

        Raises:
            ToolError: There is none of this name, or the lists cannot be read.
        """
        lists = await _tried(self.lists.all())
        if on := list_named(lists, name):
            return on
        wanted = shown_name(name) or language().lists.shopping
        if normal_form(wanted) in language().lists.usual:
            return HouseholdList(0, wanted)
        raise ToolError(wording.no_list(name, lists))

    async def _holding(self, items: str, name: str) -> HouseholdList:
        """Return the list that somebody names, or else one that holds some items.

        Raises:
            ToolError: There is none of this name, or the lists cannot be read.
        """
        if not shown_name(name):
            lists = await _tried(self.lists.all())
            named = list_named(lists, "")
            for on in [named, *lists] if named else lists:
                if find_items(on, items).items:
                    return on
        return await self._named(name)

    def _with_notice(self, said: str) -> str:
        """Return what is said, behind the news that a damaged file was set aside."""
        path = self.lists.take_notice()
        return f"{wording.set_aside(path)} {said}" if path else said


async def _tried(change: Awaitable[Result]) -> Result:
    """Return what a change returns.

    Raises:
        ToolError: It could not be made.
    """
    try:
        return await change
    except UserError as error:
        raise ToolError(language().lists.sentences.not_kept.format(reason=error)) from error
