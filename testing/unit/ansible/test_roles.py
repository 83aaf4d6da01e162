"""Roles keep the house's rules: what can be set is described, by the same names and values."""

from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[3]
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
