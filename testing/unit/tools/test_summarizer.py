import pytest

from pipecatapp.tools.execution.tool_definition import Tool, tools_of
from pipecatapp.tools.summarizer import Summarizer
from pipecatapp.tools.tool import ToolError

from .fake_resources import FakeResources, call_in


@pytest.fixture
def get_summary() -> Tool:
    (made,) = tools_of(Summarizer(FakeResources()))
    return made


async def test_what_was_said_is_found(get_summary: Tool) -> None:
    call = call_in(
        ("The backup of node three failed last night.", "The disk was full."),
        ("My sister is called Ada.", "A fine name."),
    )
    found = await get_summary.run(call, {"query": "the backup"})
    assert "User: The backup of node three failed last night." in found.splitlines()


async def test_nothing_said_is_said(get_summary: Tool) -> None:
    assert "Nothing has been said" in await get_summary.run(call_in(), {"query": "the garden"})


async def test_it_needs_a_query_and_no_approval(get_summary: Tool) -> None:
    assert get_summary.read_only
    assert not get_summary.sensitive
    with pytest.raises(ToolError, match="query"):
        await get_summary.run(call_in(), {})
