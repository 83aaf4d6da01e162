"""`pipecatapp memory`, through an agent that runs and in the files of one that does not."""

import asyncio
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipecatapp.cli import cli
from pipecatapp.errors import UserError
from pipecatapp.mission_control.auth.auth import key_conversation
from pipecatapp.mission_control.auth.keys import KeyStore
from pipecatapp.mission_control.server import announce
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.settings import Settings, load_settings
from testing.fakes.remembering_agent import RememberingAgent, remembering_agent
from testing.fakes.server import served

COMMAND = [sys.executable, "-c", "from pipecatapp.cli import main; main()"]
ADA = "Anna's daughter is named Ada."
VOLVO = "The car is a red Volvo."
FIAT = "The car is a blue Fiat."
CONVERSATION = key_conversation("local")


@pytest.fixture(scope="session")
def embedder() -> MiniLM:
    return MiniLM(Settings().models_dir / "all-MiniLM-L6-v2-int8")


class CommandLine:
    """The command line of one state directory."""

    def __init__(self, home: Path, embedder: MiniLM) -> None:
        self.home = home
        self._embedder = embedder
        self.agent: RememberingAgent | None = None

    def run(self, *words: str, typed: str = "", fails: bool = False) -> str:
        """Run `pipecatapp memory`; return what it printed, or its one line of failure."""
        load_settings.cache_clear()
        environment = {"PIPECATAPP_HOME": str(self.home)}
        run = CliRunner().invoke(cli, ["memory", *words], input=typed, env=environment)
        load_settings.cache_clear()
        if not fails:
            assert run.exit_code == 0, (run.stderr, run.exception)
            return run.stdout
        assert isinstance(run.exception, UserError), (run.stdout, run.exception)
        assert run.stdout == ""
        line = str(run.exception)
        assert "\n" not in line
        return line

    def json(self, *words: str, **options: Any) -> Any:
        return json.loads(self.run(*words, "--json", **options))

    def facts(self) -> set[str]:
        return {fact["text"] for fact in self.json("search", "--most", "100")["facts"]}

    def prepare(self, *texts: str, said: str = "") -> None:
        """Have facts remembered, and something said in the command line's conversation."""
        if self.agent is not None:
            self._prepare(self.agent, texts, said)
            return
        with remembering_agent(self.home, self._embedder) as agent:
            self._prepare(agent, texts, said)

    def _prepare(self, agent: RememberingAgent, texts: tuple[str, ...], said: str) -> None:
        for text in texts:
            agent.remember(text, told_by="Anna")
        if said:
            agent.talk(CONVERSATION, said)

    def history(self) -> list[str]:
        if self.agent is not None:
            entries = asyncio.run(self.agent.history(CONVERSATION))
        else:
            file = self.home / "conversations" / f"{CONVERSATION}.json"
            entries = json.loads(file.read_text())["log"]
        return [entry["text"] for entry in entries]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(Settings().models_dir)
    return home


@pytest.fixture(params=["beside an agent", "in the files"])
def line(request: pytest.FixtureRequest, home: Path, embedder: MiniLM) -> Iterator[CommandLine]:
    """The command line in both of its ways."""
    line = CommandLine(home, embedder)
    if request.param == "in the files":
        yield line
        return
    with remembering_agent(home, embedder) as agent, served(agent):
        line.agent = agent
        yield line


def test_an_empty_memory(line: CommandLine) -> None:
    assert "There are no snapshots" in line.run("list")
    assert line.json("list") == []
    assert "(0 of 0 facts)" in line.run("search")
    assert line.json("save", "nothing") == {"saved": "nothing"}
    line.prepare(ADA)
    line.run("load", "nothing")
    assert line.facts() == set()


