import asyncio
import base64
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import paramiko
import pytest

from pipecatapp.settings import Settings
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.tools.ssh import MOST_COMMANDS, STDERR_BYTES, STDOUT_BYTES, SshTools
from pipecatapp.tools.ssh_client.known_hosts import KnownHosts
from pipecatapp.tools.ssh_client.output import Stream, readable, report
from pipecatapp.tools.ssh_client.target import Target, parse_target
from pipecatapp.tools.tool import LONGEST_RESULT, Call, ToolError

ONE, OTHER = (paramiko.ECDSAKey.generate() for _ in range(2))
NODE = Target("me", "node2", 22)


def line(names: str, key: paramiko.PKey, kind: str = "ecdsa-sha2-nistp256") -> str:
    return f"{names} {kind} {base64.b64encode(key.asbytes()).decode()} a comment\n"


@pytest.fixture
def known_hosts(tmp_path: Path) -> Path:
    return tmp_path / "known_hosts"


@pytest.mark.parametrize(
    ("text", "expected", "known_as"),
    [
        ("node2", Target("me", "node2", 22), "node2"),
        ("localhost", Target("me", "localhost", 22), "localhost"),
        ("Node2.Local", Target("me", "node2.local", 22), "node2.local"),
        ("node_2:2222", Target("me", "node_2", 2222), "[node_2]:2222"),
        ("pi@10.0.0.7", Target("pi", "10.0.0.7", 22), "10.0.0.7"),
        ("a.b@corp@node2:22", Target("a.b@corp", "node2", 22), "node2"),
        ("fd00::2", Target("me", "fd00::2", 22), "fd00::2"),
        ("[FD00::2]", Target("me", "fd00::2", 22), "fd00::2"),
        ("pi@[fd00::2]:2222", Target("pi", "fd00::2", 2222), "[fd00::2]:2222"),
        ("fe80::1%eth0", Target("me", "fe80::1%eth0", 22), "fe80::1%eth0"),
    ],
)
def test_a_machine_is_named_as_people_do(text: str, expected: Target, known_as: str) -> None:
    assert parse_target(text, "me") == expected
    assert expected.known_as == known_as


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@node2",
        "node2@",
        "-oProxyCommand=sh",
        "-l@node2",
        "node2 -v",
        " node2",
        "node2\n",
        "no\x00de2",
        "no\x1bde2",
        "node2;reboot",
        "$(reboot)",
        "node2:0",
        "node2:65536",
        "node2:ssh",
        "node2:٢٢",
        "[node2]:22",
        "[fd00::2",
        "fd00::zz",
        "fe80::1%eth 0",
        "ssh://node2",
        "a..b",
        "a" * 64,
        ".".join(["a" * 60] * 6),
    ],
)
def test_what_is_no_machine_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ToolError, match="is not a machine") as error:
        parse_target(text, "me")
    assert str(error.value).isprintable()


def test_without_a_user_it_is_the_current_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "somebody")
    assert parse_target("node2", None).user == "somebody"


@pytest.mark.parametrize(
    "command", ["", " \n", "ls\x00", "ls \x1b[8m; reboot", "ls \u202e", "x" * 4001]
)
async def test_a_command_that_cannot_be_approved_with_open_eyes_is_refused(command: str) -> None:
    (tool,) = tools_of(SshTools(SimpleNamespace(settings=Settings())))
    with pytest.raises(ToolError, match="The command"):
        await tool.run(Call(None), {"host": "nowhere.invalid", "command": command})


def test_each_trusted_key_of_a_machine_is_accepted(known_hosts: Path) -> None:
    known_hosts.write_text(line("node2", OTHER) + line("10.0.0.2,NODE2", ONE))
    known = KnownHosts(known_hosts, NODE)
    known.verify(ONE)
    known.verify(OTHER)


def test_damaged_lines_do_not_hide_the_others(known_hosts: Path) -> None:
    damaged = "\nnode2\nnode2 ssh-rsa %%%a\n|1|?|? ssh-rsa AAAA\n|1|x ssh-rsa AAAA\n# node2 a b\n"
    known_hosts.write_bytes(damaged.encode() + b"\xff node2 x\n" + line("node2", ONE).encode())
    KnownHosts(known_hosts, NODE).verify(ONE)


@pytest.mark.parametrize(
    "names", ["node3", "[node2]:2222", "node", "!node2", "@cert-authority node2"]
)
def test_a_key_of_another_machine_does_not_count(known_hosts: Path, names: str) -> None:
    known_hosts.write_text(line(names, ONE))
    with pytest.raises(ToolError, match="not a known machine"):
        KnownHosts(known_hosts, NODE).verify(ONE)


