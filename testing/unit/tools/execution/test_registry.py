import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import pipecatapp.tools
from pipecatapp.tools.execution.registry import Registry, every_tool
from pipecatapp.tools.tool import Call, Toolset, tool
from testing.unit.tools.fake_resources import EXAMPLES, FakeResources, call_in

GOOD = """
from pipecatapp.tools.tool import Call, Toolset, tool

class Base(Toolset):
    pass

class Garden(Base):
    namespace = "aaa_garden"

    @tool(examples=("1", "2", "3", "4", "5"))
    async def water(self, call: Call, minutes: int = 5) -> str:
        '''Water the garden.'''
        return f"watered for {minutes} minutes"
"""
BROKEN = {
    "syntax": "class Garden(",
    "needs": "import a_library_that_is_not_here",
    "docstring": GOOD.replace("'''Water the garden.'''", ""),
    "examples": GOOD.replace('"5"', '"4"'),
    "namespace": GOOD.replace("namespace =", "name ="),
    "beginning": GOOD.replace("    pass", "    def __init__(self, resources):\n        1 / 0"),
    "purpose": GOOD.replace('"5")', '"5"), purpose="water {plants}"'),
}
Write = Callable[[str, str], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    monkeypatch.setattr(pipecatapp.tools, "__path__", [*pipecatapp.tools.__path__, str(tmp_path)])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    written: list[str] = []

    def write(name: str, source: str) -> None:
        (tmp_path / f"{name}.py").write_text(source)
        written.append(name)

    yield write
    for name in written:
        sys.modules.pop(f"pipecatapp.tools.{name}", None)
        vars(pipecatapp.tools).pop(name, None)


class Fickle(Toolset):
    namespace = "fickle"
    missing: str | None = None
    breaks = False
    closed = False

    async def unavailable(self) -> str | None:
        if self.breaks:
            raise RuntimeError("no bus")
        return self.missing

    async def close(self) -> None:
        self.closed = True
        if self.breaks:
            raise RuntimeError("no bus")

    @tool(examples=EXAMPLES)
    async def second(self, call: Call) -> str:
        """Second."""
        return ""

    @tool(examples=EXAMPLES)
    async def first(self, call: Call) -> str:
        """First."""
        return ""


class Steady(Fickle):
    namespace = "a_steady"


async def test_adding_a_tool_is_adding_a_file(write: Write) -> None:
    write("garden", GOOD)
    registry = await Registry.discover(FakeResources())
    water = registry.get("aaa_garden.water")
    assert water
    assert registry.tools[0] is water
    assert await water.run(call_in(), {"minutes": 7}) == "watered for 7 minutes"
    assert "aaa_garden.water" in [made.name for made in every_tool(FakeResources())]
    await registry.close()


@pytest.mark.parametrize("mistake", BROKEN)
async def test_a_broken_file_costs_its_tools_alone(write: Write, mistake: str) -> None:
    write(f"broken_{mistake}", BROKEN[mistake])
    write("garden", GOOD)
    registry = await Registry.discover(FakeResources())
    for _ in range(2):
        offered = [made.name for made in registry.tools]
        assert "could not be loaded" in registry.unavailable[f"broken_{mistake}"]
        assert "aaa_garden.water" in offered
        assert "mcp.get_status" in offered
        assert offered == sorted(offered)
        assert not await registry.examine()
    assert "mcp.get_status" in [made.name for made in every_tool(FakeResources())]
    await registry.close()


async def test_every_tool_of_the_product_loads() -> None:
    registry = await Registry.discover(FakeResources())
    assert not [why for why in registry.unavailable.values() if "could not be loaded" in why]
    names = [made.name for made in every_tool(FakeResources())]
    assert names == sorted(names)
    assert {"mcp.get_status", "ssh.run_command", "summarizer.get_summary"} <= set(names)
    assert {made.name for made in registry.tools} <= set(names)
    await registry.close()


async def test_what_cannot_work_is_left_out_with_its_reason_until_it_can() -> None:
    fickle, steady = Fickle(FakeResources()), Steady(FakeResources())
    registry = Registry([fickle, steady])
    fickle.missing = "no camera: plug one in"
    assert registry.tools == []
    assert await registry.examine()
    assert [made.name for made in registry.tools] == ["a_steady.first", "a_steady.second"]
    assert registry.unavailable == {"fickle": "no camera: plug one in"}
    assert registry.get("fickle.first") is None
    assert not await registry.examine()

    fickle.missing = None
    assert await registry.examine()
    assert [made.name for made in registry.tools] == [
        "a_steady.first",
        "a_steady.second",
        "fickle.first",
        "fickle.second",
    ]
    assert registry.unavailable == {}
    assert registry.get("fickle.first")


async def test_a_toolset_that_fails_is_left_out_and_does_not_keep_others_from_closing() -> None:
    fickle, steady = Fickle(FakeResources()), Steady(FakeResources())
    steady.breaks = True
    registry = Registry([fickle, steady])
    await registry.examine()
    assert "no bus" in registry.unavailable["a_steady"]
    assert [made.name for made in registry.tools] == ["fickle.first", "fickle.second"]
    await registry.close()
    assert fickle.closed
    assert steady.closed


async def test_a_file_may_put_off_its_annotations(write: Write) -> None:
    write("garden", f"from __future__ import annotations\n{GOOD}")
    registry = await Registry.discover(FakeResources())
    water = registry.get("aaa_garden.water")
    assert water
    assert water.schema["properties"]["minutes"]["type"] == "integer"
    await registry.close()
