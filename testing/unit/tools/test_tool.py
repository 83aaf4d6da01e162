import re
import sys
from types import ModuleType
from typing import Any

import pytest

from pipecatapp.settings import REPOSITORY, Settings
from pipecatapp.tools.execution.registry import Registry
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.tools.tool import Call, Toolset, tool

from .fake_resources import EXAMPLES, FakeResources, call_in


@pytest.mark.parametrize("examples", [(), EXAMPLES[:4], ("same",) * 9])
def test_too_few_different_examples_are_refused(examples: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="at least 5 different examples"):
        tool(examples=examples)


def test_what_has_to_be_named_needs_an_act() -> None:
    with pytest.raises(ValueError, match="needs an act"):
        tool(examples=EXAMPLES, explicit=True)


def test_a_tool_that_the_model_does_not_choose_needs_no_examples() -> None:
    class Hidden(Toolset):
        namespace = "hidden"

        @tool(model_visible=False)
        async def act(self, call: Call) -> str:
            """Act."""
            return ""

    (made,) = tools_of(Hidden(FakeResources()))
    assert (made.examples, made.model_visible) == ((), False)


def test_unless_it_says_so_a_tool_is_neither_safe_nor_sensitive_nor_redacted() -> None:
    class Plain(Toolset):
        namespace = "plain"

        @tool(examples=EXAMPLES)
        async def act(self, call: Call) -> str:
            """Act."""
            return ""

    (made,) = tools_of(Plain(FakeResources()))
    assert (made.sensitive, made.read_only, made.redact) == (False, False, False)
    assert made.model_visible
    assert made.few_shot == {}


@pytest.mark.parametrize("name", ["few_shot", "shown"])
def test_shown_is_the_earlier_name_of_few_shot(name: str) -> None:
    options: dict[str, Any] = {name: {"roll a d20": {"sides": 20}}}

    class Dice(Toolset):
        namespace = "dice"

        @tool(examples=EXAMPLES, **options)
        async def roll(self, call: Call, sides: int = 6) -> str:
            """Roll a die."""
            return str(sides)

    (roll,) = tools_of(Dice(FakeResources()))
    assert roll.few_shot == {"roll a d20": {"sides": 20}}


@pytest.fixture
def dice() -> str:
    """Return the source of the tool in the guide to tools."""
    guide = (REPOSITORY / "docs/tools.md").read_text()
    (source,) = re.findall(r"```python\n(.*?Dice\(Toolset\).*?)```", guide, re.DOTALL)
    return str(source)


async def test_the_tool_of_the_guide_works(dice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("pipecatapp.tools.dice")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(dice, vars(module))
    (roll,) = tools_of(module.Dice(FakeResources()))
    assert roll.name == "dice.roll"
    assert roll.description == "Roll a die."
    assert await roll.run(call_in(), {"sides": 1}) == "1"
    assert 1 <= int(await roll.run(call_in(), {})) <= 6


async def test_a_toolset_receives_the_agents_resources() -> None:
    resources = FakeResources({"uptime": "3 days"}, Settings())

    class Curious(Toolset):
        namespace = "curious"

        @tool(examples=EXAMPLES)
        async def look(self, call: Call) -> str:
            """Look at the status."""
            return str(await self.resources.status())

    toolset = Curious(resources)
    assert toolset.resources is resources
    (look,) = tools_of(toolset)
    assert await look.run(call_in(), {}) == "{'uptime': '3 days'}"


async def test_every_toolset_of_the_product_has_the_resources_that_the_agent_gives() -> None:
    resources = FakeResources()
    registry = await Registry.discover(resources)
    assert registry._toolsets
    assert all(toolset.resources is resources for toolset in registry._toolsets)
    await registry.close()


async def test_a_toolset_that_says_nothing_of_itself_works_everywhere() -> None:
    class Simple(Toolset):
        namespace = "simple"

    simple = Simple(FakeResources())
    assert await simple.unavailable() is None
    assert await simple.wanted("anything") is None
    await simple.logged_out("conversation")
    await simple.close()