def test_another_port_is_another_machine(known_hosts: Path) -> None:
    known_hosts.write_text(line("node2", ONE))
    with pytest.raises(ToolError, match="not a known machine") as error:
        KnownHosts(known_hosts, Target("me", "node2", 2222)).verify(ONE)
    assert "ssh-keyscan -t ecdsa -p 2222 node2 >>" in str(error.value)


def test_an_unreadable_file_of_known_machines_is_said(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"SSH_KNOWN_HOSTS.*Is a directory"):
        KnownHosts(tmp_path, NODE)


def test_the_known_types_of_keys_come_first(known_hosts: Path) -> None:
    known_hosts.write_text(line("node2", ONE) + line("node2", OTHER, "ssh-rsa"))
    offered = ("ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256")
    assert KnownHosts(known_hosts, NODE).prefer(offered) == (*offered[1:], offered[0])


def test_a_stream_keeps_its_beginning() -> None:
    stream = Stream(limit=5)
    chunks = [b"abc", b"def", b"ghi", b""]
    stream.drain(lambda size: chunks.pop(0))
    assert stream.text == "abcde\n[... 4 bytes left out ...]"


def test_a_character_that_is_cut_in_two_is_left_out() -> None:
    stream = Stream(limit=4)
    chunks = ["abcü".encode(), b"more", b""]
    stream.drain(lambda size: chunks.pop(0))
    assert stream.text.startswith("abc\n")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x1b[1;31mred\x1b[0m", "red"),
        (b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        (b"\x1b(Bplain\x1b=", "plain"),
        (b"cut \x1b[3", "cut"),
        (b"10%\r20%\r\n", "10%\n20%"),
        (b"a\tb\x00\x08\x7f\xc2\x9b", "a\tb"),
        (b"\xe9t\xe9", "\ufffdt\ufffd"),
        (b"\n  indented\n", "  indented"),
    ],
)
def test_output_is_readable(data: bytes, expected: str) -> None:
    assert readable(data) == expected


def test_a_report_names_what_there_is() -> None:
    assert report(0, "out", "") == "exit code 0\nstdout:\nout"
    assert report(1, "", "err") == "exit code 1\nstderr:\nerr"
    assert report(0, "", "") == "exit code 0\nno output"
    assert report(-1, "", "").startswith("no exit code: ")


def test_the_longest_report_reaches_the_model_whole() -> None:
    streams = []
    for limit in (STDOUT_BYTES, STDERR_BYTES):
        chunks = [b"x" * 10**6, b""]
        streams.append(Stream(limit))
        streams[-1].drain(lambda size, chunks=chunks: chunks.pop(0))
    assert len(report(-1, *(stream.text for stream in streams))) <= LONGEST_RESULT


@pytest.mark.parametrize("text", ["localhost", "local", "local host", "Local Host"])
def test_this_machine_as_it_is_heard(text: str) -> None:
    assert parse_target(text, "me").host == "localhost"


class Mute:
    """A machine that takes connections and says nothing, so that every login waits."""

    def __init__(self) -> None:
        self.writers: list[asyncio.StreamWriter] = []
        self.changed = asyncio.Event()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        self.changed.set()

    async def has_taken(self, count: int) -> None:
        while len(self.writers) < count:
            self.changed.clear()
            await self.changed.wait()

    async def close(self) -> None:
        for writer in self.writers:
            writer.close()
        self._server.close()
        await self._server.wait_closed()


@pytest.fixture
async def mute() -> AsyncIterator[Mute]:
    machine = Mute()
    await machine.start()
    yield machine
    await machine.close()


async def test_commands_that_hang_leave_the_agent_its_threads_and_others_their_turn(
    mute: Mute, known_hosts: Path
) -> None:
    # A busy agent's may have no more to spare.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
    toolset = SshTools(SimpleNamespace(settings=Settings(ssh_known_hosts=known_hosts)))
    (tool,) = tools_of(toolset)
    said: list[str] = []
    asked = {"host": f"127.0.0.1:{mute.port}", "command": "date"}
    calls = [
        asyncio.create_task(tool.run(Call(None, said.append), asked))
        for _ in range(MOST_COMMANDS + 1)
    ]
    try:
        async with asyncio.timeout(5):
            await mute.has_taken(MOST_COMMANDS)
            assert await asyncio.to_thread(lambda: "free") == "free"
            assert [line for line in said if "Waiting" in line]
            assert len(mute.writers) == MOST_COMMANDS
            mute.writers[0].close()
            await mute.has_taken(MOST_COMMANDS + 1)
    finally:
        for call in calls:
            call.cancel()
        for call in calls:
            with suppress(asyncio.CancelledError, ToolError):
                await call
        await toolset.close()
