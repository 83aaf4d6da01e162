"""Measures what becomes a fact: python prompt_engineering/memory.py --suite DIRECTORY --json."""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

if not __package__:
    # Run by its path: the repository is not where Python looks for packages, and this folder is,
    # where `memory` would be this file.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from pipecatapp.errors import UserError
from pipecatapp.memory.learning.contradiction import Judge
from pipecatapp.memory.learning.extraction import Extractor
from pipecatapp.memory.learning.gate import Gate
from pipecatapp.memory.learning.language_model import Complete, Message
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.runtime.setup import set_up
from pipecatapp.twin.llm.completion import Completion
from prompt_engineering.laboratory import serve
from prompt_engineering.memory_cases import Dialogue, Pair, load_cases
from prompt_engineering.memory_scoring import Judged, Kept, facts_report, judge_report
from prompt_engineering.system import settings_for

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


class Counted:
    """Passes requests on to the model, and counts them."""

    def __init__(self, complete: Complete):
        """Take what asks the model."""
        self._complete = complete
        self.asked = 0

    async def __call__(self, messages: Sequence[Message], *, grammar: str, max_tokens: int) -> str:
        """Return what the model adds under a grammar."""
        self.asked += 1
        return await self._complete(messages, grammar=grammar, max_tokens=max_tokens)


@click.command()
@click.option("--suite", type=FOLDER, required=True, help="Directory of dialogues and pairs.")
@click.option("--model", help="A language model of the catalogue [the agent's own].")
@click.option("--json", "as_json", is_flag=True, help="Print every figure as JSON.")
def measure(suite: Path, model: str | None, as_json: bool) -> None:
    """Let the real model find and compare facts, and print how often it was right."""
    try:
        dialogues, pairs = load_cases(suite)
        found = asyncio.run(_measure(dialogues, pairs, model))
    except UserError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(found, indent=2) if as_json else table(found))


async def _measure(
    dialogues: list[Dialogue], pairs: list[Pair], model: str | None
) -> dict[str, Any]:
    settings = settings_for(model)
    prepared = set_up(settings)
    embedder = MiniLM(prepared.embedder)
    async with serve(settings, prepared) as server:
        completion = Completion(server, slot=0)
        counted = Counted(completion)
        gate = Gate(embedder, settings.prompts)
        # What the gate holds back is put to the model too, to see what is lost by it.
        extractor = Extractor(counted, settings.prompts, None)
        judge = Judge(counted, settings.prompts, embedder)
        try:
            kept = await keep_all(dialogues, extractor, gate)
            result = await judge_all(pairs, judge, counted)
        finally:
            await completion.close()
    return {"facts": facts_report(kept), "judge": judge_report(result)}


async def keep_all(dialogues: list[Dialogue], extractor: Extractor, gate: Gate) -> list[Kept]:
    """Return what is kept of each dialogue where the gate is open, or is not there."""
    kept = []
    for dialogue in dialogues:
        began = time.perf_counter()
        facts = await extractor.extract(dialogue.turn)
        spent = 1000 * (time.perf_counter() - began)
        kept.append(Kept(dialogue, facts, gate.lets_pass(dialogue.turn), spent))
    return kept


async def judge_all(pairs: list[Pair], judge: Judge, counted: Counted) -> list[Judged]:
    """Return what was made of each pair."""
    result = []
    for pair in pairs:
        before = counted.asked
        got = await judge.relation(pair.new, pair.old)
        result.append(Judged(pair, got, counted.asked > before))
    return result


def table(found: dict[str, Any]) -> str:
    """Return a report as a short table."""
    facts, judge = found["facts"], found["judge"]
    rows = {"gate": facts["with_gate"], "no gate": facts["without_gate"], **facts["by_style"]}
    lines = [f"{'facts':<12}{'precision':>10}{'recall':>8}{'statements':>12}{'expected':>10}"]
    for name, row in rows.items():
        shares = f"{row['precision']:>10.1%}{row['recall']:>8.1%}"
        lines.append(f"{name:<12}{shares}{row['statements']:>12}{row['expected']:>10}")
    lines.append(f"gate open in {facts['gate_open']} of {facts['dialogues']} dialogues")
    lines.append(f"\n{'pairs':<12}" + "".join(f"{name:>10}" for name in judge["confusion"]))
    for right, row in judge["confusion"].items():
        lines.append(f"{right:<12}" + "".join(f"{count:>10}" for count in row.values()))
    replaces = judge["replaces"]
    lines.append(
        f"replaces: precision {replaces['precision']:.1%}, recall {replaces['recall']:.1%}"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    measure()
