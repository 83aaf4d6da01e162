"""The file of experts that somebody else runs: checked strictly, and no key in any message."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.experts.discovery.external import external_experts
from pipecatapp.experts.discovery.local import LocalDirectory

KEY = "sk-very-private"
GOOD = {
    "name": "law",
    "description": "explains laws",
    "base_url": "https://api.example.com/v1/",
    "model": "big",
    "key_file": "law.key",
    "context": "32768",
}


def write(
    tmp_path: Path,
    key: str = KEY,
    mode: int = 0o600,
    changed: Mapping[str, str | None] | None = None,
) -> Path:
    key_file = tmp_path / "law.key"
    key_file.write_text(key)
    key_file.chmod(mode)
    entry = {
        name: value for name, value in {**GOOD, **(changed or {})}.items() if value is not None
    }
    lines = [f"{name}: {value}" for name, value in entry.items()]
    path = tmp_path / "experts.yaml"
    path.write_text("experts:\n  - " + "\n    ".join(lines) + "\n")
    return path


def test_an_entry_is_an_expert_that_can_be_asked(tmp_path: Path) -> None:
    external = external_experts(write(tmp_path))
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    (law,) = LocalDirectory(prompts, external=external).experts()
    assert law.service
    (instance,) = law.service.instances
    assert (law.name, law.description) == ("law", "explains laws")
    assert (law.service.model, law.service.context) == ("big", 32768)
    assert instance.url == "https://api.example.com/v1"
    assert instance.external
    assert instance.key_file == tmp_path / "law.key"
    assert KEY not in repr(law)
    assert external_experts(None) == {}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"name": "Law"}, "name"),
        ({"name": "main"}, "name"),
        ({"description": None}, "description"),
        ({"base_url": "http://api.example.com/v1"}, "base_url"),
        ({"base_url": f"https://user:{KEY}@example.com/v1"}, "base_url"),
        ({"base_url": f"https://example.com/v1?key={KEY}"}, "base_url"),
        ({"base_url": "example.com"}, "base_url"),
        ({"context": "100"}, "context"),
        ({"context": "lots"}, "context"),
        ({"api_key": KEY}, "api_key"),
        ({"key_file": "missing.key"}, "missing.key"),
    ],
)
def test_what_is_wrong_is_named_in_a_line_without_the_key(
    tmp_path: Path, changed: dict[str, str | None], named: str
) -> None:
    with pytest.raises(UserError, match=named) as error:
        external_experts(write(tmp_path, changed=changed))
    assert "\n" not in str(error.value)
    assert KEY not in str(error.value)


@pytest.mark.parametrize(
    ("key", "mode", "said"),
    [(KEY, 0o644, "chmod 600"), ("", 0o600, "one line"), (f"{KEY}\nmore", 0o600, "one line")],
)
def test_a_key_is_private_and_alone(tmp_path: Path, key: str, mode: int, said: str) -> None:
    with pytest.raises(UserError, match=said) as error:
        external_experts(write(tmp_path, key, mode))
    assert KEY not in str(error.value)


def test_two_of_a_name_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path)
    first = path.read_text()
    path.write_text(first + first.removeprefix("experts:\n"))
    with pytest.raises(UserError, match="two experts"):
        external_experts(path)


def test_http_is_enough_on_this_machine(tmp_path: Path) -> None:
    assert external_experts(write(tmp_path, changed={"base_url": "http://127.0.0.1:8080/v1"}))
