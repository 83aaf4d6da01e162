"""Runs commands of the host."""

import subprocess
from pathlib import Path


class ClusterError(Exception):
    """What is wrong, for the person at the terminal."""


def run(
    *command: str | Path, environment: dict[str, str] | None = None, timeout: float = 900
) -> str:
    """Run a command and return what it prints; a failure says what it complained about."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        env=environment,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip())[-2000:]
        raise ClusterError(f"{' '.join(words)[:200]}: exit code {done.returncode}: {said}")
    return done.stdout


def succeeds(*command: str | Path, timeout: float = 60) -> bool:
    """Tell whether a command ends well; one that hangs does not."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
