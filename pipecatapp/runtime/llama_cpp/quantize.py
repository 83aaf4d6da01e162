"""Brings a model into the quantization for which llama.cpp has fast kernels on this CPU."""

from pathlib import Path

from pipecatapp.errors import UserError
from pipecatapp.runtime.cpu import CpuLevel, physical_cores
from pipecatapp.runtime.disk_space import require_space
from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp
from pipecatapp.runtime.models.catalogue import CatalogueModel
from pipecatapp.runtime.process.commands import CommandError, run
from pipecatapp.runtime.progress import Progress
from pipecatapp.runtime.safe_files import switch_symlink

# The only common quantization with an SSSE3 kernel in llama.cpp: with it a Core 2 Duo prefills
# seven times faster than with Q4_K_M, which falls to scalar code below AVX.
LEGACY_QUANTIZATION = "Q4_0"
SERVED = "served.gguf"


def gguf_of(model: CatalogueModel, directory: Path) -> Path:
    """Return the path of a language model's GGUF file.

    Args:
        model: Its entry in the catalogue.
        directory: Where its files are.

    Raises:
        UserError: The entry has no GGUF file.
    """
    for file in model.files:
        if file.filename.endswith(".gguf"):
            return directory / file.filename
    raise UserError(f"The catalogue's entry {model.name} has no .gguf file: llama.cpp needs one")


def quantization_of(gguf: Path) -> str:
    """Return the quantization at the end of a file's name, such as Q4_K_M."""
    return gguf.stem.replace(".", "-").rsplit("-", 1)[-1].upper()


def served_file(gguf: Path, level: CpuLevel) -> Path:
    """Return the file to serve on a CPU of a level: `gguf`, or below AVX its Q4_0 version."""
    if level.has_avx or quantization_of(gguf) == LEGACY_QUANTIZATION:
        return gguf
    return gguf.with_name(f"{gguf.stem}-{LEGACY_QUANTIZATION.lower()}.gguf")


def ensure_quantized(gguf: Path, llama: LlamaCpp, progress: Progress) -> Path:
    """Return the file to serve on this CPU; below AVX its Q4_0 version is made if it is missing.

    Raises:
        UserError: llama-quantize failed, or the disk is full.
    """
    target = served_file(gguf, llama.level)
    if target.exists():
        return target
    with progress.step(f"Making a {LEGACY_QUANTIZATION} version for this CPU") as step:
        step.working()
        require_space(gguf.parent, gguf.stat().st_size, f"The {LEGACY_QUANTIZATION} version")
        part = target.with_suffix(".part")
        command = [llama.quantize, "--allow-requantize", gguf, part, LEGACY_QUANTIZATION]
        try:
            run([*map(str, command), str(physical_cores())])
        except CommandError as error:
            part.unlink(missing_ok=True)
            raise UserError(
                f"{gguf.name} could not be quantized to {LEGACY_QUANTIZATION}: {error.last_error}; "
                "make room on the disk or set LLM_MODEL to another model, and run this again"
            ) from error
        part.replace(target)
    return target


def link_served(
    model: CatalogueModel, directory: Path, llama: LlamaCpp, progress: Progress
) -> bool:
    """Make `served.gguf` a relative link to the file for this CPU.

    Returns:
        Whether the link has changed.

    Raises:
        UserError: The entry has no GGUF file, or a Q4_0 version cannot be made.
    """
    gguf = gguf_of(model, directory)
    served = served_file(gguf, llama.level)
    if not served.exists() and not llama.complete:
        raise UserError(
            f"llama.cpp, which makes {served.name}, is missing: run `pipecatapp llama-cpp ensure`"
        )
    target = ensure_quantized(gguf, llama, progress).relative_to(directory)
    return switch_symlink(directory / SERVED, target)
