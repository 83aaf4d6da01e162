from pathlib import Path

import pytest

from pipecatapp.twin.history.conversations import Conversations
from pipecatapp.twin.history.store import flush


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
    flush()
    (tmp_path / "copy of kept.json").write_text("{}")
    conversations = Conversations(tmp_path)
    conversations.get("new")
    assert conversations.ids() == ["kept", "new"]


def test_a_lent_conversation_that_nobody_has_open_is_let_go_of(tmp_path: Path) -> None:
    conversations = Conversations(tmp_path)
    with conversations.loaded("closed") as first:
        first.record("user", "hello", by=None)
    with conversations.loaded("closed") as second:
        assert second is not first
        assert second.history() == first.history()
    with conversations.loaded("open") as other:
        assert conversations.get("open") is not other
    opened = conversations.get("open")
    with conversations.loaded("open") as other:
        assert other is opened


def test_a_removed_conversation_leaves_the_disk_whoever_still_has_it_open(tmp_path: Path) -> None:
    conversations = Conversations(tmp_path)
    for name in ("open", "closed", "other"):
        with conversations.loaded(name) as conversation:
            conversation.record("user", "hello", by=None)
    opened = conversations.get("open")
    for name in ("open", "closed", "never"):
        conversations.remove(name)
    opened.record("assistant", "bye", by=None)
    flush()
    assert [path.name for path in tmp_path.iterdir()] == ["other.json"]
    assert conversations.ids() == ["other"]
    assert conversations.get("open").history() == []


def test_a_conversation_that_cannot_be_deleted_logs_out_nevertheless(tmp_path: Path) -> None:
    conversations = Conversations(tmp_path)
    (tmp_path / "a.json" / "inside").mkdir(parents=True)  # no file, so it cannot be deleted as one
    conversations.remove("a")
