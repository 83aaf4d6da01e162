"""Roles keep the house's rules: what can be set is described, by the same names and values."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[3]
COLLECTION = REPOSITORY / "ansible/collections/ansible_collections/twin/cluster"
ROLES = sorted(
    path.parent for path in REPOSITORY.glob("ansible/roles/*/tasks") if path.parent.is_dir()
)


def read(path: Path) -> dict[str, Any]:
    content = yaml.safe_load(path.read_text()) if path.is_file() else None
    return content or {}


@pytest.fixture(params=ROLES, ids=lambda role: role.name)
def role(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def described(role: Path) -> dict[str, dict[str, Any]]:
    entry_points = read(role / "meta" / "argument_specs.yml")["argument_specs"].values()
    return {
        name: option
        for entry_point in entry_points
        for name, option in (entry_point.get("options") or {}).items()
    }


def test_every_default_is_described_and_equal(role: Path) -> None:
    defaults = read(role / "defaults" / "main.yml")
    options = described(role)
    assert {name: option.get("default") for name, option in options.items()} | defaults == {
        name: option.get("default") for name, option in options.items()
    }
    assert all(option["description"] for option in options.values())


def test_variables_begin_with_the_role(role: Path) -> None:
    names = {*read(role / "defaults" / "main.yml"), *read(role / "vars" / "main.yml")}
    assert all(name.startswith(f"{role.name}_") for name in names)


def test_a_role_says_what_it_is_for(role: Path) -> None:
    assert (role / "README.md").read_text().startswith(f"# {role.name}\n")


def test_modules_and_filters_are_in_the_collection_alone() -> None:
    folders = ("library", "module_utils", "filter_plugins", "action_plugins", "lookup_plugins")
    assert [path for role in ROLES for name in folders if (path := role / name).exists()] == []


def test_the_modules_of_the_collection_are_those_that_roles_use() -> None:
    text = "".join(path.read_text() for path in REPOSITORY.glob("ansible/roles/*/*/*.yml"))
    used = set(re.findall(r"\btwin\.cluster\.(\w+)", text))
    there = {
        path.stem
        for folder in ("modules", "filter")
        for path in (COLLECTION / "plugins" / folder).glob("*.py")
    }
    assert used == there


def test_metadata_say_license_and_platforms(role: Path) -> None:
    meta = read(role / "meta" / "main.yml")
    assert meta["dependencies"] == []
    assert meta["galaxy_info"]["license"] == "GPL-3.0-or-later"
    assert meta["galaxy_info"]["description"]
    releases = meta["galaxy_info"]["platforms"]
    assert releases == [{"name": "Debian", "versions": ["bookworm", "trixie"]}]


def test_requirements_name_every_collection_that_roles_use() -> None:
    text = "".join(path.read_text() for path in REPOSITORY.glob("ansible/roles/*/*/*.yml"))
    used = set(re.findall(r"^\s+(\w+\.\w+)\.\w+:$", text, re.MULTILINE))
    required = {one["name"] for one in read(REPOSITORY / "requirements.yml")["collections"]}
    assert used - {"ansible.builtin", "twin.cluster"} == required
