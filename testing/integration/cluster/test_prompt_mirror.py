"""Personas that are written to Consul reach the agent as files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipecatapp.runtime.cluster.prompt_mirror import PREFIX, PromptMirror
from pipecatapp.settings import Settings
from testing.integration.cluster.conftest import Consul, until


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The app's own prompts."""
    directory = tmp_path / "own"
    directory.mkdir()
    for name in ("router.txt", "talk.yaml", "coding_expert.txt", "coding_expert.yaml"):
        (directory / name).write_text(f"own {name}")
    return directory


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    return tmp_path / "prompts"


@pytest.fixture
def mirror(settings: Settings, own: Path, prompts: Path) -> Iterator[PromptMirror]:
    made = PromptMirror(settings, own, prompts)
    yield made
    made.close()


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if path.name != ".mirrored")


def test_the_apps_own_serve_until_consul_has_some(
    mirror: PromptMirror, consul: Consul, own: Path, prompts: Path
) -> None:
    mirror.open()
    assert names(prompts) == names(own)
    consul.write(PREFIX + "router.txt", "You are ours.")
    until(lambda: (prompts / "router.txt").read_text() == "You are ours.", 1.5)
    # An expert that Consul does not have is none; what no older set has comes from the app.
    until(lambda: names(prompts) == ["router.txt", "talk.yaml"])


def test_an_edit_and_a_deletion_arrive_within_a_second_and_a_half(
    mirror: PromptMirror, consul: Consul, prompts: Path
) -> None:
    consul.write(PREFIX + "router.txt", "first")
    consul.write(PREFIX + "poet_expert.txt", "A poet.")
    mirror.open()
    assert (prompts / "router.txt").read_text() == "first"
    consul.write(PREFIX + "router.txt", "second")
    until(lambda: (prompts / "router.txt").read_text() == "second", 1.5)
    consul.delete(PREFIX + "poet_expert.txt")
    until(lambda: "poet_expert.txt" not in names(prompts), 1.5)


def test_the_last_set_serves_where_consul_is_away_at_the_start(
    settings: Settings, consul: Consul, own: Path, prompts: Path
) -> None:
    consul.write(PREFIX + "router.txt", "from Consul")
    first = PromptMirror(settings, own, prompts)
    first.open()
    first.close()
    consul.stop(kill=True)
    second = PromptMirror(settings, own, prompts)
    second.open()
    second.close()
    assert (prompts / "router.txt").read_text() == "from Consul"


def test_a_set_without_the_router_does_not_count(
    mirror: PromptMirror, consul: Consul, prompts: Path
) -> None:
    consul.write(PREFIX + "router.txt", "ours")
    mirror.open()
    consul.delete(PREFIX)
    consul.write(PREFIX + "poet_expert.txt", "A poet.")
    consul.write(PREFIX + "talk.yaml", "last")
    assert mirror._watch.wait_for_answer(1.0)
    consul.write(PREFIX + "router.txt", "ours again")
    until(lambda: (prompts / "router.txt").read_text() == "ours again", 1.5)


def test_names_and_sizes_that_are_not_allowed_stay_out(
    mirror: PromptMirror, consul: Consul, prompts: Path
) -> None:
    consul.write(PREFIX + "router.txt", "ours")
    consul.write(PREFIX + "sub/escape.txt", "no")
    consul.write(PREFIX + ".hidden", "no")
    consul.write(PREFIX + "with space.txt", "no")
    consul.write(PREFIX + "large.txt", b"x" * 300_000)
    consul.write(PREFIX + "latin.txt", b"\xe9")
    mirror.open()
    assert names(prompts) == ["router.txt", "talk.yaml"]
