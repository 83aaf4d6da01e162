"""Measures the recall of long-term memory by words, by meaning, and by both."""

import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, get_args

import click

from pipecatapp.benchmark import locomo
from pipecatapp.memory.long_term import Addition, LongTermMemory
from pipecatapp.memory.search import Mode
from pipecatapp.runtime.embedding.embedder import Embedder

Shares = dict[int, list[float]]


def find_evidence(
    dialogues: Sequence[locomo.Dialogue], embedder: Embedder, place: Path
) -> dict[str, Any]:
    """Return the recall of evidence for each mode, in percent; each dialogue has its own memory.

    Recall is the mean over all questions of the share of a question's evidence turns that are
    among the first 5 or 10 facts. The weights in `memory/` were fitted on every other dialogue of
    LoCoMo, from the first on; the others are reported as held out.
    """
    modes: tuple[Mode, ...] = get_args(Mode)
    shares: dict[Mode, list[Shares]] = {mode: [] for mode in modes}
    for number, dialogue in enumerate(dialogues):
        click.echo(f"Dialogue {number + 1} of {len(dialogues)}", err=True)
        found = _find_in(dialogue, embedder, place / f"dialogue-{number}", modes)
        for mode in modes:
            shares[mode].append(found[mode])
    return {mode: _summary(rows) for mode, rows in shares.items()}


def _find_in(
    dialogue: locomo.Dialogue, embedder: Embedder, place: Path, modes: Sequence[Mode]
) -> dict[Mode, Shares]:
    kept = LongTermMemory(place, embedder)
    try:
        ids = [fact.id for fact in kept.keep([Addition(fact) for fact in dialogue.facts])]

        def find(mode: Mode) -> Shares:
            most = max(locomo.AT)
            return locomo.recall(
                dialogue.questions,
                ids,
                lambda query: [found.fact.id for found in kept.search(query, most, mode)],
            )

        return {mode: find(mode) for mode in modes}
    finally:
        kept.close()


def _summary(rows: Sequence[Shares]) -> dict[str, Any]:
    return {
        **_percent(rows),
        "fitted": _percent(rows[::2]),
        "held_out": _percent(rows[1::2]),
        "dialogues": [_percent([row]) for row in rows],
    }


def _percent(rows: Iterable[Shares]) -> dict[str, float | None]:
    gathered = {most: [share for row in rows for share in row[most]] for most in locomo.AT}
    return {
        f"recall@{most}": round(100 * statistics.fmean(shares), 1) if shares else None
        for most, shares in gathered.items()
    }
