import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from pipecatapp.cli import act_as_owner, main
from pipecatapp.settings import load_settings


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_what_root_adds_to_anothers_state_directory_is_that_users(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents[:3]:
        parent.chmod(parent.stat().st_mode | 0o011)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    reads = ["setpriv", f"--reuid={nobody.pw_uid}", "--clear-groups", "test", "-r", __file__]
    if subprocess.run(reads, check=False).returncode != 0:
        pytest.skip("this checkout is root's alone: nobody else can run the program from it")
    environment = {**os.environ, "PIPECATAPP_HOME": str(home)}
    command = Path(sys.executable).with_name("pipecatapp")
    run = subprocess.run([command, "keys", "add", "kitchen"], env=environment, capture_output=True)
    assert run.returncode == 0, run.stderr
    written = [path for path in home.rglob("*") if path.is_file()]
    assert written
    assert all(path.stat().st_uid == nobody.pw_uid for path in written)


@pytest.mark.parametrize(
    ("setting", "value", "line"),
    [
        ("PIPECATAPP_PORT", "many", "error: the setting PIPECATAPP_PORT: "),
        ("PIPECATAPP_CATALOGUE", "/dev/null/none", "error: Cannot read the model catalogue "),
    ],
)
def test_a_failure_is_one_line_and_status_1(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    setting: str,
    value: str,
    line: str,
) -> None:
    monkeypatch.setenv("PIPECATAPP_HOME", str(tmp_path))
    monkeypatch.setenv(setting, value)
    monkeypatch.setattr(sys, "argv", ["pipecatapp", "models", "list"])
    load_settings.cache_clear()
    with pytest.raises(SystemExit) as ended:
        main()
    load_settings.cache_clear()
    output = capsys.readouterr()
    assert (ended.value.code, output.out) == (1, "")
    assert output.err.startswith(line)
    assert len(output.err.splitlines()) == 1


def test_a_home_of_ones_own_changes_no_user(tmp_path: Path) -> None:
    before = os.geteuid()
    act_as_owner(tmp_path)
    act_as_owner(tmp_path / "missing")
    assert os.geteuid() == before
