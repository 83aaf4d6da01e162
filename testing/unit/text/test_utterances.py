import pytest

from pipecatapp.text.utterances import is_question, is_stop


@pytest.mark.parametrize(
    "words",
    ["Stop.", "STOP!", " stop, please ", "Be quiet.", "That's enough.", "Stop. Stop! Stop."],
)
def test_somebody_who_wants_silence_gets_it(words: str) -> None:
    assert is_stop(words)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "...",
        "Where is the bus stop?",
        "How do I stop a nosebleed?",
        "Do not stop.",
        "Is that enough?",
        "stopping",
    ],
)
def test_a_question_with_such_a_word_is_answered(words: str) -> None:
    assert not is_stop(words)


@pytest.mark.parametrize("words", ["Where do I live?", "um so what is it", "Ada is here, right?"])
def test_a_question_is_known_by_its_first_word_or_its_mark(words: str) -> None:
    assert is_question(words)


@pytest.mark.parametrize("words", ["Ada is my sister.", "I know where she lives", "whatever"])
def test_a_statement_is_no_question(words: str) -> None:
    assert not is_question(words)
