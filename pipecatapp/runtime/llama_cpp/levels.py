"""Knows which level of llama.cpp's builds this CPU runs: those it announces that did not crash."""

from pathlib import Path

from pipecatapp.errors import UserError
from pipecatapp.runtime.cpu import CpuLevel, cpu_level, cpu_model, read_cpu_flags
from pipecatapp.runtime.safe_files import read_json, write_json
from pipecatapp.settings import Settings


def usable_level(settings: Settings) -> CpuLevel:
    """Return the newest level that the CPU announces and whose build has not crashed here.

    Raises:
        UserError: No level is left.
    """
    level: CpuLevel | None = cpu_level(read_cpu_flags())
    crashed = read_json(_record(settings)).get(cpu_model(), [])
    while level in crashed:
        level = level.below if level else None
    if level is None:
        raise UserError(
            "No build of llama.cpp runs on this CPU: see logs/llama.cpp-build.log in "
            f"{settings.home}"
        )
    return level


def record_crash(settings: Settings, level: CpuLevel) -> None:
    """Remember that the build for `level` crashed, so that it is not used on this CPU again."""
    crashed = read_json(_record(settings))
    crashed.setdefault(cpu_model(), []).append(level)
    write_json(_record(settings), crashed)


def _record(settings: Settings) -> Path:
    return settings.llama_dir / "levels_that_died.json"
