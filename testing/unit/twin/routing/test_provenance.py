from typing import Any

import pytest

from pipecatapp.twin.routing.provenance import is_named_by_user


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        ("go to example dot org", {"url": "https://example.org"}),
        ("Open example.org/news, please.", {"url": "http://www.example.org/news"}),
        ("navigate to open street map dot org", {"url": "openstreetmap.org"}),
        ("my dash site dot org", {"url": "https://my-site.org/"}),
        ("open wikipedia", {"url": "https://www.wikipedia.org"}),
        ("open http://127.0.0.1:8080/a_b", {"url": "http://127.0.0.1:8080/a_b"}),
        ("run up time on node five", {"host": "node5", "command": "uptime"}),
        ("the address is one nine two dot 168 dot 1 dot five", {"host": "192.168.1.5"}),
        ("set node5 to ten minutes", {"service": "node-5", "minutes": 10}),
        ("Grüße an Zoë", {"text": "grüße", "to": ["Zoë"]}),
        ("clear it", {}),
    ],
)
def test_what_the_user_said_is_named_however_it_is_written(
    said: str, arguments: dict[str, Any]
) -> None:
    assert is_named_by_user(arguments, said)


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        # Pieces of addresses that are too short to be looked at, were there a limit.
        ("What does Alice say?", {"url": "http://x1.io/al/ic/e"}),
        ("Thank you, what does it say?", {"url": "http://x1.io/a"}),
        ("open it", {"url": "http://x/"}),
        # Letters that stand in the user's words, and are none of them.
        ("tell me whatever is there", {"url": "http://hat.tel/eve"}),
        ("make a note on the weather", {"url": "ea.the"}),
        ("dim room 4100", {"percent": 100}),
        ("the red car pet", {"name": "redcarp"}),
        # Nothing that could be said.
        ("open it", {"url": "https://"}),
        ("copy the file", {"path": "/"}),
        ("copy the file", {"path": ""}),
        ("switch it", {"on": True}),
        ("go on", {"name": None}),
        # One is named and the other is not.
        ("look at example dot org", {"url": "example.org", "target": "evil"}),
        ("look at example dot org", {"url": "example.org/%65%76"}),
        ("look at example dot org", {"urls": ["example.org", "evil.org"]}),
    ],
)
def test_what_a_page_may_have_put_there_is_not_named(said: str, arguments: dict[str, Any]) -> None:
    assert not is_named_by_user(arguments, said)
