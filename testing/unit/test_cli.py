import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest


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
