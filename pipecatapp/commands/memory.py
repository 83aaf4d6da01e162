"""`pipecatapp memory`: the twin's facts and snapshots."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pipecatapp.commands.delayed_progress import delayed_progress
from pipecatapp.commands.memory_access import MemoryAccess, memory_access
from pipecatapp.commands.memory_files import read_export, write_export
from pipecatapp.errors import UserError
from pipecatapp.settings import load_settings
from pipecatapp.text.normal_form import normal_form

MOST_TO_FORGET = 10

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("memory", short_help="See, save, load and forget what the twin remembers.")
def memory() -> None:
    """See, save, load and forget what the twin remembers, whether it runs or not."""


@memory.command("save")
@click.argument("name")
@click.option("--replace", is_flag=True, help="Overwrite the snapshot of this name.")
@as_json
def save(name: str, replace: bool, as_json: bool) -> None:
    """Save facts, conversation and persona as the snapshot NAME."""
    with _memory() as opened:
        opened.save(name, replace=replace)
    _print(as_json, {"saved": name}, f"Saved {name}.")


@memory.command("load", short_help="Restore a snapshot; the memory as it is now is kept.")
@click.argument("name")
@as_json
def load(name: str, as_json: bool) -> None:
    """Restore the snapshot NAME; the memory as it is now is kept as a snapshot, too."""
    with _memory() as opened, delayed_progress(f"Loading {name}"):
        kept = opened.load(name)
    line = f"Loaded {name}. What was remembered before is kept as {kept}."
    _print(as_json, {"loaded": name, "kept": kept}, line)


@memory.command("list")
@as_json
def list_snapshots(as_json: bool) -> None:
    """List the snapshots, the newest first."""
    with _memory() as opened:
        rows = opened.snapshots()
    width = max((len(row["name"]) for row in rows), default=0)
    lines = [
        f"{row['name']:<{width}}  {_day(row['at'], clock=True)}  {_count(row['facts'], 'fact')}, "
        f"{_count(row['turns'], 'turn')}"
        for row in rows
    ]
    none = "There are no snapshots. Save one with `pipecatapp memory save NAME`."
    _print(as_json, rows, "\n".join(lines) or none)


@memory.command("delete")
@click.argument("name")
@as_json
def delete(name: str, as_json: bool) -> None:
    """Delete the snapshot NAME."""
    with _memory() as opened:
        opened.remove(name)
    _print(as_json, {"deleted": name}, f"Deleted {name}.")


@memory.command("search", short_help="Show the facts that fit a query, or the newest.")
@click.argument("query", nargs=-1)
@click.option("--most", default=20, show_default=True, type=click.IntRange(1, 100))
@as_json
def search(query: tuple[str, ...], most: int, as_json: bool) -> None:
    """Show the facts that fit QUERY, the best first; without one, the newest."""
    with _memory() as opened:
        found = opened.search(_joined(query), most)
    waiting = f"; {_count(found['waiting'], 'turn')} to be examined" if found["waiting"] else ""
    shown = [f"{fact['id']:>6}  {_fact_line(fact)}" for fact in found["facts"]]
    total = f"({len(shown)} of {_count(found['count'], 'fact')}{waiting})"
    _print(as_json, found, "\n".join([*shown, total]))


@memory.command("forget", short_help="Forget facts for good.")
@click.argument("what", nargs=-1, required=True, metavar="QUERY|ID")
@click.option(
    "--yes", is_flag=True, help="Do not ask; of a query, only facts with all of its words."
)
@as_json
def forget(what: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Forget facts for good: the one with this ID, or those you choose of what fits QUERY."""
    query = _joined(what)
    with _memory() as opened:
        facts = _matching(opened, query)
        if yes and not _is_id(facts, query):
            facts = [fact for fact in facts if _has_all(fact["text"], query)]
        if not facts:
            raise UserError(
                f"Nothing is remembered of {_printable(query)!r}: nothing was forgotten."
            )
        ids = [fact["id"] for fact in (facts if yes else _ask_which(facts))]
        with delayed_progress("Forgetting"):
            gone = opened.forget(ids) if ids else 0
    are = "is" if gone == 1 else "are"
    done = f"{_count(gone, 'fact')} {are} gone, from every snapshot too."
    _print(as_json, {"forgotten": gone}, done if gone else "Nothing was forgotten.")


