from collections.abc import Sequence
from dataclasses import dataclass, field

from openai.types.chat import ChatCompletionChunk

from pipecatapp.twin.history.messages import UserMessage
from pipecatapp.twin.history.turn import ActiveTurn, Turn
from pipecatapp.twin.llm.chunks import Chunks, say, text_of
from pipecatapp.twin.turn.answer_stream import AnswerStream, streamed
from pipecatapp.twin.turn.checked_answer import AnswerCheck, CheckedAnswer, Clause, Correction

TURN = ActiveTurn([], Turn(UserMessage("tell me about owls")))


@dataclass
class Word:
    """Corrects clauses with a word in them, and waits for clauses that begin with another."""

    word: str
    correction_: Correction
    waits_for: str = "\0"
    seen: list[str] = field(default_factory=list)

    def waits(self, clause: Clause, turn: ActiveTurn) -> bool:
        begun = clause.text.lstrip()
        return begun.startswith(self.waits_for) or self.waits_for.startswith(begun)

    def correction(self, clause: Clause, turn: ActiveTurn) -> Correction | None:
        self.seen.append(clause.text.strip())
        return self.correction_ if self.word in clause.text else None


def token(text: str, finish: str | None = None) -> ChatCompletionChunk:
    delta = {"index": 0, "delta": {"content": text or None}, "finish_reason": finish}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    return ChatCompletionChunk.model_validate({**chunk, "choices": [delta]})


async def passed(
    tokens: Sequence[str | ChatCompletionChunk], *checks: AnswerCheck, turn: ActiveTurn = TURN
) -> list[str]:
    """Return the texts of the chunks that come out."""

    async def chunks() -> Chunks:
        for each in tokens:
            yield token(each) if isinstance(each, str) else each
        yield token("", "stop")

    async def write(answer: AnswerStream) -> None:
        checked = CheckedAnswer(answer, turn, checks)
        await checked.take(chunks())
        await checked.end()

    return [text for chunk in [c async for c in streamed(write)] if (text := text_of(chunk))]


async def test_what_no_check_waits_for_is_passed_on_as_it_comes() -> None:
    tokens = ["Owls", " hunt", " at", " night,", " as", " mice", " do."]
    assert await passed(tokens) == tokens
    assert await passed(tokens, Word("lion", Correction("No."))) == tokens


async def test_a_clause_that_a_check_waits_for_comes_whole() -> None:
    check = Word("lion", Correction("No."), waits_for="Owls")
    tokens = ["Owls", " hunt", " at", " night,", " as", " mice", " do."]
    assert await passed(tokens, check) == ["Owls hunt at night, as", " mice", " do."]


async def test_each_clause_is_judged_once_and_whole() -> None:
    check = Word("lion", Correction("No."))
    await passed(["Yes: 1,000 owls", " live", " here; some", " (few.)", " sleep", "\nBye"], check)
    assert check.seen == ["Yes:", "1,000 owls live here;", "some (few.)", "sleep", "Bye"]


async def test_a_correction_takes_the_place_of_the_rest() -> None:
    check = Word("lion", Correction("I know no lions."), waits_for="The lion")
    tokens = ["Owls fly.", " The", " lion", " does", " not.", " It", " walks."]
    assert "".join(await passed(tokens, check)) == "Owls fly. I know no lions. "


async def test_the_model_is_not_read_further_after_it() -> None:
    read = []

    async def chunks() -> Chunks:
        for word in ("A lion. ", "It ", "roars."):
            read.append(word)
            yield token(word)

    async def write(answer: AnswerStream) -> None:
        await CheckedAnswer(answer, TURN, [Word("lion", Correction("No."), "A")]).take(chunks())

    assert [text_of(chunk) async for chunk in streamed(write)] == ["No. "]
    assert read == ["A lion. "]


async def test_a_correction_may_leave_the_rest_as_it_is() -> None:
    gone = Word("lion", Correction("", ends=False), waits_for="A lion")
    assert "".join(await passed(["A lion", " roars. ", "Owls do not."], gone)) == "Owls do not."
    other = Word("lion", Correction("A cat purrs.", ends=False), waits_for="A lion")
    said = "".join(await passed(["Well. ", "A lion", " roars. ", "Owls do not."], other))
    assert said == "Well. A cat purrs. Owls do not."


async def test_what_has_been_passed_on_stays_before_a_late_correction() -> None:
    check = Word("lion", Correction("I do not know."))
    assert "".join(await passed(["Here", " is", " a", " lion", "."], check)) == (
        "Here is a lion. I do not know. "
    )


async def test_the_first_of_several_checks_counts() -> None:
    first, second = Word("owl", Correction("One."), "An"), Word("owl", Correction("Two."), "An")
    assert "".join(await passed(["An owl."], first, second)) == "One. "


async def test_code_is_passed_on_unchecked_and_words_around_it_are_not() -> None:
    check = Word("lion", Correction("No."), waits_for="A lion")
    tokens = ["So", ":\n", "``", "`py\nlion = 1\n", "x, y = 2\n`", "``", "\nOwls ", "fly."]
    assert "".join(await passed(tokens, check)) == "".join(tokens)
    assert check.seen == ["So:", "Owls fly."]
    assert "".join(await passed([*tokens, " A lion", " too."], check)) == "".join(tokens) + " No. "
    assert "".join(await passed(["A lion", "```x```"], check)) == "No. "


async def test_a_fence_comes_whole_whatever_was_passed_on() -> None:
    for tokens in (["a `", "``b", "``", "`c"], ["a ", "```", "b", "```", "c"], ["`", "`", "`b"]):
        assert "".join(await passed(tokens)) == "".join(tokens)


async def test_words_of_the_twin_are_no_clauses_and_come_behind_what_was_held() -> None:
    check = Word("lion", Correction("No."), waits_for="Owls")
    out = await passed(["Owls", say("It broke off, the lion.")], check)
    assert "".join(out) == "OwlsIt broke off, the lion. "
    assert check.seen == ["Owls"]


async def test_a_clause_knows_its_sentence() -> None:
    assert Clause(" and sing.", "Hello! They fly,").sentence == "They fly, and sing."
    assert Clause("They", 'He said "no." ').sentence == "They"
    assert Clause("item", "a list\n").sentence == "item"
