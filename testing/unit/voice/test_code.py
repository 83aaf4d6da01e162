"""Code in an answer is shown and kept, and a few words are said in its place."""

import random

import pytest
from pipecat.frames.frames import (
    AggregatedTextFrame,
    Frame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)
from pipecat.pipeline.worker import PipelineParams
from pipecat.tests.utils import run_test

from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.text.telling import output_block
from pipecatapp.voice.ahead import AnswerAhead
from pipecatapp.voice.clauses import ClauseAggregator
from pipecatapp.voice.code import CODE, AnswerPart, CodeBlocks, code_notice
from pipecatapp.voice.piper import PiperTextToSpeech, Speaker, SpeechAhead
from pipecatapp.voice.recognizer import SAMPLE_RATE

BLOCK = '```python\ndef f(x):\n    print("a. B", `x`)\n    return x\n```'
ANSWER = f"Here is the function:\n{BLOCK}\nIt uses `print` and returns x."


def chunked(text: str, seed: int) -> list[str]:
    generator, chunks = random.Random(seed), []
    while text:
        size = generator.randint(1, 9)
        chunks.append(text[:size])
        text = text[size:]
    return chunks


def parts(chunks: list[str]) -> list[AnswerPart]:
    blocks, found = CodeBlocks(), list[AnswerPart]()
    for chunk in chunks:
        found += blocks.add(chunk)
    return [*found, blocks.end()]


@pytest.mark.parametrize("seed", range(20))
def test_a_block_is_whole_and_the_words_around_it_are_words(seed: int) -> None:
    found = parts(chunked(ANSWER, seed))
    assert "".join(part.text for part in found) == ANSWER
    assert [part.text for part in found if part.code] == ["", BLOCK]
    assert "".join(part.text for part in found if not part.code) == ANSWER.replace(BLOCK, "")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Use `x` and ``y``.", []),
        ("No code, but a tick at the end `", []),
        ("```a```", ["```a```"]),
        ("```a``` and ```b```", ["```a```", "```b```"]),
        ("Cut short: ```python\nwhile", ["```python\nwhile"]),
        ("``````", ["``````"]),
    ],
)
def test_what_is_code(text: str, code: list[str]) -> None:
    found = parts(list(text))
    assert "".join(part.text for part in found) == text
    assert [part.text for part in found if part.code and part.text] == code


async def test_the_words_before_a_block_do_not_wait_for_its_end() -> None:
    aggregator = ClauseAggregator()
    pieces = [piece.text async for piece in aggregator.aggregate("It is easy. See this:\n```py")]
    assert pieces == ["It is easy.", "See this:"]
    assert [p.text async for p in aggregator.aggregate("thon\n```")] == [" \n```python\n```\n"]


async def test_an_answer_that_is_cut_off_in_its_code_keeps_it() -> None:
    aggregator = ClauseAggregator()
    assert [p async for p in aggregator.aggregate("```py\nx = 1")] == []
    last = await aggregator.flush()
    assert last is not None
    assert (last.type, last.text.strip()) == (CODE, "```py\nx = 1")
    assert [p.text async for p in aggregator.aggregate("Hello there, you ")] == ["Hello there,"]


def response(text: str, *, silent: bool) -> list[Frame]:
    frames: list[LLMFullResponseStartFrame | LLMTextFrame | LLMFullResponseEndFrame] = []
    frames.append(LLMFullResponseStartFrame())
    frames += [LLMTextFrame(chunk) for chunk in chunked(text, 1)]
    frames.append(LLMFullResponseEndFrame())
    for frame in frames:
        frame.skip_tts = silent
    return [*frames]


async def down(speaker: Speaker, *, silent: bool) -> list[Frame]:
    frames, _ = await run_test(
        PiperTextToSpeech(speaker, SpeechAhead(speaker, TurnClock())),
        frames_to_send=response(ANSWER, silent=silent),
        pipeline_params=PipelineParams(audio_out_sample_rate=SAMPLE_RATE),
        start_timeout=30,
    )
    return list(frames)


async def test_code_is_kept_word_for_word_and_something_short_is_said_for_it(
    speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    speak = speaker.speak_now

    def noted(text: str) -> bytes:
        said.append(text)
        return speak(text)

    monkeypatch.setattr(speaker, "speak_now", noted)
    frames = await down(speaker, silent=False)
    assert said[0] == "Here is the function:"
    assert said[1] == code_notice()
    assert "def f" not in " ".join(said)
    kept = [f.text for f in frames if isinstance(f, TTSTextFrame) and f.append_to_context]
    assert BLOCK in " ".join(kept)
    assert any(isinstance(frame, TTSAudioRawFrame) for frame in frames)


def test_an_output_is_no_code() -> None:
    assert code_notice(f" \n{output_block('12 lines')}\n") != code_notice(f" \n{BLOCK}\n")


async def test_code_that_nobody_hears_is_kept_word_for_word(speaker: Speaker) -> None:
    frames = await down(speaker, silent=True)
    kept = [f.text for f in frames if isinstance(f, AggregatedTextFrame) and f.append_to_context]
    assert BLOCK in " ".join(kept)
    assert code_notice() not in " ".join(kept)
    assert not any(isinstance(frame, TTSAudioRawFrame) for frame in frames)


async def test_an_answer_of_code_alone_is_spoken_of_ahead(speaker: Speaker) -> None:
    clock = TurnClock()
    clock.typed()
    speech = SpeechAhead(speaker, clock)
    ahead = AnswerAhead(speech)
    await ahead.add(f"{BLOCK}\n")
    await ahead.end()
    assert list(speech._pieces) == [code_notice()]
    assert await speech.take(code_notice())