@memory.command("export", short_help="Write all facts to a file that only you can read.")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@as_json
def export(file: Path, as_json: bool) -> None:
    """Write all facts to FILE, which only you can read; "-" is standard output."""
    with _memory() as opened, delayed_progress("Exporting"):
        content = opened.export()
    write_export(file, content)
    if str(file) != "-":
        count = len(content["facts"])
        _print(as_json, {"file": str(file), "facts": count}, f"{_count(count, 'fact')} in {file}.")


@memory.command("import", short_help="Add the facts of a file that export wrote.")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@as_json
def import_(file: Path, as_json: bool) -> None:
    """Add the facts of FILE, which `export` wrote; what was forgotten since stays forgotten."""
    content = read_export(file)
    with _memory() as opened, delayed_progress("Importing"):
        counts = opened.import_(content)
    line = "{added} added, {known} known already, {forgotten} left out as forgotten."
    _print(as_json, counts, line.format(**counts))


@contextmanager
def _memory() -> Iterator[MemoryAccess]:
    with memory_access(load_settings()) as opened:
        yield opened


def _joined(words: tuple[str, ...]) -> str:
    """Return words as text; invalid UTF-8 arrives from the shell as lone surrogates."""
    return " ".join(words).encode(errors="replace").decode()


def _matching(opened: MemoryAccess, what: str) -> list[dict[str, Any]]:
    """Return the fact with an id, or those that fit the words."""
    number = int(what) if what.isascii() and what.isdigit() and len(what) < 19 else 0
    if number and (named := opened.fact(number)):
        return named
    facts: list[dict[str, Any]] = opened.search(what, MOST_TO_FORGET)["facts"]
    # A number has no similar meanings: only facts that hold it fit.
    return [fact for fact in facts if not number or what in fact["text"]]


def _is_id(facts: list[dict[str, Any]], what: str) -> bool:
    return [str(fact["id"]) for fact in facts] == [what.lstrip("0")]


def _has_all(text: str, words: str) -> bool:
    kept = normal_form(text)
    return all(word in kept for word in normal_form(words).split())


def _ask_which(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Ask which of some facts to forget, and return those."""
    for number, fact in enumerate(facts, start=1):
        click.echo(f"{number:>3}  {_fact_line(fact)}", err=True)
    if len(facts) == 1:
        return facts if click.confirm("Forget this for good?", err=True) else []
    wanted = click.prompt(
        'Forget which, for good? Numbers, "all" or "none"', default="none", err=True
    )
    words = wanted.replace(",", " ").split()
    if words == ["all"]:
        return facts
    if words == ["none"]:
        return []
    if not all(word.isdigit() and 1 <= int(word) <= len(facts) for word in words):
        raise UserError(
            f"{_printable(wanted)!r} are not numbers of this list: nothing was forgotten."
        )
    return [facts[number - 1] for number in sorted({int(word) for word in words})]


def _fact_line(fact: dict[str, Any]) -> str:
    by = f"{fact['told_by']}, " if fact["told_by"] else ""
    return _printable(f"{fact['text']} ({by}{_day(fact['at'])})")


def _printable(text: str) -> str:
    """Return text on one line, with control characters escaped."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def _day(at: str, *, clock: bool = False) -> str:
    return datetime.fromisoformat(at).strftime("%-d %b %Y %H:%M" if clock else "%-d %b %Y")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _print(as_json: bool, data: Any, text: str) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2) if as_json else text)
