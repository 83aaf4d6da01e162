"""Documents point to files and headings that are there."""

import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def _documents() -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return sorted(name for name in listed.stdout.splitlines() if (REPOSITORY / name).is_file())


def _text(document: Path) -> str:
    return FENCED.sub("", document.read_text())


def _anchors(document: Path) -> set[str]:
    """Return the headings of a document as links name them."""
    headings = re.findall(r"^#+ (.*)$", _text(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _leads_somewhere(document: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = document.parent / path if path else document
    return file.exists() and (not anchor or anchor in _anchors(file))


@pytest.mark.parametrize("name", _documents())
def test_links_lead_somewhere(name: str) -> None:
    document = REPOSITORY / name
    targets = [target for target in LINK.findall(_text(document)) if ":" not in target]
    assert [target for target in targets if not _leads_somewhere(document, target)] == []


@pytest.mark.parametrize("name", _documents())
def test_documents_are_ascii(name: str) -> None:
    assert (REPOSITORY / name).read_text().isascii()
