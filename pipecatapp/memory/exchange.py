"""Exports facts to a file that people can read, and imports them."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipecatapp.errors import MalformedError
from pipecatapp.memory.long_term import Addition, LongTermMemory
from pipecatapp.memory.storage.fact import LONGEST_CONTEXT, LONGEST_FACT, NewFact, Source, iso
from pipecatapp.text.normal_form import normal_form

VERSION = 1


def _countable(at: datetime) -> datetime:
    """Return a time that is a date in every time zone."""
    if not 1900 <= at.year <= 9998:
        raise ValueError("a year from 1900 to 9998")
    return at


Time = Annotated[datetime, AfterValidator(_countable)]


class ExportedFact(BaseModel):
    """A fact of the file; `superseded_by` is the position of the fact that contradicts it."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=LONGEST_FACT)
    source: Source = Source.IMPORTED
    told_by: str | None = Field(None, max_length=200)
    at: Time
    confirmed_at: Time | None = None
    context: str = Field("", max_length=LONGEST_CONTEXT)
    superseded_by: int | None = Field(None, ge=0)


class Export(BaseModel):
    """The content of the file."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1]
    exported_at: Time
    facts: list[ExportedFact]


@dataclass(frozen=True)
class ImportResult:
    """What an import did.

    Attributes:
        added: The number of new facts.
        known: The number of facts that were known already.
        forgotten: The number of facts that were forgotten since the export and stay forgotten.
    """

    added: int
    known: int
    forgotten: int


def export_facts(memory: LongTermMemory) -> dict[str, Any]:
    """Return the current facts and those that they superseded, JSON-ready."""
    facts = memory.remembered()
    positions = {fact.id: position for position, fact in enumerate(facts)}
    entries = [
        {
            "text": fact.text,
            "source": fact.source.value,
            "told_by": fact.told_by,
            "at": iso(fact.at),
            "confirmed_at": iso(fact.confirmed_at),
            "context": fact.context,
            "superseded_by": positions.get(fact.superseded_by or -1),
        }
        for fact in facts
    ]
    return {"version": VERSION, "exported_at": iso(time.time()), "facts": entries}


def import_facts(memory: LongTermMemory, content: Any) -> ImportResult:
    """Keep the facts of an export, all or none.

    Args:
        memory: Keeps them.
        content: The parsed JSON.

    Raises:
        MalformedError: It is not an export; nothing has changed.
        UserError: It could not be written; nothing has changed.
    """
    try:
        file = Export.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise MalformedError(
            f"This is no export of a memory ({where}: {first['msg']}): "
            "`pipecatapp memory export FILE` writes one."
        ) from error
    since = file.exported_at.timestamp()
    remembered = memory.remembered()
    known = {normal_form(fact.text) for fact in remembered}
    forgotten = 0
    wanted: dict[int, ExportedFact] = {}
    for position, entry in enumerate(file.facts):
        if memory.was_forgotten(entry.text, since):
            forgotten += 1
        elif entry.superseded_by is None or normal_form(entry.text) not in known:
            # A fact that was outdated there may be current here: only new ones are added.
            wanted[position] = entry
    memory.keep(_additions(wanted))
    added = len(memory.remembered()) - len(remembered)
    return ImportResult(added, len(file.facts) - forgotten - added, forgotten)


def _additions(entries: dict[int, ExportedFact]) -> list[Addition]:
    """Return what is to be kept of a file's entries, given by their positions in it."""
    outdated: dict[int, list[int]] = {}
    for number, entry in enumerate(entries.values()):
        if entry.superseded_by is not None:
            outdated.setdefault(entry.superseded_by, []).append(number)
    return [
        Addition(
            NewFact(
                entry.text, entry.source, entry.at.timestamp(), entry.told_by, context=entry.context
            ),
            outdates=tuple(outdated.get(position, ())),
            confirmed_at=(entry.confirmed_at or entry.at).timestamp(),
        )
        for position, entry in entries.items()
    ]
