"""deploy_expert.yaml refuses names that are taken, before it reaches for a cluster."""

from pathlib import Path

import pytest

from testing.unit.ansible.test_playbooks import ANSIBLE, play

pytestmark = pytest.mark.skipif(not ANSIBLE.exists(), reason="Ansible is not installed")


@pytest.mark.parametrize(
    ("job", "service", "told"),
    [
        ("pipecat-app", "prima-api-creative", "that is the twin's own job"),
        ("creative-expert", "prima-api-main", "are the default expert's"),
    ],
)
def test_a_name_that_is_taken_is_refused(job: str, service: str, told: str, tmp_path: Path) -> None:
    words = f"job_name={job} service_name={service}"
    run = play("deploy_expert.yaml", "-e", words, home=tmp_path)
    assert run.returncode != 0
    assert told in " ".join(run.stdout.split())
