import pytest

from pipecatapp.text.utterances import (
    asks_for_quotation,
    begins_to_remember,
    is_question,
    is_remark,
    is_statement,
    is_stop,
)


@pytest.mark.parametrize(
    "words",
    [
        "Stop.",
        "STOP!",
        " stop, please ",
        "Be quiet.",
        "That's enough.",
        "Stop. Stop! Stop.",
        "stop it right now",
        "okay twin stop",
        "Halt!",
        "hey twin be quiet for a moment",
        "that\u2019s quite enough, thank you",
        "never mind that",
        "oh shut up would you",
        "could you please stop talking",
        "Stop,please!",
        "i said stop. stop it!",
        "no more talking please",
        "Hold it.",
        "you can stop now",
        "shhh",
        "start",
    ],
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
        "don't stop now",
        "Is that enough?",
        "stopping",
        "stop the egg timer",
        "stop the alarm please",
        "cancel my seven o'clock alarm",
        "stop the radio on node four",
        "stop by the bakery",
        "stop nginx",
        "stop at the third line",
        "never mind the rain, what time is it",
        "enough flour for two cakes",
        "be quiet is what she told us",
        "forget it all please",
        "can i stop now",
        "start the dishwasher",
        "halt node three",
    ],
)
def test_a_request_with_such_a_word_is_answered(words: str) -> None:
    assert not is_stop(words)


@pytest.mark.parametrize("words", ["Where do I live?", "um so what is it", "Ada is here, right?"])
def test_a_question_is_known_by_its_first_word_or_its_mark(words: str) -> None:
    assert is_question(words)


@pytest.mark.parametrize("words", ["Ada is my sister.", "I know where she lives", "whatever"])
def test_a_statement_is_no_question(words: str) -> None:
    assert not is_question(words)


@pytest.mark.parametrize(
    "words",
    [
        "Remember the milk.",
        "um please remember",
        "Please, remember: the bins go out on Monday",
        "can you remember the gate code is 12",
        "Don't forget the cake.",
        "keep in mind i eat no fish",
        "remember what we said",
    ],
)
def test_a_wish_to_remember_is_known_by_its_beginning(words: str) -> None:
    assert begins_to_remember(words)


@pytest.mark.parametrize(
    "words",
    ["Do you remember me?", "I remember that day.", "can you remember what we said", "remembering"],
)
def test_who_asks_what_is_remembered_wishes_nothing(words: str) -> None:
    assert not begins_to_remember(words)


REMARKS = [
    "we saw a heron at the pond",
    "Oh no, my umbrella broke in the storm.",
    "phew what a relief",
    "the second chapter was a bit slow",
    "Otto says hello.",
    "it rained all the way home",
    "um i never cared much for chess",
]
WITH_A_REQUEST = [
    "it is getting dark can you read me the page",
    "I burnt my hand, what should I do?",
    "I'd like to know the time in Lima.",
    "the second verse should be longer",
    "i'm looking for a gift for a gardener",
]
REQUESTS = [
    "read me the page",
    "what is the tide doing",
    "and node four",
    "the one below it",
    "tell my brother that dinner is ready",
    "is the lamp on",
]


@pytest.mark.parametrize("words", REMARKS)
def test_who_only_tells_something_makes_a_remark(words: str) -> None:
    assert is_remark(words)


@pytest.mark.parametrize("words", WITH_A_REQUEST)
def test_a_statement_may_ask_for_something(words: str) -> None:
    assert is_statement(words)
    assert not is_remark(words)


@pytest.mark.parametrize("words", REQUESTS)
def test_a_request_is_no_statement(words: str) -> None:
    assert not is_statement(words)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("please repeat the last line after me", True),
        ("the pin is nine nine four read it back to me", True),
        ("how do you spell heron", True),
        ("They say that it will snow.", False),
        ("my brother writes novels", False),
    ],
)
def test_who_asks_for_words_is_known(words: str, asked: bool) -> None:
    assert asks_for_quotation(words) is asked
