"""The trial runs every role's own tests, and takes none that changes something twice."""

from pathlib import Path

import pytest

from testing.cluster import roles
from testing.cluster.model import Cluster
from testing.cluster.shell import ClusterError
from testing.cluster.trial import REPOSITORY, Trial


class Played(Trial):
    """A trial whose playbooks are only noted; one role may change something again."""

    played: list[str]
    restless: str = ""

    def play(self, *words: str, inventory: bool = True) -> dict[str, int]:
        again = words[0] in self.played
        self.played.append(words[0])
        return {"node1": int(not again or (bool(self.restless) and self.restless in words[0]))}


@pytest.fixture
def trial(tmp_path: Path) -> Played:
    played = Played(Cluster("roles"), [], tmp_path)
    played.played = []
    return played


def test_each_pair_of_a_role_is_run_and_there_is_no_other() -> None:
    tests = sorted(REPOSITORY.glob("ansible/roles/*/tests/*.yml"))
    assert tests == sorted(
        REPOSITORY / f"ansible/roles/{role}/tests/{name}.yml"
        for role in roles.PAIRS
        for name in ("converge", "verify")
    )


def test_a_role_is_converged_twice_before_it_is_verified(trial: Played) -> None:
    roles.converge(trial)
    names = [Path(playbook).stem for playbook in trial.played]
    assert names == ["converge", "converge", "verify"] * len(roles.PAIRS)


def test_a_role_that_changes_something_again_is_named(trial: Played) -> None:
    trial.restless = "/docker/"
    with pytest.raises(ClusterError, match="role docker: It changed something"):
        roles.converge(trial)
    assert "ansible/roles/docker/tests/verify.yml" not in trial.played
