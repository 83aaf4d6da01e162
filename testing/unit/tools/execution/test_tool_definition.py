from typing import Any, Literal

import pytest

from pipecatapp.tools.execution.tool_definition import Tool, tools_of
from pipecatapp.tools.tool import LONGEST_RESULT, Call, ToolError, Toolset, tool
from testing.unit.tools.fake_resources import EXAMPLES, FakeResources, call_in


class Kitchen(Toolset):
    namespace = "kitchen"

    @tool(examples=EXAMPLES, sensitive=True, purpose="bake {dishes} at {degrees}")
    async def bake(
        self,
        call: Call,
        dishes: list[str],
        degrees: int,
        mode: Literal["fan", "grill"] = "fan",
        hours: float = 0.5,
        preheat: bool = False,
        note: str | None = None,
    ) -> str:
        """Bake something.

        More of it, which the model does not read.

        Args:
            call: Not used.
            dishes: What goes in,
                all at once.
            degrees: In Celsius.
        """
        return f"{dishes} {degrees} {mode} {hours} {preheat} {note}"

    @tool(examples=EXAMPLES, read_only=True)
    async def ask(self, call: Call) -> str:
        """Ask the cook."""
        return "x" * 5000


def bake() -> Tool:
    return tools_of(Kitchen(FakeResources()))[1]


def test_a_tool_is_what_its_method_says() -> None:
    ask, baking = tools_of(Kitchen(FakeResources()))
    assert [ask.name, baking.name] == ["kitchen.ask", "kitchen.bake"]
    assert baking.description == "Bake something."
    assert (baking.sensitive, baking.read_only) == (True, False)
    assert (ask.sensitive, ask.read_only) == (False, True)
    assert baking.examples == EXAMPLES
    assert ask.schema.get("properties", {}) == {}


def test_the_schema_has_types_choices_defaults_and_descriptions() -> None:
    schema = bake().schema
    parts = schema["properties"]
    assert "call" not in parts
    assert schema["type"] == "object"
    assert schema["required"] == ["dishes", "degrees"]
    assert schema["additionalProperties"] is False
    assert parts["dishes"]["type"] == "array"
    assert parts["dishes"]["items"] == {"type": "string"}
    assert parts["dishes"]["description"] == "What goes in, all at once."
    assert parts["mode"]["enum"] == ["fan", "grill"]
    assert parts["mode"]["default"] == "fan"
    assert parts["hours"]["type"] == "number"
    assert (parts["preheat"]["type"], parts["preheat"]["default"]) == ("boolean", False)


def test_defaults_are_filled_in() -> None:
    assert bake().check({"dishes": ["bread"], "degrees": 220}) == {
        "dishes": ["bread"],
        "degrees": 220,
        "mode": "fan",
        "hours": 0.5,
        "preheat": False,
        "note": None,
    }


def test_a_whole_number_serves_where_a_fraction_may_stand() -> None:
    assert bake().check({"dishes": [], "degrees": 1, "hours": 2})["hours"] == 2.0


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"degrees": "3"}, "degrees"),
        ({"degrees": 3.5}, "degrees"),
        ({"degrees": True}, "degrees"),
        ({"dishes": "bread"}, "dishes"),
        ({"dishes": ["bread", 3]}, "dishes.1"),
        ({"mode": "steam"}, "mode"),
        ({"preheat": "yes"}, "preheat"),
        ({"preheat": 1}, "preheat"),
        ({"hours": "2"}, "hours"),
        ({"hours": float("nan")}, "hours"),
        ({"hours": float("inf")}, "hours"),
        ({"note": "\ud800"}, "arguments"),
        ({"salt": 1}, "salt"),
    ],
)
def test_a_wrong_argument_is_refused_by_name(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(ToolError, match=rf"^kitchen\.bake: {named}: ") as refused:
        bake().check({"dishes": ["bread"], "degrees": 220, **wrong})
    assert "\n" not in str(refused.value)


def test_a_missing_argument_and_no_object_at_all_are_refused() -> None:
    with pytest.raises(ToolError, match="degrees"):
        bake().check({"dishes": []})
    not_an_object: Any = ["bread", 220]
    with pytest.raises(ToolError, match="arguments"):
        bake().check(not_an_object)


async def test_wrong_arguments_do_not_reach_the_method() -> None:
    with pytest.raises(ToolError):
        await bake().run(call_in(), {"dishes": ["bread"], "degrees": "220"})


async def test_a_tool_runs_with_its_arguments_and_defaults() -> None:
    result = await bake().run(call_in(), {"dishes": ["bread"], "degrees": 220, "mode": "grill"})
    assert result == "['bread'] 220 grill 0.5 False None"


async def test_a_long_result_loses_its_middle_and_says_so() -> None:
    ask = tools_of(Kitchen(FakeResources()))[0]
    said = await ask.run(call_in(), {})
    kept = said.count("x")
    assert f"[... {5000 - kept} characters left out ...]" in said
    assert 3000 < kept < len(said) <= LONGEST_RESULT


def test_what_is_said_of_a_call_is_short() -> None:
    arguments = {"dishes": "a\n b" * 40, "degrees": 220}
    said = bake().spoken_purpose(arguments)
    assert said.startswith("bake a ba b")
    assert said.endswith(" and so on at 220")
    assert len(said) < 100
    assert tools_of(Kitchen(FakeResources()))[0].spoken_purpose({}) == "use kitchen.ask"


def test_a_tool_without_a_docstring_is_refused() -> None:
    class Mute(Toolset):
        namespace = "mute"

        @tool(examples=EXAMPLES)
        async def act(self, call: Call) -> str:
            return ""

    with pytest.raises(ValueError, match=r"mute\.act needs a docstring"):
        tools_of(Mute(FakeResources()))


def test_a_purpose_that_names_no_argument_is_refused_before_it_is_ever_said() -> None:
    class Sloppy(Toolset):
        namespace = "sloppy"

        @tool(examples=EXAMPLES, purpose="go to {hots}")
        async def go(self, call: Call, host: str) -> str:
            """Go."""
            return host

    with pytest.raises(ValueError, match=r"sloppy\.go: its purpose names 'hots'"):
        tools_of(Sloppy(FakeResources()))


@pytest.mark.parametrize(
    "options", [{"provenance": {"hots": "derived"}}, {"asks": {"hots": "Which one?"}}]
)
def test_an_option_that_names_no_argument_is_refused(options: dict[str, Any]) -> None:
    class Sloppy(Toolset):
        namespace = "sloppy"

        @tool(examples=EXAMPLES, **options)
        async def go(self, call: Call, host: str) -> str:
            """Go."""
            return host

    with pytest.raises(ValueError, match=r"sloppy\.go: 'hots' is not an argument"):
        tools_of(Sloppy(FakeResources()))


class Cellar(Toolset):
    namespace = "cellar"

    @property
    def key(self) -> str:
        raise AssertionError("only who may enter has a key")

    @tool(examples=EXAMPLES)
    async def look(self, call: Call) -> str:
        """Look what is there."""
        return "Wine."


def test_a_property_that_fails_does_not_keep_a_tool_from_being_found() -> None:
    assert [found.name for found in tools_of(Cellar(FakeResources()))] == ["cellar.look"]
