"""The terminal's question, before a real terminal."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipecatapp.client.approvals import PendingApproval
from pipecatapp.commands.approval import described, visible
from testing.fakes.approving_agent import ACTION, ApprovingAgent, approving_agent

CHAT = [sys.executable, "-c", "from pipecatapp.cli import main; main()", "chat", "Is it up?"]
PROMPT = b"[y/N]"


class Terminal:
    """`pipecatapp chat` with its input and standard error at a terminal."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self._side, other = pty.openpty()
        self.process = subprocess.Popen(
            [*CHAT, *arguments],
            env={**os.environ, "PIPECATAPP_HOME": str(home)},
            stdin=other,
            stdout=subprocess.PIPE,
            stderr=other,
        )
        os.close(other)
        self.shown = b""

    def until(self, words: bytes) -> None:
        while words not in self.shown:
            self.shown += os.read(self._side, 4096)

    def type(self, keys: bytes) -> None:
        os.write(self._side, keys)

    def ends(self) -> str:
        output, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, output
        return output.decode()

    def close(self) -> None:
        os.close(self._side)
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[ApprovingAgent]:
    with approving_agent(tmp_path) as agent:
        yield agent


@pytest.fixture
def terminal(agent: ApprovingAgent) -> Iterator[Terminal]:
    terminal = Terminal(agent.settings.home, "--json")
    yield terminal
    terminal.close()


@pytest.mark.parametrize(
    ("keys", "approve"), [(b"y\n", True), (b"YES\n", True), (b"\n", False), (b"yellow\n", False)]
)
def test_only_a_yes_allows(
    terminal: Terminal, agent: ApprovingAgent, keys: bytes, approve: bool
) -> None:
    terminal.until(PROMPT)
    terminal.type(keys)
    turn = json.loads(terminal.ends())
    assert turn["reply"] == f"May I?\nIt was {'approved' if approve else 'denied'}."
    assert turn["action"] == ACTION
    assert agent.decided == [("a1", approve, "local")]
    for part in (b"ssh.run_command", b"host:", b"| nas", b"command:", b"| uptime"):
        assert part in terminal.shown


def test_the_end_of_input_denies(terminal: Terminal, agent: ApprovingAgent) -> None:
    terminal.until(PROMPT)
    terminal.type(b"\x04")
    terminal.ends()
    assert agent.decided == [("a1", False, "local")]


def test_what_was_typed_before_the_question_is_no_answer(agent: ApprovingAgent) -> None:
    terminal = Terminal(agent.settings.home)
    try:
        terminal.type(b"y\ny\n")
        terminal.until(PROMPT)
        agent.settle("expired")
        terminal.until(b"nobody answered")
        assert "It was expired." in terminal.ends()
        assert agent.decided == []
    finally:
        terminal.close()


def test_without_a_terminal_it_is_denied_and_says_what_it_needs(agent: ApprovingAgent) -> None:
    environment = {**os.environ, "PIPECATAPP_HOME": str(agent.settings.home)}
    result = subprocess.run(
        CHAT, env=environment, input="y\n", capture_output=True, text=True, check=True
    )
    assert agent.decided == [("a1", False, "local")]
    assert "Run it in a terminal, or ask the twin on its page" in result.stderr
    assert result.stdout == "you:  Is it up?\ntwin: May I?\nIt was denied.\n"


def shown(**arguments: object) -> list[str]:
    return described(PendingApproval("a1", "ssh.run_command", arguments, "5e", 60.0)).split("\n")[
        1:
    ]


def test_every_character_of_the_arguments_is_shown() -> None:
    assert shown(code="if x:\n    y()\n", lines=3, hosts=["nas", "\u202e"]) == [
        "  code:", "    | if x:", "    |     y()", "    | ",
        "  lines:", "    | 3",
        "  hosts:", "    | [", '    |   "nas",', f'    |   "{visible(chr(0x202E))}"', "    | ]",
    ]  # fmt: skip


def test_a_long_line_goes_on_behind_the_margin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "47")
    assert shown(command="x" * 39 + "  host: other") == [
        "  command:", "    | " + "x" * 39 + " ", "    :  host: other",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("character", "escape"),
    [
        ("\u202e", "\\u202e"),
        ("\u2066", "\\u2066"),
        ("\u200b", "\\u200b"),
        ("\u00a0", "\\u00a0"),
        ("\u00ad", "\\u00ad"),
        ("\u2028", "\\u2028"),
        ("\u3164", "\\u3164"),
        ("\ufe0f", "\\ufe0f"),
        ("\u05d0", "\\u05d0"),
        ("\ue000", "\\ue000"),
        ("\ud800", "\\ud800"),
        ("\x1b", "\\u001b"),
        ("\x00", "\\u0000"),
        ("\r", "\\r"),
        ("\t", "\\t"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_would_be_invisible_or_reorder_is_an_escape(character: str, escape: str) -> None:
    assert visible(f"a{character}b") == f"a\x1b[7m{escape}\x1b[0mb"


def test_plain_text_stays_as_it_is() -> None:
    text = "curl 'https://x.example/?q=1' | grep -é \u4e16\u754c \\u202e"
    assert visible(text) == text
