"""Which tools say of themselves that they do something else."""

from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.twin.routing.tool_descriptions import ToolDescriptions

TOOLS = {
    "match.last": "Get the last football match of a team",
    "sine.plot": "Plot a sine wave for a given frequency range",
    "match.next": "Tell when a football team plays next",
}


def test_what_is_far_from_the_request_is_named(embedder: MiniLM) -> None:
    descriptions = ToolDescriptions(embedder, TOOLS)
    assert descriptions.far("How did Liverpool's last game of soccer end?") == ["sine.plot"]
    assert descriptions.far("Draw a sine curve from 0 to 5 hertz") == ["match.last", "match.next"]


def test_a_single_tool_and_none_are_never_far(embedder: MiniLM) -> None:
    single = ToolDescriptions(embedder, {"sine.plot": TOOLS["sine.plot"]})
    assert single.far("How old is my dog?") == []
    assert ToolDescriptions(embedder, {}).far("How old is my dog?") == []
