import random

import pytest

from pipecatapp.voice.clauses import LONGEST_FIRST_PIECE, SHORTEST_CLAUSE, ClauseAggregator

TEXTS = [
    "Paris is the capital of France, and it lies on the Seine. It has two million people!",
    "It costs 1,000 euros, Dr. Smith said. That is 3.5 percent: too much?",
    "Yes. No. Perhaps, who knows; it depends - really - on the weather",
    "A single sentence that goes on and on without any comma or pause for far longer than anybody "
    "would want to wait before the first of it is heard and then ends.",
    "Wait... what? He said \N{LEFT DOUBLE QUOTATION MARK}no\N{RIGHT DOUBLE QUOTATION MARK}! Fine.",
    "Grüße aus Köln, lieber Jürgen. 東京は日本の首都です。はい。",
    "ok",
    "\n\nNew\nlines, everywhere.\n",
]


async def cut(aggregator: ClauseAggregator, chunks: list[str]) -> list[str]:
    pieces = []
    for chunk in chunks:
        pieces += [piece.text async for piece in aggregator.aggregate(chunk)]
    last = await aggregator.flush()
    return [*pieces, *([last.text] if last else [])]


def chunked(text: str, seed: int) -> list[str]:
    """Cut a text at random, as tokens would."""
    generator, chunks = random.Random(seed), []
    while text:
        size = generator.randint(1, 7)
        chunks.append(text[:size])
        text = text[size:]
    return chunks


def without_spaces(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("text", TEXTS)
async def test_no_letter_is_lost_or_said_twice_however_the_text_arrives(text: str) -> None:
    whole = await cut(ClauseAggregator(), [text])
    assert without_spaces("".join(whole)) == without_spaces(text)
    for seed in range(50):
        assert await cut(ClauseAggregator(), chunked(text, seed)) == whole


async def test_the_first_clause_does_not_wait_for_its_sentence() -> None:
    aggregator = ClauseAggregator()
    pieces = [p.text async for p in aggregator.aggregate("Well, my friend, that is a long")]
    assert pieces == ["Well, my friend,"]


async def test_only_the_first_piece_is_less_than_a_sentence() -> None:
    text = "The first clause, and the rest. The second sentence, in one piece, at once. End."
    pieces = await cut(ClauseAggregator(), [text])
    assert pieces[0] == "The first clause,"
    assert "The second sentence, in one piece, at once." in pieces


async def test_each_answer_has_a_first_clause() -> None:
    aggregator = ClauseAggregator()
    for _ in range(2):
        pieces = await cut(aggregator, ["Once upon a time, there was an end."])
        assert pieces == ["Once upon a time,", "there was an end."]


@pytest.mark.parametrize("ending", ["reset", "handle_interruption"])
async def test_nothing_of_an_answer_that_was_broken_off_is_said_later(ending: str) -> None:
    aggregator = ClauseAggregator()
    assert [p async for p in aggregator.aggregate("Once upon a")] == []
    await getattr(aggregator, ending)()
    assert await cut(aggregator, ["Hello there."]) == ["Hello there."]


async def test_numbers_and_titles_stay_whole() -> None:
    text = "That makes 1,000 euros in all for Dr. Smith and 3.5 for me. Goodbye."
    pieces = await cut(ClauseAggregator(), [text])
    assert not any(piece.endswith(("1,", "Dr.", "3.")) for piece in pieces)


async def test_a_first_sentence_without_a_pause_is_cut_between_words() -> None:
    words = ["word"] * 40
    first, *_ = await cut(ClauseAggregator(), [" ".join(words) + "."])
    assert LONGEST_FIRST_PIECE <= len(first) < LONGEST_FIRST_PIECE + len(" word")
    assert set(first.split()) == {"word"}


async def test_a_short_interjection_is_not_spoken_by_itself() -> None:
    first, *_ = await cut(ClauseAggregator(), ["Yes, of course I can do that, my friend."])
    assert len(first) >= SHORTEST_CLAUSE


async def test_a_long_first_phrase_ends_before_the_next_one() -> None:
    aggregator = ClauseAggregator()
    text = "The largest planet in the solar system is Jupiter."
    assert [p.text async for p in aggregator.aggregate(text)] == [
        "The largest planet in the solar system"
    ]
    last = await aggregator.flush()
    assert last
    assert last.text == "is Jupiter."
