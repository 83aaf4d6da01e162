"""Chooses the default language model: the largest that fits and is fast enough here."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import psutil

from pipecatapp.errors import UserError
from pipecatapp.runtime.disk_space import MIB
from pipecatapp.runtime.llama_cpp.bench import generation_speed, machine_is_busy
from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp
from pipecatapp.runtime.llama_cpp.quantize import ensure_quantized, gguf_of, quantization_of
from pipecatapp.runtime.models.catalogue import Catalogue, CatalogueModel
from pipecatapp.runtime.models.download import Downloader
from pipecatapp.runtime.progress import Progress
from pipecatapp.runtime.selection.measured import (
    choice_key,
    recall_choice,
    remember_choice,
    total_memory_mb,
)
from pipecatapp.settings import Settings

MIN_TOKENS_PER_S = 6.0
HEADROOM_MB = 2048  # the system, the agent, speech recognition and synthesis
# Predictions from a smaller model can be wrong; a larger one is fetched if it might pass.
BENEFIT_OF_DOUBT = 1.25


@dataclass(frozen=True)
class Choice:
    """A model, why it was chosen, and the tokens per second of those that were measured.

    A provisional choice was measured while the machine was busy, and is made again when it is not.
    """

    model: str
    reason: str
    tokens_per_s: dict[str, float] = field(default_factory=dict)
    provisional: bool = False


@dataclass(frozen=True)
class ChosenModel:
    """The language model to serve."""

    name: str
    path: Path
    quantization: str
    reason: str


def choose_llm(
    settings: Settings,
    catalogue: Catalogue,
    llama: LlamaCpp,
    downloader: Downloader,
    progress: Progress,
) -> ChosenModel:
    """Return the model set by LLM_MODEL, otherwise the best one by an earlier or a new measurement.

    Raises:
        UserError: The catalogue has no such model, or a model cannot be fetched or measured.
    """

    def fetch(model: CatalogueModel) -> Path:
        return ensure_quantized(gguf_of(model, downloader.ensure(model)), llama, progress)

    if settings.llm_model:
        choice = Choice(settings.llm_model, "set by LLM_MODEL")
    else:
        choice = _recall_or_measure(settings, catalogue, llama, fetch, progress)
    path = fetch(catalogue.get(choice.model))
    return ChosenModel(choice.model, path, quantization_of(path), choice.reason)


def _recall_or_measure(
    settings: Settings,
    catalogue: Catalogue,
    llama: LlamaCpp,
    fetch: Callable[[CatalogueModel], Path],
    progress: Progress,
) -> Choice:
    candidates = catalogue.lists.get("llm_models", [])
    if not candidates:
        raise UserError(f"{settings.catalogue} has no llm_models: add one or set LLM_MODEL")
    key = choice_key(candidates, llama.version, llama.level)
    recalled = recall_choice(settings, "llm", key)
    if recalled and not recalled.get("provisional"):
        return Choice(recalled["model"], recalled["reason"])
    busy = machine_is_busy()
    if recalled and busy:
        return Choice(recalled["model"], recalled["reason"])
    choice = _measure(candidates, catalogue.models("smoke"), llama, fetch, progress)
    if busy and choice.model != max(candidates, key=lambda model: model.size).name:
        reason = f"{choice.reason} (measured while the machine was busy)"
        choice = replace(choice, reason=reason, provisional=True)
    remember_choice(settings, "llm", key, asdict(choice))
    return choice


def _measure(
    candidates: list[CatalogueModel],
    probes: list[CatalogueModel],
    llama: LlamaCpp,
    fetch: Callable[[CatalogueModel], Path],
    progress: Progress,
) -> Choice:
    """Try the candidates from the largest down, without fetching any that cannot pass."""
    measured: dict[str, float] = {}
    sizes: dict[str, int] = {}

    def speed(model: CatalogueModel) -> float:
        if model.name not in measured:
            gguf = fetch(model)
            with progress.step(f"Measuring {model.name}") as step:
                step.working()
                measured[model.name] = round(generation_speed(llama, gguf), 1)
                sizes[model.name] = gguf.stat().st_size
        return measured[model.name]

    def may_pass(model: CatalogueModel, base: CatalogueModel) -> bool:
        # Each token takes reading all weights once: the time for it scales with the file's size.
        predicted = speed(base) * sizes[base.name] / max(model.size, 1)
        return predicted * BENEFIT_OF_DOUBT >= MIN_TOKENS_PER_S

    ordered = sorted(candidates, key=lambda model: model.size, reverse=True)
    smallest = ordered[-1]
    passed_over = ""
    for model in ordered[:-1]:
        if not fits_memory(model):
            passed_over = f"{model.name} does not fit {total_memory_mb()} MiB of memory"
        # The probe is there already; if it predicts too little, the smallest model decides.
        elif not any(may_pass(model, base) for base in [*probes, smallest]):
            passed_over = f"{model.name} would stay under {MIN_TOKENS_PER_S:.0f} tokens/s"
        elif speed(model) < MIN_TOKENS_PER_S:
            passed_over = f"{model.name} generates only {speed(model):.1f} tokens/s"
        else:
            reason = f"the largest that fits: {speed(model):.1f} tokens/s on this machine"
            return Choice(model.name, reason, measured)
    reason = f"the smallest, {speed(smallest):.1f} tokens/s on this machine"
    return Choice(smallest.name, f"{reason}; {passed_over}" if passed_over else reason, measured)


def fits_memory(model: CatalogueModel) -> bool:
    """Return whether the model fits into memory beside the system and the rest of the agent."""
    available = int(psutil.virtual_memory().available) // MIB
    return model.memory_mb <= min(total_memory_mb() - HEADROOM_MB, available)
