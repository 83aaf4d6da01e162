import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.twin.history import store as module
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.store import ConversationStore, flush


@pytest.fixture
def disk() -> Iterator[threading.Event]:
    """A disk that writes nothing more until this is set."""
    goes_on = threading.Event()
    module._WRITER.submit(goes_on.wait, 20)
    yield goes_on
    goes_on.set()
    flush()


@pytest.fixture
def conversation(tmp_path: Path) -> Conversation:
    """A conversation; asked for before the slow disk, which its reading would wait for."""
    return Conversation("a", tmp_path / "a.json")


def kept(path: Path) -> Any:
    return json.loads(path.read_text())["log"]


def test_nobody_waits_for_a_slow_disk_and_it_writes_the_last_alone(
    tmp_path: Path, disk: threading.Event
) -> None:
    path = tmp_path / "a.json"
    file = ConversationStore(path)
    for number in range(3):
        file.save_soon({"log": number})
    assert file.behind
    assert not path.exists()
    written: list[Any] = []
    module._WRITER.submit(lambda: written.append(path.exists()))  # before the last one's turn
    file.save_soon({"log": 3})
    disk.set()
    flush()
    assert written == [False]
    assert kept(path) == 3
    assert not file.behind


def test_what_is_read_is_what_was_said_last(
    conversation: Conversation, tmp_path: Path, disk: threading.Event
) -> None:
    path = tmp_path / "a.json"
    conversation.record("user", "hello", by=None)
    threading.Timer(0.1, disk.set).start()
    assert [entry["text"] for entry in Conversation("a", path).history()] == ["hello"]


def test_what_replaces_a_conversation_is_written_when_it_returns(
    conversation: Conversation, tmp_path: Path, disk: threading.Event
) -> None:
    path = tmp_path / "a.json"
    conversation.record("user", "a secret", by=None)
    threading.Timer(0.1, disk.set).start()
    conversation.restore({"messages": [], "log": []})
    assert kept(path) == []


def test_what_was_said_last_outlives_the_process(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    program = (
        "import sys, pathlib\n"
        "from pipecatapp.twin.history.conversation import Conversation\n"
        "conversation = Conversation('a', pathlib.Path(sys.argv[1]))\n"
        "for number in range(200): conversation.record('user', str(number), by=None)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=True, timeout=60)
    assert kept(path)[-1]["text"] == "199"


def test_what_was_removed_does_not_come_back(tmp_path: Path, disk: threading.Event) -> None:
    path = tmp_path / "a.json"
    path.with_suffix(".damaged").write_text("a secret")
    file = ConversationStore(path)
    file.save_soon({"log": 1})
    threading.Timer(0.1, disk.set).start()
    file.remove()
    file.save_soon({"log": 2})
    flush()
    assert list(tmp_path.iterdir()) == []
