"""The copies of the jobs on nodes run the model that the cluster has, as they are."""

from pathlib import Path
from typing import Any

import hcl2
import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.twin.cluster.plugins.filter import job_with_defaults as plugin

REPOSITORY = Path(__file__).parents[3]
CHOSEN = {"model": "some-model-of-7b", "memory_mb": 5000}


def defaults(job: str) -> dict[str, Any]:
    """Return the defaults of a job's variables, as HCL says them."""
    variables = hcl2.loads(job)["variable"]
    named = [item for entry in variables for item in entry.items()]
    return {name.strip('"'): block["default"] for name, block in named}


@pytest.mark.parametrize("name", ["prima-expert.nomad", "benchmark.nomad"])
def test_the_model_is_the_one_that_was_chosen(name: str) -> None:
    job = (REPOSITORY / "jobs" / name).read_text()
    copy = plugin.job_with_defaults(job, CHOSEN)
    expected = {**defaults(job), "model": '"some-model-of-7b"', "memory_mb": 5000}
    assert defaults(copy) == expected
    assert len(copy.splitlines()) == len(job.splitlines())


def test_a_job_without_a_model_keeps_its_memory() -> None:
    job = (REPOSITORY / "jobs" / "pipecatapp.nomad").read_text()
    assert plugin.job_with_defaults(job, CHOSEN) == job


def test_a_default_that_is_not_found_is_said() -> None:
    with pytest.raises(AnsibleFilterError, match='"model" has no default'):
        plugin.job_with_defaults('variable "model" { type = string }\n', CHOSEN)
