"""Questions about the conversation are answered from what was really said."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from pipecatapp.tools.execution.tool_definition import Tool, tools_of
from pipecatapp.tools.summarizer import Summarizer
from pipecatapp.tools.tool import Call, FactMemory, KeptFact, ToolError

from .fake_resources import FakeConversation, FakeResources

TALK = (
    ("Hello there!", "Hello! How can I help?"),
    ("How long does a badger live?", "About fourteen years."),
    ("My aunt Rosa keeps three goats.", "How lovely."),
    ("Which cheese goes with figs?", "Brie, gorgonzola or a mild goat cheese."),
    ("I like the second one best.", "A good choice."),
    ("what should i feed a goat in winter", "Hay, and a little barley."),
    ("How far is it from Bergen to Oslo?", "About 460 kilometres by road."),
)


@pytest.fixture
def get_summary() -> Tool:
    (made,) = tools_of(Summarizer(FakeResources()))
    return made


async def told(
    tool: Tool, words: str, query: str = "", *talk: tuple[str, str], at: str = ""
) -> str:
    conversation = FakeConversation(said=[*(talk or TALK), (words, "")], at=at)
    return await tool.run(Call(conversation, words=words), {"query": query})


@pytest.mark.parametrize(
    ("words", "holds"),
    [
        ("What was the first thing I asked you?", ["first", "How long does a badger live?"]),
        ("what did i say first", ["Hello there!"]),
        ("what was my last question", ["last", "Bergen to Oslo"]),
        ("Tell me what I asked before that.", ["Bergen to Oslo"]),
        ("what was the second thing i asked you", ["Which cheese goes with figs?"]),
        ("What was the last thing you said?", ["460 kilometres"]),
        ("what did you tell me about the cheese", ["gorgonzola"]),
        ("What did you say about badgers?", ["fourteen years"]),
        ("what did i say about my aunt earlier", ["My aunt Rosa keeps three goats."]),
        ("which one did i prefer", ["I like the second one best.", "gorgonzola"]),
        ("which cheese did I like", ["second one", "gorgonzola"]),
        ("have i mentioned my aunt", ["Yes.", "Rosa"]),
        ("Did I mention my uncle?", ["No", "uncle"]),
        ("How many questions have I asked you?", ["4 questions"]),
        ("how often did i mention goats", ["2 times"]),
    ],
)
async def test_plain_questions_are_answered_in_the_words_of_the_log(
    get_summary: Tool, words: str, holds: list[str]
) -> None:
    said = await told(get_summary, words)
    assert all(part in said for part in holds), said


async def test_a_question_is_no_part_of_its_own_answer(get_summary: Tool) -> None:
    said = await told(get_summary, "what was the last thing i asked you")
    assert "what was the last thing" not in said


async def test_a_summary_quotes_the_conversation_in_its_order(get_summary: Tool) -> None:
    said = await told(get_summary, "Please sum up our conversation.")
    assert said.index("badger") < said.index("figs") < said.index("Bergen")
    assert 'I said: "About fourteen years."' in said
    assert "Hello" not in said


async def test_a_summary_stands_for_every_topic_of_a_long_talk(get_summary: Tool) -> None:
    topics = {
        "tulips": "How deep do I plant tulips in row {}?",
        "bicycle": "My bicycle's tyre number {} is flat, what do I do?",
        "chess": "Which chess opening is good for player {}?",
    }
    talk = [
        (text.format(number), f"Answer {number}.")
        for text in topics.values()
        for number in range(9)
    ]
    said = await told(get_summary, "can you recap what we talked about", "", *talk)
    assert all(topic in said for topic in topics)
    assert len(said) < 1600


async def test_a_choice_is_found_by_what_was_offered_before_it(get_summary: Tool) -> None:
    talk = (
        ("Which pet suits a small flat: a canary, a hamster or a turtle?", "A canary is cheerful."),
        ("A turtle sounds good to me.", "It lives long."),
        ("How long is the Danube?", "About 2850 kilometres."),
    )
    assert "turtle sounds" in await told(get_summary, "which of them did i like", "", *talk)
    assert "turtle sounds" in await told(get_summary, "What pet did we decide on?", "", *talk)
    assert "You asked" not in await told(get_summary, "which of them did i like", "", *talk)


async def test_what_is_only_near_in_meaning_is_no_mention(get_summary: Tool) -> None:
    assert "No" in await told(get_summary, "did i mention sheep")


async def test_a_query_that_nobody_said_is_no_topic(get_summary: Tool) -> None:
    said = await told(get_summary, "give me the gist of all this", "the roof")
    assert "badger" in said


async def test_what_is_said_today_is_told_apart_from_yesterday(get_summary: Tool) -> None:
    yesterday = (datetime.now().astimezone() - timedelta(days=1)).isoformat()
    said = await told(get_summary, "what did i ask you first today", at=yesterday)
    assert "badger" not in said


async def test_a_dropped_beginning_is_owned_up_to(get_summary: Tool) -> None:
    words = "what was the first thing i asked you"
    conversation = FakeConversation(said=[*TALK, (words, "")], log_is_whole=False)
    said = await get_summary.run(Call(conversation, words=words), {"query": ""})
    assert "no longer have the very beginning" in said


async def test_what_the_model_looks_for_is_found(get_summary: Tool) -> None:
    said = await told(get_summary, "there was that animal in winter, the feed again?", "goat feed")
    assert "Hay, and a little barley." in said


async def test_what_was_not_said_is_not_made_up(get_summary: Tool) -> None:
    assert "nothing about" in await told(get_summary, "what did you say about the dishwasher")


async def test_nothing_said_is_said(get_summary: Tool) -> None:
    words = "what did we talk about"
    empty = Call(FakeConversation(said=[(words, "")]), words=words)
    assert "Nothing has been said" in await get_summary.run(empty, {"query": ""})


async def test_it_needs_a_query_and_no_approval(get_summary: Tool) -> None:
    assert get_summary.read_only
    assert get_summary.spoken
    assert not get_summary.sensitive
    with pytest.raises(ToolError, match="query"):
        await get_summary.run(Call(FakeConversation()), {})


UNCLE = "The user's uncle is called Bo."


class Kept(FactMemory):
    """A memory that knows one thing."""

    async def count(self) -> int:
        return 1

    async def latest(self, most: int, person: str | None) -> list[str]:
        return [UNCLE][:most]

    async def matching(self, words: str) -> list[str]:
        return [UNCLE] if "uncle" in words else []

    async def remember(self, text: str, call: Call) -> KeptFact:
        return KeptFact(text)

    async def forget_texts(self, texts: Sequence[str], call: Call) -> int:
        return 0


async def test_what_is_kept_for_ever_is_told_where_the_conversation_has_nothing() -> None:
    (tool,) = tools_of(Summarizer(FakeResources(memory=Kept())))
    assert "Bo" in await told(tool, "did i mention my uncle")


@pytest.mark.parametrize(
    "words",
    [
        "Summarize this text: what I asked you first is not known.",
        "summarize the page",
        "sum up the news of today",
        "what did Darwin say first",
        "What did my neighbour ask about?",
        "which one do i like",
        "which film did the jury like best",
        "how many questions did she ask",
        "what is the first thing to do after a fall",
        "Translate: what did I ask you first?",
        "give me a summary of the conversation between Brutus and Cassius",
        "did Anna mention her sister",
        "what was my first car",
    ],
)
async def test_other_questions_are_not_for_the_log(words: str) -> None:
    assert await Summarizer(FakeResources()).wanted(words) is None


@pytest.mark.parametrize(
    "words",
    [
        "um could you sum up what we have talked about so far",
        "Do you remember what I asked you at the beginning?",
        "thanks. what did you just say",
        "when did i ask about the ferry",
        "what did I say my aunt keeps?",
        "which of the three did you recommend",
    ],
)
async def test_plain_questions_need_no_model(words: str) -> None:
    wanted = await Summarizer(FakeResources()).wanted(words)
    assert wanted is not None
    assert wanted[0] == "summarizer.get_summary"


@pytest.mark.parametrize(
    ("words", "made"),
    [
        ("we cycled to the harbour and back", False),
        ("the parcel came back again", False),
        ("what was it we settled on for the roof", True),
        ("summarize our chat", True),
    ],
)
def test_what_is_told_is_no_question_to_the_log(words: str, made: bool) -> None:
    call = "summarizer.get_summary", {"query": ""}
    assert (Summarizer(FakeResources()).revised(call, words) == call) is made
