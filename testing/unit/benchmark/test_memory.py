import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipecatapp.benchmark.locomo import Dialogue, Question
from pipecatapp.benchmark.memory_recall import find_evidence
from pipecatapp.benchmark.memory_size import copies
from pipecatapp.memory.storage.fact import NewFact, Source
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.settings import Settings
from testing.unit.benchmark.test_locomo import SAMPLE


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "dialogues.json"
    path.write_text(json.dumps([SAMPLE, SAMPLE]))
    return path


def fact(text: str) -> NewFact:
    return NewFact(text, Source.IMPORTED, 1.7e9)


def test_each_mode_is_measured_on_each_dialogue(tmp_path: Path) -> None:
    embedder = MiniLM(Settings().models_dir / "all-MiniLM-L6-v2-int8")
    facts = tuple(fact(f"The {thing} is red.") for thing in ("car", "bike", "sofa", "cat", "boat"))
    others = tuple(fact(f"Somebody has painted number {n}.") for n in range(20))
    by_word = Dialogue((*facts, *others), (Question("sofa", (2,)), Question("bike", (1, 10))))
    by_meaning = Dialogue((*facts, *others), (Question("automobile", (0,)),))
    recall = find_evidence([by_word, by_meaning], embedder, tmp_path)
    assert recall["bm25"]["dialogues"][0]["recall@5"] == 75.0
    assert recall["bm25"]["held_out"] == {"recall@5": 0.0, "recall@10": 0.0}
    assert recall["vectors"]["held_out"] == {"recall@5": 100.0, "recall@10": 100.0}
    assert recall["hybrid"]["fitted"] == recall["hybrid"]["dialogues"][0]
    assert recall["bm25"]["recall@5"] == 50.0


def test_copies_are_told_apart_by_their_words() -> None:
    once = [fact("One."), fact("Two."), fact("one.")]
    made = copies([Dialogue(tuple(once), ())])
    assert len({next(made).text.casefold() for _ in range(50)}) == 50


def bench(home: Path, file: Path) -> subprocess.CompletedProcess[str]:
    home.mkdir()
    (home / "models").symlink_to(Settings().models_dir)
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pipecatapp.cli",
            "bench",
            "memory",
            f"--dialogues={file}",
            "--size=300",
        ],
        env={**os.environ, "PIPECATAPP_HOME": str(home)},
        capture_output=True,
        text=True,
    )


def test_the_report_is_json_and_leaves_nothing_behind(file: Path, tmp_path: Path) -> None:
    ran = bench(tmp_path / "home", file)
    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout)
    assert report["questions"] == 4
    assert set(report["recall"]) == {"bm25", "vectors", "hybrid"}
    size = report["sizes"]["300"]
    assert size["facts"] == 300
    assert size["query_ms"]["median"] < size["query_with_embedding_ms"]["median"]
    assert size["disk_bytes_a_fact"] > 384
    assert size["rebuild_s"] > 0
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["models"]


def test_another_file_is_refused_with_one_line(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("[]x")
    ran = bench(tmp_path / "home", other)
    assert ran.returncode != 0
    assert "LoCoMo" in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1
