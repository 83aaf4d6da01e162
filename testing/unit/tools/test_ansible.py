from pathlib import Path

import pytest

from pipecatapp.tools.ansible import find_playbook, plan_run, playbooks_in
from pipecatapp.tools.tool import ToolError

PLAY = "- hosts: all\n  tasks: []\n"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    directory = tmp_path / "repository"
    directory.mkdir()
    for name in ("playbook.yaml", "heal_cluster.yaml", "deploy-expert.yml", "Update Nodes.yaml"):
        (directory / name).write_text(PLAY)
    return directory


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("heal_cluster.yaml", "heal_cluster.yaml"),
        ("heal_cluster", "heal_cluster.yaml"),
        ("heal cluster", "heal_cluster.yaml"),
        ("Heal Cluster.", "heal_cluster.yaml"),
        ("heal-cluster", "heal_cluster.yaml"),
        ("the heal cluster playbook", "heal_cluster.yaml"),
        ("ansible playbook heal cluster", "heal_cluster.yaml"),
        ("heal cluster dot yaml", "heal_cluster.yaml"),
        ("heal cluster dot y a m l", "heal_cluster.yaml"),
        ("heal_cluster.yml", "heal_cluster.yaml"),
        ("playbook", "playbook.yaml"),
        ("the playbook", "playbook.yaml"),
        ("playbook dot yaml", "playbook.yaml"),
        ("deploy expert dot yml", "deploy-expert.yml"),
        (" update nodes ", "Update Nodes.yaml"),
    ],
)
def test_a_name_is_understood_as_written_or_spoken(directory: Path, said: str, meant: str) -> None:
    assert find_playbook(said, playbooks_in(directory)).name == meant


@pytest.mark.parametrize("said", ["heal", "", ".", "*", "playbook dot", "????", "heal cluster now"])
def test_less_or_more_than_a_name_is_not_guessed(directory: Path, said: str) -> None:
    with pytest.raises(ToolError, match="no playbook is called"):
        find_playbook(said, playbooks_in(directory))


@pytest.mark.parametrize(
    "said",
    [
        "../repository/playbook.yaml",
        "./playbook.yaml",
        "/etc/passwd",
        "..",
        "roles/../playbook.yaml",
        "..\\playbook.yaml",
        "-e@secrets playbook.yaml",
        "--check",
        " -i evil",
        "playbook.yaml\n--check",
        "playbook\x00.yaml",
        "playbook\x1b[0m",
    ],
)
def test_what_is_no_plain_name_is_refused(directory: Path, said: str) -> None:
    with pytest.raises(ToolError, match="not the plain name") as error:
        find_playbook(said, playbooks_in(directory))
    assert str(error.value).isprintable()


def test_an_unknown_name_is_answered_with_those_that_exist(directory: Path) -> None:
    with pytest.raises(ToolError, match=r"deploy-expert\.yml, heal_cluster\.yaml, playbook\.yaml"):
        find_playbook("reboot everything", playbooks_in(directory))


def test_two_playbooks_that_sound_alike_are_told_apart_by_the_whole_name(directory: Path) -> None:
    (directory / "heal-cluster.yml").write_text(PLAY)
    with pytest.raises(ToolError, match=r"heal-cluster\.yml or heal_cluster\.yaml"):
        find_playbook("heal cluster", playbooks_in(directory))
    assert find_playbook("heal-cluster.yml", playbooks_in(directory)).name == "heal-cluster.yml"


def test_only_playbooks_count(directory: Path, tmp_path: Path) -> None:
    known = playbooks_in(directory)
    (tmp_path / "outside.yaml").write_text(PLAY)
    (directory / "out.yaml").symlink_to(tmp_path / "outside.yaml")
    (directory / "gone.yaml").symlink_to(tmp_path / "missing.yaml")
    (directory / "inventory.yaml").write_text("all:\n  hosts: {a: {}}\n")
    (directory / "tasks.yaml").write_text("- ansible.builtin.ping:\n")
    (directory / "mixed.yaml").write_text(PLAY + "- just words\n")
    (directory / "empty.yaml").write_text("[]\n")
    (directory / "broken.yaml").write_text("- hosts: [\n")
    (directory / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    (directory / "-e.yaml").write_text(PLAY)
    (directory / ".hidden.yaml").write_text(PLAY)
    (directory / "notes.txt").write_text(PLAY)
    (directory / "roles.yaml").mkdir()
    assert playbooks_in(directory) == known


def test_a_playbook_may_import_others_and_use_the_tags_of_ansible(directory: Path) -> None:
    (directory / "site.yaml").write_text("- import_playbook: playbook.yaml\n")
    (directory / "vault.yaml").write_text(
        "- hosts: all\n  vars: {a: !vault abc, b: !unsafe '{{', c: !vault [d]}\n"
    )
    (directory / "linked.yaml").symlink_to("playbook.yaml")
    names = {path.name for path in playbooks_in(directory)}
    assert {"site.yaml", "vault.yaml", "linked.yaml"} <= names


def test_a_directory_that_is_not_there_has_no_playbooks(tmp_path: Path) -> None:
    assert playbooks_in(tmp_path / "missing") == []


def test_the_inventory_is_the_first_there_is(directory: Path) -> None:
    assert plan_run(directory, "playbook", False).implicit
    (directory / "local_inventory.ini").write_text("localhost\n")
    assert plan_run(directory, "playbook", False).inventory == directory / "local_inventory.ini"
    (directory / "inventory.yaml").write_text("all:\n")
    (directory / "ansible.cfg").write_text("[defaults]\nforks = 5 ; %d\n")
    run = plan_run(directory, "playbook", False)
    assert (run.inventory, run.implicit) == (directory / "inventory.yaml", False)
    (directory / "ansible.cfg").write_text("[defaults]\ninventory = machines/\n")
    run = plan_run(directory, "playbook", False)
    assert (run.inventory, run.implicit) == (None, False)


def test_a_directory_may_be_named_from_where_the_agent_runs(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(directory.parent)
    assert plan_run(Path("repository"), "playbook", False).playbook == directory / "playbook.yaml"


def test_a_damaged_configuration_is_said(directory: Path) -> None:
    (directory / "ansible.cfg").write_text("inventory = x\n")
    with pytest.raises(ToolError, match=r"ansible\.cfg cannot be read") as error:
        plan_run(directory, "playbook", False)
    assert "\n" not in str(error.value)
