"""Builds llama.cpp for this machine's CPU, and tries whether the build runs on it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from pipecatapp.errors import UserError
from pipecatapp.runtime.cpu import CpuLevel, physical_cores
from pipecatapp.runtime.llama_cpp.build import TARGETS, build
from pipecatapp.runtime.llama_cpp.levels import record_crash, usable_level
from pipecatapp.runtime.llama_cpp.prebuilt import copy_binaries
from pipecatapp.runtime.llama_cpp.source import VERSION, fetch_source
from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.runtime.models.download import ensure_model
from pipecatapp.runtime.process.commands import CommandError, run
from pipecatapp.runtime.progress import Progress
from pipecatapp.runtime.safe_files import locked, switch_symlink
from pipecatapp.settings import Settings

SMOKE_TOKENS = 4


@dataclass(frozen=True)
class LlamaCpp:
    """The binaries of one version of llama.cpp for one CPU level."""

    version: str
    level: CpuLevel
    bin_dir: Path

    @property
    def name(self) -> str:
        """The name of its directory: version and level."""
        return f"{self.version}-{self.level}"

    @property
    def server(self) -> Path:
        """llama-server, which serves a model behind an OpenAI-compatible API."""
        return self.bin_dir / "llama-server"

    @property
    def bench(self) -> Path:
        """llama-bench, which measures the tokens per second of a model."""
        return self.bin_dir / "llama-bench"

    @property
    def quantize(self) -> Path:
        """llama-quantize, which brings a model into another quantization."""
        return self.bin_dir / "llama-quantize"

    @property
    def complete(self) -> bool:
        """Whether every binary is there."""
        return all((self.bin_dir / target).is_file() for target in TARGETS)


def ensure_llama_cpp(
    settings: Settings,
    progress: Progress,
    *,
    prebuilt: Path | None = None,
    step_down: bool = True,
) -> LlamaCpp:
    """Return llama.cpp for this CPU, after building and trying it if it is missing.

    Virtual machines announce instructions that they do not have. If the build for the newest level
    is killed by a signal, that level is recorded, and the next older one is built.

    Args:
        settings: Where builds are kept.
        progress: Shows what is being done.
        prebuilt: A tar file or directory with VERSION-LEVEL/bin, to use instead of building.
        step_down: Whether to go on to older levels; if not, the result may be incomplete.

    Raises:
        UserError: Building failed, `prebuilt` lacks the level, or no level runs.
    """
    lock = settings.llama_dir / "lock"
    with progress.step("llama.cpp for this CPU"):
        llama = llama_cpp_for_this_cpu(settings)
        if llama.complete:
            return llama
        with locked(lock, lambda: progress.say("Another process is building it: waiting for it")):
            while not (llama := llama_cpp_for_this_cpu(settings)).complete:
                if prebuilt:
                    _install_prebuilt(settings, llama, prebuilt, progress)
                else:
                    _build_level(settings, llama.level, progress)
                if not step_down:
                    return llama_cpp_for_this_cpu(settings)
    return llama


def installed_llama_cpp(settings: Settings) -> LlamaCpp | None:
    """Return the build for this CPU, or None if it is not complete; nothing is built."""
    llama = llama_cpp_for_this_cpu(settings)
    return llama if llama.complete else None


def llama_cpp_for_this_cpu(settings: Settings) -> LlamaCpp:
    """Return the build for this CPU, which may not exist yet.

    Raises:
        UserError: No level of builds runs on this CPU.
    """
    level = usable_level(settings)
    return LlamaCpp(VERSION, level, settings.llama_dir / f"{VERSION}-{level}" / "bin")


def _build_level(settings: Settings, level: CpuLevel, progress: Progress) -> None:
    home = settings.llama_dir
    build_dir = home / f".build-{VERSION}-{level}"
    log = settings.log_dir / "llama.cpp-build.log"
    with progress.step(f"Building llama.cpp for {level}") as step:
        binaries = build(fetch_source(home, step), build_dir, level, log, step)
    if not passes_smoke_test(LlamaCpp(VERSION, level, binaries), settings, progress):
        shutil.rmtree(build_dir)
        return
    _install(binaries, home / f"{VERSION}-{level}")
    shutil.rmtree(build_dir)
    shutil.rmtree(home / f"source-{VERSION}")


def _install_prebuilt(
    settings: Settings, llama: LlamaCpp, prebuilt: Path, progress: Progress
) -> None:
    """Install the level's binaries from `prebuilt` if they run on this CPU."""
    settings.log_dir.mkdir(parents=True, exist_ok=True)
    unpacked = settings.llama_dir / f".prebuilt-{llama.name}"
    shutil.rmtree(unpacked, ignore_errors=True)
    unpacked.mkdir(parents=True)
    try:
        with progress.step(f"Taking llama.cpp for {llama.level} from {prebuilt}") as step:
            step.working()
            copy_binaries(prebuilt, f"{llama.name}/bin", TARGETS, unpacked)
        if passes_smoke_test(LlamaCpp(VERSION, llama.level, unpacked), settings, progress):
            _install(unpacked, settings.llama_dir / llama.name)
    except OSError as error:
        raise UserError(f"Cannot take llama.cpp from {prebuilt}: {error}") from error
    finally:
        shutil.rmtree(unpacked)


def _install(binaries: Path, target: Path) -> None:
    """Move the binaries to `target`/bin in one step."""
    staging = target.with_name(f".{target.name}")
    shutil.rmtree(staging, ignore_errors=True)
    (staging / "bin").mkdir(parents=True)
    for name in TARGETS:
        (binaries / name).rename(staging / "bin" / name)
    shutil.rmtree(target, ignore_errors=True)
    staging.rename(target)


def link_bin(settings: Settings, llama: LlamaCpp) -> bool:
    """Make `bin` beside the builds a relative link to this one; return whether that changed it."""
    link, target = settings.llama_dir / "bin", Path(llama.name, "bin")
    return switch_symlink(link, target)


def passes_smoke_test(llama: LlamaCpp, settings: Settings, progress: Progress) -> bool:
    """Return whether a build can generate a few tokens; a level killed by a signal is recorded.

    Args:
        llama: The build to try.
        settings: Where models, logs and the record are kept.
        progress: Shows what is being done.

    Raises:
        UserError: The build failed in another way.
    """
    level = llama.level
    smoke = Catalogue.load(settings.catalogue).models("smoke")[0]
    model = ensure_model(smoke, settings, progress) / smoke.files[0].filename
    command = [str(llama.bench), "-m", str(model), "-p", "16"]
    command += ["-n", str(SMOKE_TOKENS)]
    command += ["-r", "1", "-t", str(physical_cores())]
    log = settings.log_dir / "llama.cpp-build.log"
    try:
        with progress.step(f"Trying llama.cpp for {level} on a tiny model") as step:
            step.working()
            run(command, log=log)
    except CommandError as error:
        if error.status >= 0:
            raise UserError(
                f"llama.cpp was built but does not run: {error.last_error} (see {log})"
            ) from error
        record_crash(settings, level)
        progress.say(
            f"llama.cpp for {level} was ended by signal {-error.status} on this CPU: "
            f"going on with {level.below or 'nothing older'}"
        )
        return False
    return True
