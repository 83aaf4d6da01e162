"""Each role by itself, on nodes without a cluster: converged twice, then verified."""

from testing.cluster.shell import ClusterError
from testing.cluster.trial import Trial, unchanged

PAIRS = (
    "common",
    "artifacts",
    "pipecatapp",
    "llama_cpp",
    "models",
    "docker",
    "consul",
    "nomad",
    "node_helper",
    "gateway",
)
"""Roles that have tests/converge.yml and tests/verify.yml, each after those that it needs."""


def converge(trial: Trial) -> None:
    """Converge each role, see that a second time changes nothing, and run what verifies it.

    Raises:
        ClusterError: A playbook failed, or the second time changed something; it names the role.
    """
    for role in PAIRS:
        tests = f"ansible/roles/{role}/tests"
        try:
            trial.play(f"{tests}/converge.yml")
            unchanged(trial.play(f"{tests}/converge.yml"))
            trial.play(f"{tests}/verify.yml")
        except ClusterError as error:
            raise ClusterError(f"role {role}: {error}") from error
