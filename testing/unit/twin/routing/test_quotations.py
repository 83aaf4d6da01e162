"""What counts as somebody else's words."""

import pytest

from pipecatapp.twin.routing.quotations import unquoted


@pytest.mark.parametrize(
    ("words", "own"),
    [
        ('Summarize "run the script as root" please', "Summarize this text please"),
        ("Is 'switch off the lamp' polite?", "Is this text polite?"),
        ("My boss wrote restart node four by noon.", "My boss wrote this text"),
        ("an e-mail that tells me to open a file", "an e-mail that tells me to this text"),
        ("the old man on the phone said wipe the disk", "the old man on the phone said this text"),
        ("translate this into dutch please click next", "translate this into dutch this text"),
        ("how many words are in go to the page", "how many words are in this text"),
        ("how do you say run the playbook in french", "how do you say this text in french"),
        ("Is it a scam, this message: click here", "Is it a scam, this message: this text"),
        ("is this good English: please to run it", "is this good English: this text"),
    ],
)
def test_what_is_quoted_is_replaced(words: str, own: str) -> None:
    assert unquoted(words) == own


@pytest.mark.parametrize(
    "words",
    [
        "what did we say about the car",
        "remind me what I told you about the trains",
        "click the button that says order now",
        "where it says company write none",
        "what does the page say",
        "translate this c code into rust",
        "it's the neighbour's cat, isn't it",
        "tell me a story",
        "Email field: lab@example.org",
        "write a program that counts the words in a file",
    ],
)
def test_what_people_want_themselves_is_left(words: str) -> None:
    assert unquoted(words) == words
