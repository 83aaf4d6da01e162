"""Compiles llama.cpp for one CPU level; nothing is fetched during the build."""

import re
import shutil
from pathlib import Path

import psutil

from pipecatapp.errors import UserError
from pipecatapp.runtime.cpu import CpuLevel, cmake_flags
from pipecatapp.runtime.disk_space import MIB
from pipecatapp.runtime.process.commands import CommandError, run
from pipecatapp.runtime.progress import Step

TARGETS = ("llama-server", "llama-bench", "llama-quantize", "ggml-rpc-server")
PACKAGES = "sudo apt-get install build-essential cmake ninja-build"
JOB_BYTES = 1200 * MIB  # what the largest of llama.cpp's sources take to compile

_OPTIONS = {
    "CMAKE_BUILD_TYPE": "Release",
    "BUILD_SHARED_LIBS": "OFF",
    "GGML_RPC": "ON",
    "GGML_CCACHE": "OFF",
    "LLAMA_BUILD_TESTS": "OFF",
    "LLAMA_BUILD_EXAMPLES": "OFF",
    "LLAMA_BUILD_APP": "OFF",
    # Mission Control is the only page; with these off the build asks no network for assets.
    "LLAMA_BUILD_UI": "OFF",
    "LLAMA_USE_PREBUILT_UI": "OFF",
    # Models come from the catalogue and the server listens on 127.0.0.1: no TLS is needed.
    "LLAMA_OPENSSL": "OFF",
}
_NINJA_PROGRESS = re.compile(r"^\[(\d+)/(\d+)\]")


def build(source: Path, build_dir: Path, level: CpuLevel, log: Path, step: Step) -> Path:
    """Compile the targets for a level and return the directory that holds them.

    An interrupted build continues where it stopped. A failed one is removed, so that the next one
    starts from the beginning.

    Args:
        source: The directory of llama.cpp's source.
        build_dir: Where to build.
        level: The level of the CPU.
        log: The file to which the output is appended.
        step: Shows how far the build is.

    Raises:
        UserError: A tool is missing, or the compiler failed.
    """
    require_tools()
    log.parent.mkdir(parents=True, exist_ok=True)
    step.working("configuring")
    options = [f"-D{name}={value}" for name, value in _OPTIONS.items()]
    configure = ["cmake", "-S", str(source), "-B", str(build_dir), "-G", "Ninja", *options]

    def show(line: str) -> None:
        if match := _NINJA_PROGRESS.match(line):
            step.update(int(match[1]), int(match[2]))

    try:
        run([*configure, *cmake_flags(level)], log=log)
        # Run directly and not by cmake, so that a signal to ninja ends the compilers too.
        compiler = ["ninja", "-C", str(build_dir), f"-j{_parallel_jobs()}", *TARGETS]
        run(compiler, log=log, on_line=show)
        for target in TARGETS:
            run(["strip", build_dir / "bin" / target], log=log)
    except CommandError as error:
        shutil.rmtree(build_dir, ignore_errors=True)
        raise UserError(
            f"llama.cpp could not be built for {level}: {error.last_error} (all of it in {log})"
        ) from error
    return build_dir / "bin"


def require_tools() -> None:
    """Check that the tools that compile llama.cpp are installed.

    Raises:
        UserError: A tool is missing; the message has the command that installs it.
    """
    missing = [tool for tool in ("cmake", "ninja", "cc", "c++", "strip") if not shutil.which(tool)]
    if missing:
        raise UserError(f"Missing to build llama.cpp: {', '.join(missing)}. Run: {PACKAGES}")


def _parallel_jobs() -> int:
    """Return how many compilers may run at once, by the number of CPUs and the free memory."""
    by_memory = psutil.virtual_memory().available // JOB_BYTES
    return max(1, min(psutil.cpu_count() or 1, by_memory))
