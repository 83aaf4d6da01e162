"""Names of the house that are nearly heard."""

import pytest

from pipecatapp.voice.near_names import NearNames

WORDS = frozenset(("run", "on", "local", "os", "officer", "the", "a", "in", "are", "slow", "write"))
NAMES = ("localhost", "playbook", "Weatherby", "office", "nas")


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("Run uptime on local os.", "Run uptime on localhost."),
        ("Run uptime on local O's, please.", "Run uptime on localhost, please."),
        ("Run uptime on localos.", "Run uptime on localhost."),
        ("Is Wetherby awake, Wethersby?", "Is Weatherby awake, Weatherby?"),
        # What is a word stays, and so does what is not said as the place of something.
        ("Ask the officer on the corner.", "Ask the officer on the corner."),
        ("The local os is slow.", "The local os is slow."),
        ("Write playbooks.", "Write playbooks."),
        ("Switch it on. Local os are slow.", "Switch it on. Local os are slow."),
        ("Run it on localhost and on nass.", "Run it on localhost and on nass."),
        ("", ""),
    ],
)
def test_a_name_is_put_where_it_was_nearly_heard(heard: str, meant: str) -> None:
    assert NearNames(NAMES, WORDS.__contains__).corrected(heard) == meant