def test_a_snapshot_brings_back_facts_and_the_command_lines_conversation(
    line: CommandLine,
) -> None:
    line.prepare(ADA, said="Good morning")
    assert line.run("save", "then") == "Saved then.\n"
    line.prepare(VOLVO, said="Good night")
    kept = line.json("load", "then")["kept"]
    assert line.facts() == {ADA}
    assert line.history() == ["Good morning", "You said: Good morning"]
    shown = line.run("list").splitlines()
    assert [words.split()[0] for words in shown] == [kept, "then"]
    assert "1 fact, 1 turn" in shown[1]
    assert f"is kept as {kept}." not in line.run("load", kept)
    assert line.facts() == {ADA, VOLVO}
    assert len(line.history()) == 4


def test_taken_and_missing_and_impossible_names(line: CommandLine) -> None:
    line.run("save", "a")
    assert "already" in line.run("save", "a", fails=True)
    line.run("save", "a", "--replace")
    assert line.run("delete", "a") == "Deleted a.\n"
    for words in (("delete", "a"), ("load", "a")):
        assert "no snapshot a" in line.run(*words, fails=True)
    for name in ("../a", "..", "a b", ""):
        for command in ("save", "load", "delete"):
            assert "letters, digits" in line.run(command, name, fails=True)
    assert line.json("list") == []


def test_search_shows_what_fits_and_who_told_it(line: CommandLine) -> None:
    line.prepare(ADA, VOLVO, "A colour\x1b[31m and\nmore")
    shown = line.run("search", "which", "car").splitlines()
    assert len(shown) == 2
    assert VOLVO in shown[0]
    assert "(Anna, " in shown[0]
    assert shown[1] == "(1 of 3 facts)"
    assert "A colour\\x1b[31m and\\nmore" in line.run("search")
    assert len(line.json("search", "--most", "2")["facts"]) == 2


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("\n", {ADA, VOLVO, FIAT}),
        ("none\n", {ADA, VOLVO, FIAT}),
        ("all\n", {ADA}),
        ("1\n", {ADA, VOLVO}),
        ("1, 2\n", {ADA}),
    ],
)
def test_of_several_facts_the_chosen_ones_are_forgotten(
    line: CommandLine, typed: str, left: set[str]
) -> None:
    line.prepare(ADA, VOLVO, FIAT)
    said = line.run("forget", "fiat car", typed=typed)
    gone = 3 - len(left)
    assert said == (
        f"{gone} fact{' is' if gone == 1 else 's are'} gone, from every snapshot too.\n"
        if gone
        else "Nothing was forgotten.\n"
    )
    assert line.facts() == left


def test_an_answer_that_is_none_forgets_nothing(line: CommandLine) -> None:
    line.prepare(ADA, VOLVO, FIAT)
    for typed in ("3\n", "0\n", "1 x\n", "-1\n", "yes\n"):
        assert "nothing was forgotten" in line.run("forget", "car", typed=typed, fails=True)
    assert line.facts() == {ADA, VOLVO, FIAT}


def test_one_fact_is_asked_about_and_nothing_is_not(line: CommandLine) -> None:
    line.prepare(ADA)
    assert line.run("forget", "daughter", typed="n\n") == "Nothing was forgotten.\n"
    assert "Nothing is remembered" in line.run("forget", "quantum physics", fails=True)
    line.run("save", "then")
    assert line.json("forget", "daughter", typed="y\n") == {"forgotten": 1}
    line.run("load", "then")
    assert line.facts() == set()


def test_scripts_forget_by_id_or_by_all_words(line: CommandLine) -> None:
    line.prepare(ADA, VOLVO, FIAT, "Room 77 is locked.")
    (volvo,) = line.json("search", "volvo", "--most", "1")["facts"]
    assert line.json("forget", str(volvo["id"]), "--yes") == {"forgotten": 1}
    assert "Nothing" in line.run("forget", "red car", "--yes", fails=True)
    assert line.json("forget", "Car", "fiat", "--yes") == {"forgotten": 1}
    assert "Nothing" in line.run("forget", "78", "--yes", fails=True)
    assert line.json("forget", "77", "--yes") == {"forgotten": 1}
    assert line.facts() == {ADA}


