"""The helper of a node can heal the cluster: it has all that the playbooks for it read."""

import re
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).parents[3]
ROLES = REPOSITORY / "ansible/roles"
READ = re.compile(
    # in text, and in an expression
    r"(?:nomad_jobs|cluster)_credentials(?: \}\}/| ~ ')/?([a-z][\w.-]+\w)"
)
HEALING = [
    REPOSITORY / "heal_cluster.yaml",
    REPOSITORY / "status.yaml",
    ROLES / "nomad_jobs/defaults/main.yml",
    *(
        ROLES / f"nomad_jobs/tasks/{name}.yml"
        for name in ("reach", "secrets", "personas", "run", "status")
    ),
]


def test_it_has_what_healing_reads_and_no_more() -> None:
    defaults = yaml.safe_load((ROLES / "node_helper/defaults/main.yml").read_text())
    read = {name for file in HEALING for name in READ.findall(file.read_text())}
    assert {"state_copy_key", "node_names", "app_version", "page_ca.pem", "cli.key"} <= read
    assert set(defaults["node_helper_files"]) == read


def test_its_tokens_are_made_and_are_not_the_operators() -> None:
    defaults = yaml.safe_load((ROLES / "node_helper/defaults/main.yml").read_text())
    for kind in ("consul", "nomad"):
        own = defaults["node_helper_instead"][f"{kind}_operator.token"]
        made = yaml.safe_load((ROLES / kind / "defaults/main.yml").read_text())[f"{kind}_tokens"]
        assert own.removeprefix(f"{kind}_").removesuffix(".token") in set(made) - {"operator"}
