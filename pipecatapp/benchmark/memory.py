"""`pipecatapp bench memory`: measures recall, speed and size of long-term memory."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from pipecatapp.settings import load_settings

SIZES = (1_000, 10_000, 100_000)


@click.command(short_help="Measure long-term memory; prints JSON.")
@click.option(
    "--dialogues",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="Dialogues with questions, in LoCoMo's JSON format.",
)
@click.option(
    "--size",
    "sizes",
    type=click.IntRange(min=1),
    multiple=True,
    default=SIZES,
    show_default=True,
    help="Measure time and space at this many facts; may be repeated.",
)
@click.option("--recall-only", is_flag=True, help="Leave time and space out.")
def memory(dialogues: Path, sizes: Sequence[int], recall_only: bool) -> None:
    """Measure long-term memory in a directory of its own; prints JSON."""
    # Imported here, as they take half a second that the other commands need not wait for.
    from pipecatapp.benchmark import locomo
    from pipecatapp.benchmark.memory_recall import find_evidence
    from pipecatapp.benchmark.memory_size import measure
    from pipecatapp.runtime.embedding.factory import load_embedder

    settings = load_settings()
    loaded = locomo.load(dialogues)
    embedder = load_embedder(settings)
    settings.home.mkdir(parents=True, exist_ok=True)
    # Beside the real memory: /tmp may be in memory, where syncing costs nothing.
    with tempfile.TemporaryDirectory(prefix="bench-memory-", dir=settings.home) as place:
        report: dict[str, Any] = {
            "embedder": embedder.name,
            "questions": sum(len(dialogue.questions) for dialogue in loaded),
            "recall": find_evidence(loaded, embedder, Path(place)),
        }
        if not recall_only:
            report["sizes"] = {
                str(size): measure(loaded, size, embedder, Path(place)) for size in sizes
            }
    click.echo(json.dumps(report, indent=2))
