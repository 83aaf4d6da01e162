from pathlib import Path

import pytest

from pipecatapp.twin.conversations import Conversations, SlotPool


def test_tabs_of_one_session_share_a_conversation(tmp_path: Path) -> None:
    conversations = Conversations(tmp_path)
    assert conversations.get("one") is conversations.get("one")
    assert conversations.get("one") is not conversations.get("two")


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a/b", "a.json", "-", "a b"])
def test_a_conversation_never_leads_out_of_its_directory(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="conversation id"):
        Conversations(tmp_path).get(name)


def test_every_conversation_is_known_and_no_other_file(tmp_path: Path) -> None:
    conversations = Conversations(tmp_path)
    conversations.get("kept").record("user", "hello", by=None)
    (tmp_path / "copy of kept.json").write_text("{}")
    conversations = Conversations(tmp_path)
    conversations.get("new")
    assert conversations.ids() == ["kept", "new"]


def test_each_conversation_keeps_its_slot_while_there_are_enough() -> None:
    slots = SlotPool(2)
    assert [slots.slot(name) for name in ("a", "b", "a", "b")] == [0, 1, 0, 1]


def test_the_longest_unused_slot_is_given_away() -> None:
    slots = SlotPool(2)
    for name in ("a", "b", "a"):
        slots.slot(name)
    assert slots.slot("c") == 1
    assert slots.slot("a") == 0
    assert slots.slot("b") == 1
