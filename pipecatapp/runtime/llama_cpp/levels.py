"""Which level's build of llama.cpp this CPU runs: what it announces, less what died here."""

from pathlib import Path

from pipecatapp.errors import UserError
from pipecatapp.runtime.cpu import CpuLevel, cpu_level, cpu_model, read_cpu_flags
from pipecatapp.runtime.safe_files import read_json, write_json
from pipecatapp.settings import Settings


def usable_level(settings: Settings) -> CpuLevel:
    """Return the newest level that the CPU announces and that did not die when tried here.

    Raises:
        UserError: None is left.
    """
    level: CpuLevel | None = cpu_level(read_cpu_flags())
    died = read_json(_memory(settings)).get(cpu_model(), [])
    while level in died:
        level = level.below if level else None
    if level is None:
        raise UserError(
            "No build of llama.cpp runs on this CPU: see logs/llama.cpp-build.log in "
            f"{settings.home}"
        )
    return level


def remember_that_it_died(settings: Settings, level: CpuLevel) -> None:
    """Leave out `level` on this CPU from now on."""
    remembered = read_json(_memory(settings))
    remembered.setdefault(cpu_model(), []).append(level)
    write_json(_memory(settings), remembered)


def _memory(settings: Settings) -> Path:
    return settings.llama_dir / "levels_that_died.json"
