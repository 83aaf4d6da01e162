"""Measures the tokens per second of a model on this machine with llama-bench."""

import json
from contextlib import suppress
from pathlib import Path

import psutil

from pipecatapp.errors import UserError
from pipecatapp.runtime.cpu import physical_cores
from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp
from pipecatapp.runtime.process.commands import CommandError, run

GENERATED_TOKENS = 24
BUSY_PERCENT = 30.0
BUSY_SECS = 1.0


def generation_speed(llama: LlamaCpp, gguf: Path) -> float:
    """Return how many tokens per second a model generates on all physical cores.

    The best of three runs counts, as other programs can only make a run slower.

    Args:
        llama: The build to measure with.
        gguf: The model's file.

    Raises:
        UserError: llama-bench failed.
    """
    command = [str(llama.bench), "-m", str(gguf), "-p", "0", "-n", str(GENERATED_TOKENS)]
    command += ["-r", "3", "-t", str(physical_cores()), "-o", "jsonl"]
    try:
        output = run(command)
        results = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        return float(max(results[-1]["samples_ts"]))
    except CommandError as error:
        raise UserError(
            f"llama-bench cannot measure {gguf.name}: {error.last_error}; remove "
            f"{llama.bin_dir.parent} and run this again"
        ) from error
    except (ValueError, LookupError) as error:
        raise UserError(f"llama-bench gave no result for {gguf.name}: run this again") from error


def machine_is_busy() -> bool:
    """Return whether other programs use so much of the CPU that a measurement would be wrong."""
    before = _own_seconds()
    percent = psutil.cpu_percent(interval=BUSY_SECS)
    own = (_own_seconds() - before) / (BUSY_SECS * (psutil.cpu_count() or 1))
    return percent - 100 * own > BUSY_PERCENT


def _own_seconds() -> float:
    """Return the CPU seconds of this process and its children, such as llama-server."""
    seconds = 0.0
    me = psutil.Process()
    for process in [me, *me.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            seconds += times.user + times.system
    return seconds
