import json
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.errors import UserError
from pipecatapp.memory.exchange import export_facts, import_facts
from pipecatapp.memory.long_term import LongTermMemory
from pipecatapp.memory.storage.fact import Source
from pipecatapp.runtime.embedding.embedder import MiniLM
from testing.unit.memory.conftest import remember, texts

ADA = "The user's daughter is named Ada."


def unchanged(state: dict[str, Any], gone: Any) -> dict[str, Any]:
    return state


def test_an_export_brings_everything_to_another_memory(
    memory: LongTermMemory, embedder: MiniLM, tmp_path: Path
) -> None:
    lisbon = remember(memory, "The user lives in Lisbon.", at=1000.0)
    remember(memory, "The user lives in Porto.", lisbon, at=2000.0, told_by="Ann", context="c")
    remember(memory, ADA, source=Source.ASKED)
    file = json.loads(json.dumps(export_facts(memory)))
    other = LongTermMemory(tmp_path / "other", embedder)
    try:
        first = import_facts(other, file)
        assert (first.added, first.known, first.forgotten) == (3, 0, 0)
        assert "The user lives in Lisbon." not in texts(other, "where does the user live")
        assert texts(other, "where does the user live")[0] == "The user lives in Porto."
        again = json.loads(json.dumps(export_facts(other)))
        assert again["facts"] == file["facts"]
        second = import_facts(other, file)
        assert (second.added, second.forgotten) == (0, 0)
        assert "The user lives in Lisbon." not in texts(other, "where does the user live")
        assert texts(other, "where does the user live")[0] == "The user lives in Porto."
    finally:
        other.close()


def test_an_older_export_does_not_bring_back_what_was_forgotten(memory: LongTermMemory) -> None:
    ada = remember(memory, ADA)
    remember(memory, "The user lives in Porto.")
    file = export_facts(memory)
    memory.forget([ada.id], unchanged)
    imported = import_facts(memory, file)
    assert (imported.added, imported.forgotten) == (0, 1)
    assert ADA not in texts(memory, "daughter")
    remember(memory, ADA)
    assert texts(memory, "daughter")[0] == ADA


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {},
        {"version": 2, "exported_at": "2026-01-01T00:00:00Z", "facts": []},
        {"version": 1, "exported_at": "now", "facts": []},
        {"version": 1, "exported_at": "2026-01-01T00:00:00Z", "facts": [{"text": ""}]},
        {
            "version": 1,
            "exported_at": "2026-01-01T00:00:00Z",
            "facts": [
                {"text": "good", "at": "2026-01-01T00:00:00Z"},
                {"text": "x" * 2000, "at": "2026-01-01T00:00:00Z"},
            ],
        },
    ],
)
def test_what_is_no_export_changes_nothing(memory: LongTermMemory, content: Any) -> None:
    with pytest.raises(UserError, match="no export of a memory"):
        import_facts(memory, content)
    assert len(memory) == 0


def test_a_successor_that_the_file_does_not_have_does_no_harm(memory: LongTermMemory) -> None:
    at = "2026-01-01T00:00:00Z"
    facts = [{"text": "old", "at": at, "superseded_by": 7}, {"text": "new", "at": at}]
    import_facts(memory, {"version": 1, "exported_at": at, "facts": facts})
    assert len(memory) == 2
