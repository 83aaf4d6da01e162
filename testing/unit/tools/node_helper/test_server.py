import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.tools.node_helper import server
from pipecatapp.tools.node_helper.protocol import LONGEST_REQUEST
from pipecatapp.tools.node_helper.server import systemd_socket, user_ids
from testing.unit.tools.node_helper.scripted_helper import Scripted, say, serving

CODE = b'{"call": "run_python_code", "arguments": {"code": "%s"}}\n'


@pytest.fixture
async def calls() -> Scripted:
    return Scripted()


@pytest.fixture
async def path(calls: Scripted, tmp_path: Path) -> AsyncIterator[Path]:
    async with serving(tmp_path / "socket", calls) as path:
        yield path


async def test_a_call_is_answered_by_its_progress_and_its_result(path: Path) -> None:
    replies = await say(path, CODE % b"1")
    assert replies == [{"progress": "begun"}, {"result": {"text": '{"code": "1"}'}}]


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"\n", "Invalid JSON"),
        (b"hello\n", "Invalid JSON"),
        (b"\xff\xfe\n", "Invalid JSON"),
        (b"GET / HTTP/1.1\r\n\r\n", "Invalid JSON"),
        (b"[]\n", "the line"),
        (b"{}\n", "call: Field required"),
        (b'{"call": "run_python_code"}\n', "arguments: Field required"),
        (b'{"call": "run_python_code", "arguments": []}\n', "arguments:"),
        (b'{"call": "run_python_code", "arguments": {}, "image": "x"}\n', "image: Extra inputs"),
        (b'{"call": "shell", "arguments": {"command": "id"}}\n', "call:"),
        (b'{"call": "_run", "arguments": {}}\n', "call:"),
        (b'{"call": "code_runner.run_python_code", "arguments": {}}\n', "call:"),
        (b'{"call": 1, "arguments": {}}\n', "call:"),
    ],
)
async def test_what_is_no_call_is_refused(
    path: Path, calls: Scripted, sent: bytes, why: str
) -> None:
    (reply,) = await say(path, sent)
    assert why in reply["error"]
    assert "\n" not in reply["error"]
    assert calls.asked == []


async def test_half_a_line_is_no_call(path: Path, calls: Scripted) -> None:
    (reply,) = await say(path, (CODE % b"1")[:-1], close=True)
    assert "ends before its line does" in reply["error"]
    assert calls.asked == []


async def test_a_line_that_never_ends_is_not_waited_for(
    path: Path, calls: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "REQUEST_SECONDS", 0.1)
    (reply,) = await say(path, b'{"call": ')
    assert "within 0.1 s" in reply["error"]
    assert calls.asked == []


@pytest.mark.parametrize("end", [b"", b"\n"])
async def test_an_oversized_call_is_refused(path: Path, calls: Scripted, end: bytes) -> None:
    (reply,) = await say(path, b"x" * (LONGEST_REQUEST + 1), end)
    assert f"longer than {LONGEST_REQUEST} bytes" in reply["error"]
    assert calls.asked == []


async def test_other_users_are_refused(calls: Scripted, tmp_path: Path) -> None:
    async with serving(tmp_path / "socket", calls, users=[os.getuid() + 1]) as path:
        replies = await say(path, CODE % b"1")
    assert replies == [{"error": f"user {os.getuid()} may not use the helper"}]
    assert calls.asked == []


@pytest.mark.parametrize("half", [True, False])
async def test_closing_the_connection_ends_the_call(
    path: Path, calls: Scripted, half: bool
) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(CODE % b"wait")
    await calls.waiting.wait()
    assert calls.ended == 0
    if half:
        writer.write_eof()
        assert b"ended by its caller" in await reader.read()
    writer.close()
    await writer.wait_closed()
    # Another call is answered: what the first one held is free.
    assert (await say(path, CODE % b"1"))[-1]["result"]
    assert calls.ended == 1


async def test_a_second_line_ends_the_call_and_is_not_done(path: Path, calls: Scripted) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(CODE % b"wait")
    await calls.waiting.wait()
    writer.write(CODE % b"1")
    assert b"ended by its caller" in await reader.read()
    writer.close()
    await writer.wait_closed()
    assert (calls.ended, len(calls.asked)) == (1, 1)


async def test_calls_end_with_the_helper(calls: Scripted, tmp_path: Path) -> None:
    async with serving(tmp_path / "socket", calls) as path:
        asking = asyncio.create_task(say(path, CODE % b"wait"))
        await calls.waiting.wait()
    assert calls.ended == 1
    assert await asking == [{"progress": "begun"}]


async def test_so_many_calls_are_done_at_once_and_checks_beside_them(
    path: Path, calls: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_CALLS", 1)
    asking = asyncio.create_task(say(path, CODE % b"wait"))
    await calls.waiting.wait()
    assert "does 1 calls already" in (await say(path, CODE % b"1"))[0]["error"]
    assert (await say(path, b'{"call": "check", "arguments": {"tool": "ssh"}}\n'))[-1]["result"]
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 1)
    assert "too many connections" in (await say(path, CODE % b"1"))[0]["error"]
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)


async def test_a_failure_says_no_more_than_its_type(path: Path) -> None:
    assert (await say(path, CODE % b"break"))[-1] == {"error": "It failed: RuntimeError."}


async def test_a_result_that_is_too_long_is_not_sent(path: Path) -> None:
    assert (await say(path, CODE % b"flood"))[-1] == {"error": "The result is too long"}


def test_users_are_known_by_their_names() -> None:
    assert user_ids("root") == [0]
    with pytest.raises(UserError, match="no-such-user"):
        user_ids("root", "no-such-user")


async def test_it_is_started_by_its_socket_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LISTEN_PID", raising=False)
    with pytest.raises(UserError, match=r"systemctl start twin-helper\.socket"):
        systemd_socket()
    # A socket that was meant for the parent.
    monkeypatch.setenv("LISTEN_PID", str(os.getppid()))
    monkeypatch.setenv("LISTEN_FDS", "1")
    with pytest.raises(UserError, match="started by its socket"):
        systemd_socket()


async def test_it_takes_the_socket_of_systemd(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    # Like systemd: the socket is number 3, and meant for the process that it starts.
    start = """
import os, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print("listening", flush=True)
os.dup2(listener.fileno(), 3) if listener.fileno() != 3 else os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", PIPECATAPP_HOME=sys.argv[2])
code = "from pipecatapp.cli import main; import sys; sys.argv[1:] = ['helper', '--user', 'nobody']"
os.execv(sys.executable, [sys.executable, "-c", code + "; main()"])
"""
    command = [sys.executable, "-c", start, str(path), str(tmp_path)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    assert await process.stdout.readline() == b"listening\n"
    (reply,) = await say(
        path, json.dumps({"call": "check", "arguments": {"tool": "ssh"}}).encode() + b"\n"
    )
    # Who runs the tests is no user of the helper, but where it is root.
    assert reply == (
        {"result": {"text": None}}
        if os.getuid() == 0
        else {"error": f"user {os.getuid()} may not use the helper"}
    )
    process.terminate()
    assert await process.wait() == 0
