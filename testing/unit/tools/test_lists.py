"""The list tools: what is said, and what is then on the lists."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pipecatapp.settings import Settings
from pipecatapp.text.language import language
from pipecatapp.text.telling import OUTPUT
from pipecatapp.tools.execution.tool_definition import Tool, tools_of
from pipecatapp.tools.lists import Lists
from pipecatapp.tools.tool import Call, NotForThisToolError, ToolError
from pipecatapp.twin.routing.provenance import is_named_by_user

from .fake_resources import FakeConversation, FakeResources


class House:
    """A household that speaks with the twin in plain requests."""

    def __init__(self, home: Path) -> None:
        self.toolset = Lists(FakeResources(settings=Settings(home=home)))
        self.tools: dict[str, Tool] = {made.name: made for made in tools_of(self.toolset)}

    async def say(self, words: str, who: str = "sofa") -> str:
        """Make the call that the words ask for, and return what is said."""
        wanted = await self.toolset.wanted(words)
        assert wanted, f"no call is read from {words!r}"
        name, arguments = wanted
        assert is_named_by_user(arguments, words), "a call of the user's own needs no yes"
        return await self.use(name, words, who, **arguments)

    async def use(self, name: str, words: str, who: str = "sofa", **arguments: str) -> str:
        """Make a call, and return what is said of its end."""
        call = Call(FakeConversation(who), words=words)
        made = self.tools[name]
        try:
            return made.telling(await made.run(call, arguments))
        except NotForThisToolError:
            raise
        except ToolError as error:
            return str(error)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path)
    yield made
    await made.toolset.close()


async def test_a_list_is_written_read_and_struck_off(house: House) -> None:
    assert await house.say("add Hafermilch to the shopping list") == (
        "I put Hafermilch on the shopping list."
    )
    assert await house.say("put leeks, thyme and salt and pepper on the list") == (
        "I put 3 things on the shopping list: leeks; thyme; salt and pepper."
    )
    assert await house.say("what's on the list") == (
        "There are 4 things on the shopping list: Hafermilch; leeks; thyme; salt and pepper."
    )
    assert await house.say("take the leek and the thyme off") == (
        "I took leeks and thyme off the shopping list."
    )
    assert await house.say("is thyme on the list") == "No, thyme is not on the shopping list."
    assert await house.say("are salt and hafermilch on the list") == (
        "Yes, the shopping list has salt and pepper; Hafermilch."
    )


async def test_all_devices_share_the_lists_and_a_restart_keeps_them(tmp_path: Path) -> None:
    first = House(tmp_path)
    await first.say("add soap to the shopping list", who="kitchen")
    await first.say("add soap to the shopping list", who="phone")
    await first.toolset.close()
    second = House(tmp_path)
    assert await second.say("read the shopping list", who="phone") == (
        "There is one thing on the shopping list: soap."
    )
    await second.toolset.close()


async def test_what_is_there_already_is_said(house: House) -> None:
    await house.say("add Äpfel to the shopping list")
    assert await house.say("add äpfel and figs to the shopping list") == (
        "I put figs on the shopping list. Already on the shopping list: Äpfel."
    )


async def test_what_could_be_two_things_is_asked_about(house: House) -> None:
    await house.say("add oat milk, whole milk and figs to the shopping list")
    assert await house.say("take milk off the shopping list") == (
        'More than one thing on the shopping list could be "milk": oat milk and whole milk. '
        "Say which one."
    )
    assert await house.say("take the oat milk and dates off the shopping list") == (
        "I took oat milk off the shopping list. Not on the shopping list: dates."
    )


async def test_only_what_is_on_a_list_can_be_taken_off_without_naming_it(house: House) -> None:
    assert await house.toolset.wanted("take the lid off") is None
    assert await house.toolset.wanted("undo that") is None
    await house.say("put paint the lid on my to-do list")
    assert await house.toolset.wanted("take the cap off") is None
    assert await house.say("cross off paint the lid") == "I took paint the lid off the to-do list."


async def test_what_is_about_no_list_is_left_to_the_model(house: House) -> None:
    with pytest.raises(NotForThisToolError):
        await house.use("list.strike_off", "take a deep breath", items="a deep breath")
    said = await house.use("list.strike_off", "strike soap from my list", items="soap")
    assert said == "Not on the shopping list: soap."


@pytest.mark.parametrize(
    ("name", "named", "unnamed"),
    [
        ("list.add", "we're out of flour, note it for the shop", "i love bread with honey"),
        ("list.strike_off", "the soap is bought", "what a long way"),
        ("list.clear", "Start the shopping list afresh.", "what a clear and empty sky"),
        ("list.clear", "i want the tasks to be empty", "i have bought everything"),
    ],
)
def test_lists_change_only_where_the_words_are_about_one(
    house: House, name: str, named: str, unnamed: str
) -> None:
    made = house.tools[name]
    assert made.explicit
    act = language().acts.named[made.act]
    assert act.search(named)
    assert not act.search(unnamed)


async def test_a_list_is_cleared_and_comes_back(house: House) -> None:
    await house.say("add soap and figs to the shopping list")
    assert await house.say("clear the shopping list") == (
        "I cleared the shopping list of this: soap and figs. Say undo if that was wrong."
    )
    assert await house.say("what is on the shopping list") == (
        "There is nothing on the shopping list."
    )
    assert await house.say("undo that", who="kitchen") == (
        "There is no change of a list that I could undo."
    )
    assert await house.say("undo that") == "I put soap and figs back on the shopping list."


async def test_other_lists_have_names(house: House) -> None:
    assert await house.say("which lists are there") == (
        "There are no lists yet. Say, for example: add milk to the shopping list."
    )
    assert await house.say("start a new list called Camping 2027") == (
        "There is a new list now: the Camping 2027 list."
    )
    await house.say("add a tent to the camping 2027 list")
    await house.say("add soap to the groceries")
    assert await house.say("what lists do we have") == (
        "The lists are: Camping 2027 (1) and shopping (1)."
    )
    assert await house.use("list.read", "read the garden list", list_name="garden") == (
        "There is no list called garden. The lists are: Camping 2027 (1) and shopping (1)."
    )
    assert await house.say("delete the camping 2027 list") == (
        "I deleted the Camping 2027 list. Say undo if that was wrong."
    )


async def test_a_long_list_is_not_read_out_whole(house: House) -> None:
    things = [f"thing {number}" for number in range(1, 31)]
    await house.say(f"add {', '.join(things)} to the shopping list")
    spoken, shown = (await house.say("read the shopping list")).split(OUTPUT)
    assert spoken.endswith("thing 12, and 18 more.\n")
    assert shown.split("\n")[1:-1] == things


async def test_a_model_that_spells_anew_does_not_change_what_was_said(house: House) -> None:
    words = "we are nearly out of Bio-Öl and iPhone cables"
    said = await house.use("list.add", words, items="bio-öl and iphone cables")
    assert said == "I put 2 things on the shopping list: Bio-Öl and iPhone cables."


async def test_what_nobody_sees_is_not_kept(house: House) -> None:
    await house.say("add fi\u200bgs\u202e to the shopping list")
    assert await house.say("is figs on the list") == "Yes, the shopping list has figs."


async def test_a_file_that_cannot_be_read_is_told_of_once(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "lists.sqlite").write_bytes(b"\xff" * 9000)
    house = House(tmp_path)
    assert await house.toolset.unavailable() is None
    said = await house.say("add soap to the shopping list")
    assert said.startswith("The file of the lists could not be read")
    assert said.endswith("I put soap on the shopping list.")
    assert await house.say("add figs to the shopping list") == "I put figs on the shopping list."
    await house.toolset.close()


async def test_lists_that_cannot_be_kept_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "lists").write_text("in the way")
    house = House(tmp_path)
    assert "lists" in (await house.toolset.unavailable() or "")


def test_each_tool_has_examples_of_its_own(tmp_path: Path) -> None:
    tools = [made for made in House(tmp_path).tools.values() if made.model_visible]
    assert [made.name for made in tools] == [
        "list.add",
        "list.clear",
        "list.read",
        "list.strike_off",
    ]
    for made in tools:
        assert len(set(made.examples)) >= 20
    for one, other in itertools.combinations(tools, 2):
        assert not set(one.examples) & set(other.examples)
