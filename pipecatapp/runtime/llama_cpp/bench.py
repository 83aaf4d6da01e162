"""Tokens per second of a model on this machine, measured by llama-bench."""

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
    """Return how many tokens per second `gguf` generates here, all physical cores used.

    The best of three runs counts: whatever else the machine does only makes them slower.

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
    """Whether other programs' work would falsify a measurement made now."""
    before = _own_seconds()
    percent = psutil.cpu_percent(interval=BUSY_SECS)
    own = (_own_seconds() - before) / (BUSY_SECS * (psutil.cpu_count() or 1))
    return percent - 100 * own > BUSY_PERCENT


def _own_seconds() -> float:
    """Return the processor time of this process and those that it started, such as llama-server."""
    seconds = 0.0
    me = psutil.Process()
    for process in [me, *me.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            seconds += times.user + times.system
    return seconds