def test_what_is_forgotten_is_said_in_no_conversation(line: CommandLine) -> None:
    line.prepare(said="My daughter is called Ada.")
    about: dict[str, Any] = {"context": "My daughter is called Ada."}
    if line.agent is not None:
        line.agent.remember(ADA, **about)
    else:
        with remembering_agent(line.home, line._embedder) as agent:
            agent.remember(ADA, **about)
    line.json("forget", "daughter", typed="y\n")
    if line.agent is not None:
        line.json("save", "settled")  # the conversation follows in the background
        line.json("load", "settled")
    assert not any("Ada" in text for text in line.history())


def test_an_export_is_private_and_comes_back(line: CommandLine, tmp_path: Path) -> None:
    line.prepare(ADA, VOLVO)
    file = tmp_path / "memory.json"
    file.write_text("older")
    file.chmod(0o644)
    assert line.run("export", str(file)) == f"2 facts in {file}.\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir() if "memory.json" in entry.name] == [
        "memory.json"
    ]
    assert json.loads(line.run("export", "-"))["facts"] == json.loads(file.read_text())["facts"]
    (ada,) = line.json("search", "Ada", "--most", "1")["facts"]
    line.run("forget", str(ada["id"]), "--yes")
    said = line.run("import", str(file))
    assert said == "0 added, 1 known already, 1 left out as forgotten.\n"
    content = json.loads(file.read_text())
    content["facts"] = [{"text": "Tea at five.", "at": "2026-01-02T17:00:00Z"}]
    assert line.json("import", "-", typed=json.dumps(content))["added"] == 1
    assert line.facts() == {VOLVO, "Tea at five."}


def test_files_that_cannot_be_are_said_in_a_line(line: CommandLine, tmp_path: Path) -> None:
    line.prepare(ADA)
    assert "no file that can be replaced" in line.run("export", str(tmp_path), fails=True)
    assert "cannot be written" in line.run("export", "/proc/no/file", fails=True)
    assert "cannot be read" in line.run("import", str(tmp_path), fails=True)
    assert "No such file" in line.run("import", str(tmp_path / "none"), fails=True)
    for content in ("", "[", "\x00", "[" * 100_000):
        assert "no export" in line.run("import", "-", typed=content, fails=True)
    for content in ("[]", "{}", '{"version": 2}', '"text"'):
        assert "no export" in line.run("import", "-", typed=content, fails=True)
    assert line.facts() == {ADA}


def test_a_memory_whose_agent_does_not_answer_is_left_alone(home: Path, embedder: MiniLM) -> None:
    with remembering_agent(home, embedder) as agent:
        KeyStore(home).ensure_local()
        announce(agent.settings, 9)  # nobody listens there
        said = CommandLine(home, embedder).run("list", fails=True)
    assert f"in use by process {os.getpid()}" in said


def test_another_homes_agent_is_not_taken_for_this_ones(
    tmp_path: Path, home: Path, embedder: MiniLM
) -> None:
    elsewhere = tmp_path / "elsewhere"
    line = CommandLine(home, embedder)
    line.prepare(ADA)
    KeyStore(home).ensure_local()
    with remembering_agent(elsewhere, embedder) as other, served(other):
        other.remember(VOLVO)
        (home / "auth" / "agent.url").write_text((elsewhere / "auth" / "agent.url").read_text())
        assert line.facts() == {ADA}


def test_without_its_model_the_memory_says_what_brings_it(tmp_path: Path, embedder: MiniLM) -> None:
    said = CommandLine(tmp_path / "empty", embedder).run("search", fails=True)
    assert "pipecatapp setup" in said


def test_a_failure_is_one_line_and_exit_status_1(home: Path, embedder: MiniLM) -> None:
    CommandLine(home, embedder).prepare(ADA)
    run = subprocess.run(
        [*COMMAND, "memory", "load", "missing"],
        env={**os.environ, "PIPECATAPP_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (run.returncode, run.stdout) == (1, "")
    line = "error: There is no snapshot missing: `pipecatapp memory list` shows them."
    assert [each for each in run.stderr.splitlines() if not each.startswith("Loading")] == [line]
