import pytest

from pipecatapp.text.language import language
from pipecatapp.text.telling import LONGEST_READ_OUT, OUTPUT, as_sentence, told, told_failure


@pytest.mark.parametrize("result", ["118587876497", "exit code 0\nno output", "Zażółć gęślą jaźń."])
def test_a_short_result_is_told_as_it_is(result: str) -> None:
    assert told(f"{result}\n") == result


def test_a_long_result_is_told_by_its_end_and_shown_as_a_whole() -> None:
    result = "\n".join(["Reading package lists...", *(["Get:1 http"] * 30), "E: No such package"])
    spoken, block = told(result).split(OUTPUT)
    assert spoken.startswith(language().phrases.last_lines)
    assert spoken.endswith("E: No such package\n")
    assert len(spoken) < LONGEST_READ_OUT + 100
    assert block == f"\n{result}\n```"


def test_a_line_without_end_is_told_by_its_last_words() -> None:
    spoken, _ = told("number " * 500 + "last").split(OUTPUT)
    assert spoken.endswith("number last\n")
    assert len(spoken) < LONGEST_READ_OUT + 100


def test_a_result_cannot_end_its_block() -> None:
    assert told("```\nsecret\n" * 100).count("```") == 2


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("the command is empty", "The command is empty."),
        ("node5.lan does not answer", "node5.lan does not answer."),
        ("Say which one.", "Say which one."),
        ("'x' could be a or b: say the whole name", "'x' could be a or b: say the whole name."),
        ("", ""),
    ],
)
def test_a_failure_is_told_as_a_sentence(reason: str, sentence: str) -> None:
    assert as_sentence(reason) == sentence
    assert told_failure(reason) == sentence
