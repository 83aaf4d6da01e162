import pytest

from pipecatapp.text.languages.en.phrases import PHRASES
from pipecatapp.twin.turn.raw_calls import RawCalls
from testing.unit.twin.turn.test_checked_answer import passed


@pytest.mark.parametrize(
    ("tokens", "said"),
    [
        (["I will look.", " ssh", ".run", "_command", ' {"', 'host":"a"}'], "I will look."),
        (["Let me see:\n", "radio", ".play", " {", '"name":"jazz"}'], "Let me see:\n"),
        (["Here", " it", " is,", " lamp", ".switch", '{"on":', "true}"], "Here it is, lamp"),
        (["Well.", " Action", ":", " mcp", ".get_status"], "Well. "),
        (["Yes.", " <tool", "_call>", '{"name"'], "Yes. "),
        (["Fine.", ' {"', "name", '":', ' "lamp.read"}'], "Fine. "),
        (['ssh.run_command {"host":"a"}'], f"{PHRASES.no_words} "),
    ],
)
async def test_an_answer_ends_before_a_call(tokens: list[str], said: str) -> None:
    assert "".join(await passed(tokens, RawCalls(list))).strip() == said.strip()


@pytest.mark.parametrize(
    "tokens",
    [
        ["The", " address", " is", " example", ".org", "."],
        ["Use", " e.g.", " a", " lamp", "."],
        ["i", " think", " so."],
        ["I", " can", " run", " ssh.run", "_command", " for", " you."],
        ["Actions", " speak", " louder", " than", " words."],
        ["A", " set", " is", " {1,", " 2}."],
        ["It", " is", " 5", " <", " 7."],
        ["Action", " films", ":", " none."],
    ],
)
async def test_words_that_only_look_like_one_are_said(tokens: list[str]) -> None:
    assert "".join(await passed(tokens, RawCalls(list))) == "".join(tokens)


async def test_plain_words_are_not_held_back() -> None:
    tokens = ["Owls", " hunt", " at", " night,", " as", " mice", " do."]
    assert await passed(tokens, RawCalls(list)) == tokens
