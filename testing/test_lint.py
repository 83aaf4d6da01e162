"""`npm run lint`, one test a family of linters, so that a finding fails the test run."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SCRIPTS = json.loads((REPOSITORY / "package.json").read_text())["scripts"]
FAMILIES = [name for name in SCRIPTS if name.startswith("lint:")]


@pytest.fixture(scope="session")
def npm() -> str:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None or not (REPOSITORY / "node_modules").is_dir():
        pytest.skip("The linters are not installed: see scripts/README.md.")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").split(".")[0]) < 20:
        pytest.skip(f"The linters need Node 20, this is {version.strip()}: see scripts/README.md.")
    return npm


@pytest.mark.parametrize("family", FAMILIES)
def test_linters_find_nothing(npm: str, family: str) -> None:
    run = subprocess.run(
        [npm, "run", "--silent", family], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert run.returncode == 0, f"\n{run.stdout}{run.stderr}"


def test_lint_runs_every_family() -> None:
    assert all(f" {family}" in SCRIPTS["lint"] for family in FAMILIES)
    assert len(FAMILIES) == SCRIPTS["lint"].count("npm run")
