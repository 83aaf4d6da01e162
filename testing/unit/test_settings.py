import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipecatapp.cli import main
from pipecatapp.settings import default_home, load_settings


@pytest.fixture(autouse=True)
def fresh_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PIPECATAPP_HOME", str(tmp_path))
    load_settings.cache_clear()
    yield
    load_settings.cache_clear()


@dataclass
class Run:
    """How the command line ended, and what it printed."""

    status: object
    out: str
    error: str


CommandLine = Callable[..., Run]


@pytest.fixture
def command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    def run(*arguments: str) -> Run:
        monkeypatch.setattr(sys, "argv", ["pipecatapp", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return Run(ended.value.code, *capsys.readouterr())

    return run


def test_where_state_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().models_dir == tmp_path / "models"
    load_settings.cache_clear()
    monkeypatch.delenv("PIPECATAPP_HOME")
    assert load_settings().home == default_home()


def test_the_environment_comes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.env").write_text("STT_MODEL=from-file\nTTS_MODEL=from-file\n")
    monkeypatch.setenv("TTS_MODEL", "from-environment")
    settings = load_settings()
    assert (settings.stt_model, settings.tts_model) == ("from-file", "from-environment")


@pytest.mark.parametrize(("value", "on"), [("true", True), ("1", True), ("false", False)])
def test_benchmark_mode_as_job_files_write_it(
    monkeypatch: pytest.MonkeyPatch, value: str, on: bool
) -> None:
    monkeypatch.setenv("BENCHMARK_MODE", value)
    assert load_settings().benchmark_mode is on


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("STT_SERVICE", "whisper", "'faster-whisper' or 'realtimestt'"),
        ("TTS_SERVICE", "espeak", "'piper' or 'piper-http'"),
        ("TURN_STRATEGY", "psychic", "'speech-timeout' or 'smart-turn'"),
        ("AUDIO_DEVICE", "hw:0", "'none' or 'local'"),
        ("SPEECH_LANGUAGE", "english", "match pattern"),
        ("PIPECATAPP_PORT", "eight", "valid integer"),
        ("PIPECATAPP_PORT", "70000", "less than or equal to 65535"),
        ("BENCHMARK_MODE", "perhaps", "valid boolean"),
    ],
)
def test_a_value_that_is_not_allowed_is_one_clear_line(
    command_line: CommandLine, monkeypatch: pytest.MonkeyPatch, name: str, value: str, hint: str
) -> None:
    monkeypatch.setenv(name, value)
    run = command_line("models", "list")
    assert (run.status, run.out) == (1, "")
    (line,) = run.error.splitlines()
    assert line.startswith(f"error: the setting {name}: ")
    assert hint in line


def test_a_value_in_the_file_is_checked_too(command_line: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "settings.env").write_text("TTS_SERVICE=espeak\n")
    run = command_line("models", "list")
    assert run.status == 1
    assert run.error.startswith("error: the setting TTS_SERVICE: ")


def test_what_the_environment_means_for_others_is_no_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    monkeypatch.setenv("LANGUAGE", "en_US:en")
    monkeypatch.setenv("PORT", "none")
    monkeypatch.setenv("HOST", "machine")
    monkeypatch.delenv("PIPECATAPP_HOME")
    settings = load_settings()
    assert settings.home == tmp_path / "person" / ".local" / "share" / "pipecatapp"
    assert (settings.language, settings.host, settings.port) == ("en", "127.0.0.1", 8000)


def test_a_failure_of_the_agent_is_one_line_and_status_1(command_line: CommandLine) -> None:
    run = command_line("chat", "hello")
    assert run.status == 1
    assert run.error.startswith("error: No agent runs on this machine.")
    assert len(run.error.splitlines()) == 1


def test_a_wrong_option_is_the_users_to_mend() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pipecatapp.cli", "run", "--nonsense"],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 2
    assert "--nonsense" in run.stderr
    assert "Traceback" not in run.stderr
