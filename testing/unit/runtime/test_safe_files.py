import hashlib
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pipecatapp.runtime.safe_files import (
    LockHeldError,
    atomic_writer,
    lock_for_process,
    locked,
    read_json,
    sha256_of,
    switch_symlink,
    write_atomic,
    write_json,
)

HOLDER = """
import sys
from pathlib import Path
from pipecatapp.runtime.safe_files import lock_for_process
lock = lock_for_process(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_write_makes_directories_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "text"
    write_atomic(path, "20 \u00b0C\n")
    write_atomic(path, "21 \u00b0C\n", mode=0o600)
    assert path.read_text(encoding="utf-8") == "21 \u00b0C\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(path.parent) == ["text"]


def test_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    write_atomic(tmp_path / "key", b"\xff\x00")
    assert (tmp_path / "key").read_bytes() == b"\xff\x00"
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o644


def test_a_write_that_fails_half_way_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), atomic_writer(path) as stream:  # noqa: PT012
        stream.write(b"new")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert names(tmp_path) == ["file"]


def test_what_is_half_written_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    with atomic_writer(tmp_path / "file", mode=0o644) as stream:
        assert stat.S_IMODE(os.fstat(stream.fileno()).st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o644


def test_threads_that_write_the_same_file_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "file"
    contents = [letter * 200_000 for letter in "abcdefgh"]
    threads = [threading.Thread(target=write_atomic, args=(path, text)) for text in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() in contents
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("content", [None, b"", b"[1]", b"{", b"\xff"])
def test_json_that_cannot_be_read_is_empty(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "state.json"
    if content is not None:
        path.write_bytes(content)
    assert read_json(path) == {}


def test_json_comes_back(tmp_path: Path) -> None:
    write_json(tmp_path / "state.json", {"b": [1], "a": None})
    assert read_json(tmp_path / "state.json") == {"a": None, "b": [1]}


def test_a_link_is_switched_only_where_it_points_elsewhere(tmp_path: Path) -> None:
    link = tmp_path / "current"
    assert switch_symlink(link, Path("one"))
    assert not switch_symlink(link, Path("one"))
    assert switch_symlink(link, Path("two"))
    assert link.readlink() == Path("two")
    assert names(tmp_path) == ["current"]


def test_one_waits_for_the_lock_and_says_so(tmp_path: Path) -> None:
    lock = tmp_path / "made" / "lock"
    order: list[str] = []
    waiting = threading.Event()

    def wait_for_it() -> None:
        with locked(lock, waiting.set):
            order.append("second")

    with locked(lock):
        thread = threading.Thread(target=wait_for_it)
        thread.start()
        assert waiting.wait(60)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_free_lock_is_not_waited_for(tmp_path: Path) -> None:
    waited: list[bool] = []
    for _ in range(2):
        with locked(tmp_path / "lock", lambda: waited.append(True)):
            pass
    assert not waited


def test_a_second_process_is_told_who_has_the_lock_until_that_one_is_killed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LockHeldError) as caught:
            lock_for_process(path)
        assert caught.value.owner == str(holder.pid)
        holder.kill()
        holder.wait()
        lock_for_process(path).release()
    assert path.read_text() == f"{os.getpid()}\n"


def test_any_thread_may_release_the_lock_of_the_process(tmp_path: Path) -> None:
    lock = lock_for_process(tmp_path / "lock")
    with pytest.raises(LockHeldError):
        lock_for_process(tmp_path / "lock")
    thread = threading.Thread(target=lock.release)
    thread.start()
    thread.join()
    lock_for_process(tmp_path / "lock").release()


def test_a_checksum_and_how_far_it_is(tmp_path: Path) -> None:
    content = bytes(range(256)) * 5000
    (tmp_path / "file").write_bytes(content)
    seen: list[int] = []
    assert sha256_of(tmp_path / "file", seen.append) == hashlib.sha256(content).hexdigest()
    assert seen == [1 << 20, len(content)]
