import pytest

from pipecatapp.text.phrases import is_stop


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
