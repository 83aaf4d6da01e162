"""Measures the decisions: python prompt_engineering/evaluator.py --suite DIRECTORY --json."""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import click

if not __package__:
    # Run by its path: the repository is not where Python looks for packages.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pipecatapp.errors import UserError
from prompt_engineering.bfcl import Question, load_questions, mistake
from prompt_engineering.scoring import Outcome, milliseconds, report, share
from prompt_engineering.suite import Case, load_suite, require_known
from prompt_engineering.system import (
    Chooser,
    System,
    open_functions,
    open_system,
    settings_for,
)

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--suite", type=FOLDER, help="Directory of cases.")
@click.option("--bfcl", type=FILE, multiple=True, help="Questions of BFCL; can be repeated.")
@click.option("--answers", type=FILE, multiple=True, help="Possible answers; can be repeated.")
@click.option("--sample", type=click.IntRange(1), help="Questions of each BFCL file [all].")
@click.option("--seed", default=0, show_default=True, help="Of the sample.")
@click.option("--model", help="A language model of the catalogue [the agent's own].")
@click.option(
    "--decision",
    type=click.Choice(["head+model", "model", "head"]),
    default="head+model",
    show_default=True,
    help="What decides.",
)
@click.option("--json", "as_json", is_flag=True, help="Print every figure as JSON.")
def evaluate(
    suite: Path | None,
    bfcl: tuple[Path, ...],
    answers: tuple[Path, ...],
    sample: int | None,
    seed: int,
    model: str | None,
    decision: str,
    as_json: bool,
) -> None:
    """Let the twin decide what cases ask for, and print how often it was right."""
    if suite is None and not bfcl:
        raise click.UsageError("name cases with --suite, or questions with --bfcl")
    try:
        cases = load_suite(suite) if suite else []
        questions = load_questions(bfcl, answers, sample, seed)
        found = asyncio.run(_evaluate(cases, questions, model, decision))
    except UserError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(found, indent=2) if as_json else table(found))


async def _evaluate(
    cases: list[Case], questions: dict[str, list[Question]], model: str | None, decision: str
) -> dict[str, Any]:
    settings = settings_for(model)
    found: dict[str, Any] = {}
    if cases:
        async with open_system(settings, decision) as system:
            found = report(await decide_all(cases, system))
    if questions:
        async with open_functions(settings) as chooser:
            found["bfcl"] = {
                name: await choose_all(items, chooser) for name, items in questions.items()
            }
    return found


async def decide_all(cases: list[Case], system: System) -> list[Outcome]:
    """Return what came of each case, in their order.

    Raises:
        UserError: A case expects what does not exist.
    """
    require_known(cases, system.tools, system.experts)
    outcomes = []
    for number, case in enumerate(cases, 1):
        began = time.perf_counter()
        got = await system.decide(case)
        outcomes.append(Outcome(case, got, 1000 * (time.perf_counter() - began)))
        _show(number, len(cases))
    return outcomes


async def choose_all(questions: list[Question], chooser: Chooser) -> dict[str, Any]:
    """Return the share of right calls of some questions, what one took, and the failures."""
    spent, failures = [], []
    for number, question in enumerate(questions, 1):
        began = time.perf_counter()
        call = await chooser.choose(question.words, question.functions)
        spent.append(1000 * (time.perf_counter() - began))
        wrong = mistake(question, call)
        if wrong:
            expected = question.answer
            failures.append({"id": question.id, "why": wrong, "expected": expected, "got": call})
        _show(number, len(questions))
    wrong_ids = {failure["id"] for failure in failures}
    return {
        "accuracy": share(question.id not in wrong_ids for question in questions),
        "cases": len(questions),
        "ms_per_decision": milliseconds(spent),
        "failures": failures,
    }


def _show(number: int, of: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{number}/{of}", nl=number == of, err=True)


def table(found: dict[str, Any]) -> str:
    """Return a report as a short table."""
    lines = [f"{'':<30}{'cases':>7}{'right':>9}{'with arguments':>16}"]
    if "cases" in found:
        lines.append(
            _row("all", found | found["accuracy"] | {"accuracy": found["accuracy"]["all"]})
        )
        for group in ("by_action", "by_tool", "by_expert", "by_tag", "by_decider"):
            lines += [_row(f"  {name}", row) for name, row in found[group].items()]
        pace = found["ms_per_decision"]
        lines.append(f"invalid: {found['invalid']}; ms: {pace['median']} (p95 {pace['p95']})")
    lines += [_row(name, row) for name, row in found.get("bfcl", {}).items()]
    return "\n".join(lines)


def _row(name: str, row: dict[str, Any]) -> str:
    arguments = f"{row['with_arguments']:>16.1%}" if "with_arguments" in row else ""
    return f"{name:<30}{row['cases']:>7}{row['accuracy']:>9.1%}{arguments}"


if __name__ == "__main__":
    evaluate()
