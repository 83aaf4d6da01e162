from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.runtime.cpu import CpuLevel, cmake_flags, cpu_level, cpu_model, read_cpu_flags

# Flag lines of /proc/cpuinfo, shortened to the instruction sets.
CONROE = (
    "fpu mmx fxsr sse sse2 ht tm pbe syscall nx lm pni dtes64 monitor ds_cpl vmx tm2 ssse3 cx16"
)
PENRYN = CONROE + " sse4_1 xsave"
NEHALEM = PENRYN + " sse4_2 popcnt rdtscp"
SANDY_BRIDGE = NEHALEM + " aes avx xsaveopt pclmulqdq"
IVY_BRIDGE = SANDY_BRIDGE + " f16c rdrand fsgsbase erms"
HASWELL = IVY_BRIDGE + " fma movbe bmi1 avx2 bmi2 abm invpcid"
SKYLAKE_X = HASWELL + " avx512f avx512dq avx512cd avx512bw avx512vl mpx clwb"
SAPPHIRE_RAPIDS = (
    SKYLAKE_X + " avx512ifma avx512vbmi avx512_vnni avx512_bf16 avx_vnni amx_bf16 amx_tile amx_int8"
)
PENTIUM_4 = "fpu mmx fxsr sse sse2 ht tm pbe syscall nx lm constant_tsc pni monitor cx16"
PHENOM = "fpu mmx fxsr sse sse2 ht syscall nx lm 3dnow pni monitor cx16 popcnt abm sse4a"
BULLDOZER = "fpu mmx sse sse2 pni ssse3 cx16 sse4_1 sse4_2 popcnt aes xsave avx fma4 xop"


@pytest.mark.parametrize(
    ("flags", "level"),
    [
        (CONROE, CpuLevel.CORE2),
        (PENRYN, CpuLevel.PENRYN),
        (NEHALEM, CpuLevel.NEHALEM),
        (SANDY_BRIDGE, CpuLevel.SANDYBRIDGE),
        (IVY_BRIDGE, CpuLevel.SANDYBRIDGE),
        (BULLDOZER, CpuLevel.SANDYBRIDGE),
        (HASWELL, CpuLevel.HASWELL),
        (SKYLAKE_X, CpuLevel.SKYLAKEX),
        (SAPPHIRE_RAPIDS, CpuLevel.CASCADELAKE),
    ],
)
def test_level_of_real_cpus(flags: str, level: CpuLevel) -> None:
    assert cpu_level(flags.split()) == level


@pytest.mark.parametrize("flags", [PENTIUM_4, PHENOM, ""])
def test_cpus_without_ssse3_are_refused_in_one_line(flags: str) -> None:
    with pytest.raises(UserError, match="SSSE3") as caught:
        cpu_level(flags.split())
    assert "\n" not in str(caught.value)


def test_a_gap_ends_the_climb() -> None:
    # A hypervisor may hide AVX and still show AVX2: what is hidden must not be used.
    masked = set(HASWELL.split()) - {"avx"}
    assert cpu_level(masked) == CpuLevel.NEHALEM


def test_levels_below() -> None:
    walk = [CpuLevel.CASCADELAKE]
    while below := walk[-1].below:
        walk.append(below)
    assert walk == list(reversed(CpuLevel))


@pytest.mark.parametrize("level", CpuLevel)
def test_no_build_uses_amx_or_the_building_machine(level: CpuLevel) -> None:
    flags = cmake_flags(level)
    assert "-DGGML_NATIVE=OFF" in flags
    amx = [flag for flag in flags if "AMX" in flag]
    assert len(amx) == 3
    assert all(flag.endswith("=OFF") for flag in amx)
    assert not any("native" in flag and "-march" in flag for flag in flags)


def test_every_level_sets_the_same_options() -> None:
    names = [[flag.split("=")[0] for flag in cmake_flags(level)] for level in CpuLevel]
    assert all(some == names[0] for some in names)


def test_core2_gets_ssse3_from_the_compiler_and_nothing_newer() -> None:
    flags = cmake_flags(CpuLevel.CORE2)
    assert "-DCMAKE_C_FLAGS=-march=core2" in flags
    assert "-DCMAKE_CXX_FLAGS=-march=core2" in flags
    assert not [flag for flag in flags if flag.endswith("=ON")]


def test_haswell_switches_on_what_it_has() -> None:
    on = {flag[2:-3] for flag in cmake_flags(CpuLevel.HASWELL) if flag.endswith("=ON")}
    assert on == {f"GGML_{name}" for name in ("SSE42", "AVX", "AVX2", "FMA", "F16C", "BMI2")}


def test_cpuinfo_is_read(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(
        "processor\t: 0\nmodel name\t: Intel(R) Core(TM)2 Duo CPU E8400 @ 3.00GHz\n"
        f"flags\t\t: {PENRYN}\nvmx flags\t: vnmi\n\nprocessor\t: 1\nflags\t\t: fpu\n"
    )
    assert cpu_level(read_cpu_flags(cpuinfo)) == CpuLevel.PENRYN
    assert cpu_model(cpuinfo) == "Intel(R) Core(TM)2 Duo CPU E8400 @ 3.00GHz"


def test_this_machine_has_a_level() -> None:
    assert cpu_level(read_cpu_flags()) in CpuLevel
