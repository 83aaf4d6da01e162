import pytest

from pipecatapp.text.repetition import may_repeat, repeats

REPEATED = [
    ("i painted the shed blue last sunday", "I painted the shed blue last Sunday."),
    ("i painted the shed blue last sunday", "You painted the shed blue last Sunday!"),
    ("My knee hurts when it rains.", "So you said that your knee hurts when it rains,"),
    ("our tent leaks and the kids are soaked", "Your tent leaks and the kids are soaked."),
    ("we've got a new baker in the village", "You have got a new baker in the village."),
    ("I don't trust that ladder. It wobbles.", "It wobbles."),
    ("I would rather take the tram than walk.", "You'd rather take the tram than walk."),
    ("what is the deepest lake on earth", "What is the deepest lake on earth?"),
    (
        "the heron comes to our pond every single morning at dawn",
        "The heron visits your pond every single morning at dawn.",
    ),
]
REPLIES = [
    ("i painted the shed blue last sunday", "Blue suits a shed very well."),
    ("My knee hurts when it rains.", "I'm sorry, that sounds painful."),
    ("My knee hurts when it rains.", "Many people feel the weather in their knees."),
    ("is the danube longer than the rhine", "Yes, the Danube is longer than the Rhine."),
    ("who built the first steam engine", "Thomas Newcomen built the first steam engine."),
    ("I'd like to know who built the first steam engine", "Newcomen built the first steam engine."),
    ("can i freeze cooked rice", "You can freeze cooked rice."),
    ("pick the grey scarf or the long green one", "The grey scarf."),
    ("good evening", "Good evening!"),
    ("nice to meet you", "Nice to meet you too."),
    ("i see him every day", "I see."),
    ("the cellar was flooded twice", "If the cellar was flooded twice,"),
    ("the train was late again", "Again?"),
    ("my son is called Ole and he is nine", "Ole is a fine name."),
]


@pytest.mark.parametrize(("said", "words"), REPEATED)
def test_what_hands_back_the_words_is_a_repetition(said: str, words: str) -> None:
    assert repeats(words, said)


@pytest.mark.parametrize(("said", "words"), REPEATED)
def test_a_repetition_is_waited_for_from_its_first_letter_on(said: str, words: str) -> None:
    assert all(may_repeat(words[:end], said) for end in range(len(words)))


@pytest.mark.parametrize(("said", "words"), REPLIES)
def test_a_reply_is_none(said: str, words: str) -> None:
    assert not repeats(words, said)


def test_a_reply_is_not_waited_for() -> None:
    said = "My knee hurts when it rains."
    assert not may_repeat("I am sorry to hear", said)
    assert not may_repeat("The Rhine ", "is the danube longer than the elbe")
