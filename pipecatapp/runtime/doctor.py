"""Checks whether this machine has all that the agent needs."""

import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil

from pipecatapp.errors import UserError
from pipecatapp.runtime.cpu import cpu_level, cpu_model, physical_cores, read_cpu_flags
from pipecatapp.runtime.disk_space import MIB
from pipecatapp.runtime.llama_cpp.binaries import installed_llama_cpp
from pipecatapp.runtime.llama_cpp.quantize import gguf_of, quantization_of, served_file
from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.runtime.models.speech import stt_candidates, tts_model
from pipecatapp.runtime.models.verified import is_verified
from pipecatapp.runtime.selection.language_model import HEADROOM_MB
from pipecatapp.runtime.selection.measured import recall_choice, total_memory_mb
from pipecatapp.settings import Settings

MIN_FREE_DISK_MB = 512
SOUND_CARDS = Path("/proc/asound/cards")
SET_UP = "run `pipecatapp setup`; on a node of a cluster playbook.yaml brings it"
NO_EXTRA = "install it by `.venv/bin/pip install -e .[sentence-transformers]`, or unset EMBEDDER"


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Args:
        name: What was checked.
        value: Its state.
        remedy: What to do about it, or "" if it is all right.
    """

    name: str
    value: str
    remedy: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing has to be done."""
        return not self.remedy


def examine(settings: Settings) -> list[Finding]:
    """Return the results of all checks; nothing is built, fetched or changed."""
    checks: dict[str, Callable[[Settings], Finding]] = {
        "cpu": _cpu,
        "llama.cpp": _llama,
        "language model": _llm,
        "speech recognition": _stt,
        "voice": _tts,
        "sentence embedder": _embedder,
        "memory": _memory,
        "disk": _disk,
        "audio": _audio,
    }
    if settings.mode == "cluster":
        # They are jobs of their own, which status.yaml shows.
        del checks["llama.cpp"], checks["language model"]
    findings = []
    for name, check in checks.items():
        try:
            findings.append(check(settings))
        except UserError as error:
            findings.append(Finding(name, "not usable", str(error)))
    return findings


def port_is_free(settings: Settings) -> bool:
    """Return whether the agent could listen on its port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            return False
    return True


def _cpu(settings: Settings) -> Finding:
    level = cpu_level(read_cpu_flags())
    return Finding("cpu", f"{cpu_model()}, level {level}, {physical_cores()} cores")


def _llama(settings: Settings) -> Finding:
    announced = cpu_level(read_cpu_flags())
    llama = installed_llama_cpp(settings)
    if llama is None:
        return Finding("llama.cpp", "not built for this CPU", SET_UP)
    note = "" if llama.level == announced else f" ({announced} was tried and crashed on this CPU)"
    return Finding("llama.cpp", f"{llama.version}, built for {llama.level}{note}")


def _llm(settings: Settings) -> Finding:
    choice = recall_choice(settings, "llm")
    if settings.llm_model:
        choice = {"model": settings.llm_model, "reason": "set by LLM_MODEL"}
    if choice is None:
        return Finding("language model", "not chosen yet", SET_UP)
    model = Catalogue.load(settings.catalogue).get(choice["model"])
    llama = installed_llama_cpp(settings)
    gguf = gguf_of(model, model.directory(settings.models_dir))
    if llama is None or not gguf.is_file():
        return Finding("language model", f"{model.name} is missing", SET_UP)
    quantization = quantization_of(served_file(gguf, llama.level))
    return Finding("language model", f"{model.name} ({quantization}): {choice['reason']}")


def _stt(settings: Settings) -> Finding:
    catalogue = Catalogue.load(settings.catalogue)
    candidates = stt_candidates(catalogue, settings)
    missing = [model.name for model in candidates if not is_verified(model, settings.models_dir)]
    if missing:
        return Finding("speech recognition", f"{', '.join(missing)} missing", SET_UP)
    choice = recall_choice(settings, "stt")
    chosen = f"{choice['model']}: {choice['reason']}" if choice else "measured at the first run"
    return Finding("speech recognition", f"{settings.stt_service}, {chosen}")


def _tts(settings: Settings) -> Finding:
    model = tts_model(Catalogue.load(settings.catalogue), settings)
    if model is None:
        return Finding("voice", f"{settings.tts_service} at {settings.piper_http_url}")
    if not is_verified(model, settings.models_dir):
        return Finding("voice", f"{model.name} is missing", SET_UP)
    return Finding("voice", f"{settings.tts_service}, {model.name}")


def _embedder(settings: Settings) -> Finding:
    model = Catalogue.load(settings.catalogue).models("embedding")[0]
    if not is_verified(model, settings.models_dir):
        return Finding("sentence embedder", f"{model.name} is missing", SET_UP)
    if settings.embedder == "sentence-transformers" and not find_spec("sentence_transformers"):
        return Finding("sentence embedder", "sentence-transformers is not installed", NO_EXTRA)
    name = model.name if settings.embedder == "minilm" else settings.embedder
    return Finding("sentence embedder", f"{name}, for decisions and memory")


def _memory(settings: Settings) -> Finding:
    memory = psutil.virtual_memory()
    value = f"{memory.available // MIB} of {memory.total // MIB} MiB available"
    models = Catalogue.load(settings.catalogue).models("llm")
    least = min((model.memory_mb for model in models), default=0) + HEADROOM_MB
    short = total_memory_mb() < least
    remedy = f"add memory: the smallest model and the rest take {least} MiB" if short else ""
    return Finding("memory", value, remedy)


def _disk(settings: Settings) -> Finding:
    directory = settings.home
    while not directory.exists():
        directory = directory.parent
    free = shutil.disk_usage(directory).free // MIB
    remedy = f"make room: at least {MIN_FREE_DISK_MB} MiB" if free < MIN_FREE_DISK_MB else ""
    return Finding("disk", f"{free} MiB free in {settings.home}", remedy)


def _audio(settings: Settings) -> Finding:
    cards = SOUND_CARDS.read_text() if SOUND_CARDS.exists() else ""
    names = [line.split("]: ")[-1] for line in cards.splitlines() if "]: " in line]
    if names:
        return Finding("audio", ", ".join(names))
    wanted = settings.audio_device == "local"
    remedy = "set AUDIO_DEVICE=none, or connect a sound card" if wanted else ""
    return Finding("audio", "no sound card here (the browser's is used)", remedy)
