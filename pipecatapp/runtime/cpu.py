"""Tells which instructions this CPU has, and the compiler flags that use exactly those."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import psutil

from pipecatapp.errors import UserError

CPUINFO = Path("/proc/cpuinfo")


class CpuLevel(StrEnum):
    """The generations of x86 CPUs that get a build of their own, the oldest first."""

    CORE2 = "core2"
    PENRYN = "penryn"
    NEHALEM = "nehalem"
    SANDYBRIDGE = "sandybridge"
    HASWELL = "haswell"
    SKYLAKEX = "skylakex"
    CASCADELAKE = "cascadelake"

    @property
    def rank(self) -> int:
        """Its position among the levels, 0 for the oldest."""
        return list(CpuLevel).index(self)

    @property
    def below(self) -> "CpuLevel | None":
        """The next older level, or None for the oldest."""
        return list(CpuLevel)[self.rank - 1] if self.rank else None

    @property
    def has_avx(self) -> bool:
        """Whether llama.cpp has vector kernels for quantizations other than Q4_0 on it."""
        return self.rank >= CpuLevel.SANDYBRIDGE.rank


# The flags in /proc/cpuinfo that each level needs beyond those of the level below it.
_NEEDS: dict[CpuLevel, frozenset[str]] = {
    CpuLevel.CORE2: frozenset({"ssse3"}),
    CpuLevel.PENRYN: frozenset({"sse4_1"}),
    CpuLevel.NEHALEM: frozenset({"sse4_2", "popcnt"}),
    CpuLevel.SANDYBRIDGE: frozenset({"avx"}),
    CpuLevel.HASWELL: frozenset({"avx2", "fma", "f16c", "bmi2"}),
    CpuLevel.SKYLAKEX: frozenset({"avx512f", "avx512cd", "avx512vl", "avx512dq", "avx512bw"}),
    CpuLevel.CASCADELAKE: frozenset({"avx512_vnni"}),
}

# ggml's option for each instruction set, and the level that switches it on.
_GGML_SINCE: dict[str, CpuLevel] = {
    "GGML_SSE42": CpuLevel.NEHALEM,
    "GGML_AVX": CpuLevel.SANDYBRIDGE,
    "GGML_AVX2": CpuLevel.HASWELL,
    "GGML_FMA": CpuLevel.HASWELL,
    "GGML_F16C": CpuLevel.HASWELL,
    "GGML_BMI2": CpuLevel.HASWELL,
    "GGML_AVX512": CpuLevel.SKYLAKEX,
    # Prefill of a 1.5B model at Q4_K_M, two threads: 84 tokens/s with it, 72 without.
    "GGML_AVX512_VNNI": CpuLevel.CASCADELAKE,
}

# Off at every level: not all CPUs of the newest level have them, and a virtual machine may
# announce AMX and then kill the process at its first AMX instruction.
_GGML_NEVER = (
    "GGML_NATIVE",
    "GGML_AVX_VNNI",
    "GGML_AVX512_VBMI",
    "GGML_AVX512_BF16",
    "GGML_AMX_TILE",
    "GGML_AMX_INT8",
    "GGML_AMX_BF16",
)

# ggml has no option for SSSE3 and SSE4.1. Without these flags the Q4_0 kernel falls back to
# scalar code. GCC has no -march=penryn.
_COMPILER_FLAGS: dict[CpuLevel, str] = {
    CpuLevel.CORE2: "-march=core2",
    CpuLevel.PENRYN: "-march=core2 -msse4.1",
}


def read_cpu_flags(path: Path = CPUINFO) -> frozenset[str]:
    """Return the flags of the first CPU as the kernel names them; none on other architectures."""
    return frozenset(_cpuinfo_value(path, "flags").split())


def cpu_model(path: Path = CPUINFO) -> str:
    """Return the CPU's name from the kernel, such as "Intel(R) Core(TM)2 Duo CPU"."""
    return _cpuinfo_value(path, "model name") or "unknown CPU"


def _cpuinfo_value(path: Path, key: str) -> str:
    for line in path.read_text(errors="replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return ""


def cpu_level(flags: Iterable[str]) -> CpuLevel:
    """Return the newest level whose instructions, and those of all levels below, are present.

    Args:
        flags: The CPU's flags, as `read_cpu_flags` returns them.

    Raises:
        UserError: The CPU lacks SSSE3 or is no x86 CPU.
    """
    present = frozenset(flags)
    found: CpuLevel | None = None
    for level in CpuLevel:
        if not _NEEDS[level] <= present:
            break
        found = level
    if found is None:
        raise UserError(
            "This CPU lacks SSSE3, which llama.cpp needs: use a machine with an Intel Core 2, an "
            "AMD FX or a later x86-64 CPU"
        )
    return found


def cmake_flags(level: CpuLevel) -> list[str]:
    """Return CMake's arguments for building llama.cpp for a level; all options are explicit."""
    flags = _COMPILER_FLAGS.get(level, "")
    options = dict.fromkeys(_GGML_NEVER, "OFF")
    for name, since in _GGML_SINCE.items():
        options[name] = "ON" if level.rank >= since.rank else "OFF"
    return [
        f"-DCMAKE_C_FLAGS={flags}",
        f"-DCMAKE_CXX_FLAGS={flags}",
        *(f"-D{name}={value}" for name, value in options.items()),
    ]


def physical_cores() -> int:
    """Return the number of physical cores; more threads only slow llama.cpp down."""
    return psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
