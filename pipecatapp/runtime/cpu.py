"""Which instructions this CPU has, and the compiler flags that use exactly those."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import psutil

from pipecatapp.errors import UserError

CPUINFO = Path("/proc/cpuinfo")


class CpuLevel(StrEnum):
    """A generation of x86 CPUs, from the oldest to the newest that get a build of their own."""

    CORE2 = "core2"
    PENRYN = "penryn"
    NEHALEM = "nehalem"
    SANDYBRIDGE = "sandybridge"
    HASWELL = "haswell"
    SKYLAKEX = "skylakex"
    CASCADELAKE = "cascadelake"

    @property
    def rank(self) -> int:
        """Position in the order of levels, 0 for the oldest."""
        return list(CpuLevel).index(self)

    @property
    def below(self) -> "CpuLevel | None":
        """The next older level, None below the oldest."""
        return list(CpuLevel)[self.rank - 1] if self.rank else None

    @property
    def has_avx(self) -> bool:
        """Whether quantizations other than Q4_0 have vector kernels in llama.cpp."""
        return self.rank >= CpuLevel.SANDYBRIDGE.rank


# What each level needs beyond the level below it, in the words of /proc/cpuinfo.
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

# Off at every level: not every CPU of the newest level has them, and a virtual machine can
# announce AMX and still kill the process at its first AMX instruction.
_GGML_NEVER = (
    "GGML_NATIVE",
    "GGML_AVX_VNNI",
    "GGML_AVX512_VBMI",
    "GGML_AVX512_BF16",
    "GGML_AMX_TILE",
    "GGML_AMX_INT8",
    "GGML_AMX_BF16",
)

# ggml has no option for SSSE3 and SSE4.1: the compiler must be told, or the Q4_0 kernel falls
# back to scalar code. GCC knows no -march=penryn.
_COMPILER_FLAGS: dict[CpuLevel, str] = {
    CpuLevel.CORE2: "-march=core2",
    CpuLevel.PENRYN: "-march=core2 -msse4.1",
}


def read_cpu_flags(path: Path = CPUINFO) -> frozenset[str]:
    """Return the flags of the first CPU, as the kernel names them; empty on other architectures."""
    return frozenset(_cpuinfo_value(path, "flags").split())


def cpu_model(path: Path = CPUINFO) -> str:
    """Return the CPU's name as the kernel shows it, such as "Intel(R) Core(TM)2 Duo CPU"."""
    return _cpuinfo_value(path, "model name") or "unknown CPU"


def _cpuinfo_value(path: Path, key: str) -> str:
    for line in path.read_text(errors="replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return ""


def cpu_level(flags: Iterable[str]) -> CpuLevel:
    """Return the newest level whose instructions, and those of all levels below, are present.

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
            "This CPU lacks SSSE3, the least that is supported: use a machine with an Intel "
            "Core 2, an AMD FX or a later x86-64 CPU"
        )
    return found


def cmake_flags(level: CpuLevel) -> list[str]:
    """Return CMake's definitions that build llama.cpp for `level`, every option set explicitly."""
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
    """Return the number of physical cores; hyper-threads only slow llama.cpp down."""
    return psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
