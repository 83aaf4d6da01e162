from typing import Any

import pytest

from pipecatapp.tools.tool import Provenance
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.messages import ToolCall, ToolResult, UserMessage
from pipecatapp.twin.routing.sources import Sources


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("restart cups on node twelve", "node12"),
        ("is node twenty one up", "node21"),
        ("stop nginx on note nine", "node9"),
        ("check the kitchen pc", "kitchen-pc"),
        ("ssh to the media box", "mediabox"),
        ("run date on pi@berry.local:2200", "pi@berry.local:2200"),
        ("the address is one seventy two dot 16 dot 0 dot four", "172.16.0.4"),
        ("how full is this machine", "localhost"),
        ("fill in four zero two one as the pin", "4021"),
        ("mail it to zoe at garden dot net", "zoe@garden.net"),
        ("write hello their friend", "hello there friend"),
        ("run update nodes", "update_nodes"),
        ("Grüße aus Köln", "grüße"),
        ("add bread and butter", ["bread", "butter"]),
        ("after a quarter of an hour", 15),
        ("after twelve minutes", 720),
        ("set it to 3.5", 3.5),
        ("whatever", True),
        ("whatever", None),
    ],
)
def test_what_was_said_is_a_source_however_it_is_written(said: str, value: Any) -> None:
    assert Sources(said).hold(value, "named")


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("Today only the lifts one and three are used.", "office_pc"),
        ("lock the front door", "my dog i know that's silly"),
        ("how full is the disk", "node7"),
        ("how full is the disk of node two", "node7"),
        ("how full is the disk of node seventy", "node7"),
        ("how full is that machine over there", "localhost"),
        ("type bread into the search box", "bread and butter"),
        ("add bread", ["bread", "milk"]),
        ("make it sleep", 900),
        ("make it sleep after ten minutes", 900),
        ("the cat next door", "hat"),
        ("open it", ""),
        ("open it", "/"),
    ],
)
def test_what_nobody_said_has_no_source(said: str, value: Any) -> None:
    assert not Sources(said).hold(value, "named")


@pytest.mark.parametrize(
    ("said", "value", "provenance", "held"),
    [
        ("the front page of the evening news", "news.example.net", "partly named", True),
        ("open that page i like", "shop.example.net", "partly named", False),
        ("the front page of the evening news", "https://news.example.net/a", "address", True),
        ("what is on tilde dot club slash news", "tilde dot club slash news", "address", True),
        ("show the wedding video to all", "example.net/wedding-video", "address", False),
        ("show the wedding video to all", "http://example.net?wedding", "address", False),
        ("let it sleep after an hour and a half", 5400, "partly named", True),
        ("let it sleep", 5400, "partly named", False),
        ("sort these", "print(sorted([3, 1, 2]))", "derived", True),
    ],
)
def test_an_argument_may_have_less_to_do_with_the_words(
    said: str, value: Any, provenance: Provenance, held: bool
) -> None:
    assert Sources(said).hold(value, provenance) is held


def test_what_the_model_may_add_needs_no_source_but_is_none_itself() -> None:
    sources = Sources("run site")
    assert sources.hold("site.yaml", "named", ("yaml",))
    assert not sources.hold("other.yaml", "named", ("yaml",))
    assert not sources.hold("yaml", "named", ("yaml",))


def test_a_sound_alike_counts_only_where_it_was_just_said() -> None:
    assert Sources("note nine").hold("node9", "named")
    assert not Sources("do it", ["note nine"]).hold("node9", "named")


def test_a_turn_draws_on_words_answers_and_results_but_not_on_calls_or_the_clock() -> None:
    conversation = Conversation("a")
    conversation.add(UserMessage("Which machines are there?"))
    conversation.add(ToolCall("1", "list.machines", {"room": "attic"}))
    conversation.add(ToolResult("1", "list.machines", "There is one called atlas."))
    conversation.context.add_message({"role": "assistant", "content": "One: atlas. Or zephyr."})
    conversation.begin_turn()
    conversation.add(UserMessage("Restart it."))
    conversation.prompt()
    sources = Sources.of(conversation.turn())
    assert sources.hold("atlas", "named")
    assert sources.hold("zephyr", "named")
    assert not sources.hold("attic", "named")
    (*_, turn) = conversation.turn().turns
    stamp = "".join(note.text for note in turn.notes.values())
    year = next(part for part in stamp.replace(",", " ").split() if part.startswith("20"))
    assert not sources.hold(year.strip(").:"), "named")
