"""What the user said is answered, and not handed back."""

from collections.abc import AsyncIterator

import pytest

from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.text.languages.en.phrases import PHRASES
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.routing.questions import OWN_WORDS_WANTED
from pipecatapp.twin.service import TwinService
from pipecatapp.twin.turn.abilities import not_done
from pipecatapp.twin.turn.agent_context import AgentContext
from pipecatapp.twin.turn.turn_context import TurnContext
from testing.unit.twin.conftest import ModelServer, answers, writes
from testing.unit.twin.pipeline import Line

SAID = "The heron ate all our goldfish."
REPEATED = ("The heron ", "ate all ", "your goldfish.")


@pytest.fixture
async def line(server: ModelServer, agent_context: AgentContext) -> AsyncIterator[Line]:
    """A pipeline whose model decides and answers."""
    conversation = Conversation("a")
    line = Line(
        conversation, TwinService(TurnContext(agent_context, conversation, TurnClock()), server, 1)
    )
    async with line.open():
        yield line
        await agent_context.runner.close()


async def test_a_clause_of_the_users_is_left_out(server: ModelServer, line: Line) -> None:
    server.replies = [writes("answer"), answers(*REPEATED, " A net over", " the pond helps.")]
    assert await line.say(SAID) == "A net over the pond helps."


@pytest.mark.parametrize("words", ["The twin has noted that.", "The assistant is listening."])
async def test_a_model_that_speaks_of_itself_as_of_another_is_asked_once_more(
    server: ModelServer, line: Line, words: str
) -> None:
    begun = words.split(" ", 2)
    foreign = answers(*(f"{part} " for part in begun), "Indeed it was.")
    server.replies = [writes("answer"), foreign, answers("What a pity!")]
    assert await line.say(SAID) == "What a pity!"


async def test_nothing_is_refused_where_nothing_was_asked(server: ModelServer, line: Line) -> None:
    refused = answers("I'm sorry, ", "but I cannot ", "assist with that. ", "Ask a vet.")
    server.replies = [writes("answer"), refused, answers("I'm sorry, ", "what a loss.")]
    assert await line.say(SAID) == "what a loss."


async def test_sympathy_stays(server: ModelServer, line: Line) -> None:
    server.replies = [writes("answer"), answers("I'm sorry to hear ", "of your fish.")]
    assert await line.say("My goldfish has died.") == "I'm sorry to hear of your fish."


async def test_a_text_about_a_twin_is_left_as_it_is(server: ModelServer, line: Line) -> None:
    server.replies = [writes("answer"), answers("The twin", " was born first.")]
    assert await line.say("Which twin was the elder one?") == "The twin was born first."


async def test_a_model_that_only_repeats_is_asked_once_more(
    server: ModelServer, line: Line
) -> None:
    server.replies = [writes("answer"), answers(*REPEATED), answers("What a greedy bird.")]
    assert await line.say(SAID) == "What a greedy bird."
    first, second = server.requests[1:]
    asked = [request["messages"][-1]["content"] for request in (first, second)]
    assert asked[1] == f"{asked[0]}\n\n{OWN_WORDS_WANTED}"


@pytest.mark.parametrize(
    ("said", "replies"),
    [
        ("my tooth hurts since this morning", PHRASES.on_complaint),
        ("We are taking the ferry on Friday.", PHRASES.on_plan),
        ("i prefer the ferry to the bridge", PHRASES.on_opinion),
        ("I used to play the bassoon.", PHRASES.on_oneself),
        ("the tide comes twice a day here", PHRASES.on_remark),
    ],
)
async def test_a_model_that_repeats_again_gives_way_to_a_reply_of_the_kind(
    server: ModelServer, line: Line, said: str, replies: tuple[str, ...]
) -> None:
    for number in range(3):
        server.replies = [writes("answer"), answers(said), answers("You said that ", said)]
        assert await line.say(said) == replies[number % len(replies)]


async def test_the_sentence_before_is_not_handed_back_either(
    server: ModelServer, line: Line
) -> None:
    server.replies = [writes("answer"), answers("Poor fish.")]
    await line.say(SAID)
    server.replies = [writes("answer"), answers(SAID), answers("A net would help.")]
    assert await line.say("it came back this morning") == "A net would help."


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("Repeat after me: the heron ate all our goldfish.", SAID),
        ("say the heron ate all our goldfish", SAID),
        ("the code is five five two please read that back", "The code is five five two."),
        ("How do you spell heron?", "Heron."),
    ],
)
async def test_words_that_are_asked_for_are_said(
    server: ModelServer, line: Line, said: str, answer: str
) -> None:
    server.replies = [writes("answer"), answers(answer)]
    assert await line.say(said) == answer


async def test_an_expert_may_use_the_words(server: ModelServer, line: Line) -> None:
    server.replies = [writes("rhyming_expert"), answers(SAID)]
    assert await line.say(SAID) == SAID


async def test_an_answer_that_holds_more_is_passed_on_whole(
    server: ModelServer, line: Line
) -> None:
    answer = "If the heron ate all your goldfish, a net would have helped."
    server.replies = [writes("answer"), answers(answer)]
    assert await line.say(SAID) == answer


async def test_a_deed_that_is_only_repeated_is_said_not_to_be_done(
    server: ModelServer, line: Line
) -> None:
    said, repeated = "Water the ferns on the balcony.", ("Water the ferns ", "on the balcony.")
    server.replies = [writes("answer"), answers(*repeated), answers(*repeated)]
    assert await line.say(said) == not_done([])
