"""What a rotation counts on in the jobs: who reads a secret starts anew when it changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2
import pytest

JOBS = sorted((Path(__file__).parents[3] / "jobs").glob("*.nomad"))


def templates(value: Any) -> Iterator[dict[str, Any]]:
    """Yield a job's templates that read variables of Nomad."""
    if isinstance(value, dict):
        if "nomadVar" in str(value.get("data", "")):
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from templates(inner)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_a_task_that_reads_a_secret_starts_anew_with_another(job: Path) -> None:
    found = list(templates(hcl2.loads(job.read_text())))
    assert [one["destination"] for one in found if one["change_mode"].strip('"') != "restart"] == []
    assert bool(found) == (job.name != "benchmark.nomad")
