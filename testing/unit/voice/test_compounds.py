"""Words that are heard apart and known as one."""

import pytest

from pipecatapp.text.language import load_language
from pipecatapp.voice.compounds import Compounds


@pytest.mark.parametrize(
    ("heard", "known"),
    [
        ("Run up time on local host.", "Run uptime on localhost."),
        ("run the Play-Book on Localhost", "run the playbook on localhost"),
        ("Get up, time to go to the local hostel.", "Get up, time to go to the local hostel."),
        ("Stand up times two.", "Stand up times two."),
    ],
)
def test_the_words_of_the_tools_are_joined(heard: str, known: str) -> None:
    assert Compounds(load_language("en").vocabulary.compounds).joined(heard) == known


def test_the_names_of_the_house_are_joined_and_spelled_as_it_does() -> None:
    vocabulary = Compounds(["BigNode", "", "node 2", "nas"])
    assert vocabulary.joined("restart big node and node 2 and the n a s") == (
        "restart BigNode and node 2 and the n a s"
    )


def test_no_words_change_nothing() -> None:
    assert Compounds([]).joined("up time") == "up time"
