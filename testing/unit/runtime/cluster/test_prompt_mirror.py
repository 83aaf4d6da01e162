import base64
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipecatapp.runtime.cluster.prompt_mirror import LARGEST_FILE, PREFIX, PromptMirror, usable
from pipecatapp.settings import Settings
from testing.unit.runtime.fake_consul import FakeConsul, running_consul

KEYS = f"/v1/kv/{PREFIX}"


@pytest.mark.parametrize(
    "name",
    ["../router.txt", "/etc/passwd", "a/b.txt", "..", ".", ".hidden", "", "a b.txt", "a\n", "é.txt",
     "x" * 101, "router.txt\0"],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_left_out(name: str) -> None:
    assert usable({name: b"text", "router.txt": b"ours"}) == {"router.txt": "ours"}


def test_what_is_too_large_is_left_out() -> None:
    assert usable({"a.txt": b"x" * LARGEST_FILE, "b.txt": b"x" * (LARGEST_FILE + 1)}).keys() == {
        "a.txt"
    }


def test_a_set_that_is_too_large_is_cut() -> None:
    many = {f"{number:02}.txt": b"x" * LARGEST_FILE for number in range(20)}
    assert len(usable(many)) == 16


def test_what_is_no_text_is_left_out() -> None:
    assert usable({"a.txt": b"\xff\xfe"}) == {}


@pytest.fixture
def consul() -> Iterator[FakeConsul]:
    with running_consul() as running:
        yield running


@pytest.fixture
def own(tmp_path: Path) -> Path:
    directory = tmp_path / "own"
    directory.mkdir()
    for name in ("router.txt", "summary.txt", "coding_expert.txt"):
        (directory / name).write_text(f"own {name}")
    return directory


@pytest.fixture
def mirror(consul: FakeConsul, own: Path, tmp_path: Path) -> Iterator[PromptMirror]:
    settings = Settings(home=tmp_path, consul_address=consul.address)
    made = PromptMirror(settings, own, tmp_path / "prompts")
    yield made
    made.close()


def values(**files: str) -> list[dict[str, str]]:
    return [
        {"Key": f"{PREFIX}{name}.txt", "Value": base64.b64encode(text.encode()).decode()}
        for name, text in files.items()
    ]


def wait_for(directory: Path, **files: str) -> None:
    wanted = {f"{name}.txt": text for name, text in files.items()}
    end = time.monotonic() + 60.0
    while {path.name: path.read_text() for path in directory.glob("*.txt")} != wanted:
        assert time.monotonic() < end, sorted(path.name for path in directory.iterdir())
        time.sleep(0.01)


def test_the_apps_own_personas_serve_until_consul_has_some(
    mirror: PromptMirror, consul: FakeConsul, tmp_path: Path
) -> None:
    consul.set(KEYS, [])
    mirror.open()
    wait_for(
        tmp_path / "prompts",
        router="own router.txt",
        summary="own summary.txt",
        coding_expert="own coding_expert.txt",
    )
    consul.set(KEYS, values(router="theirs", cooking_expert="cook"))
    # Which experts exist is Consul's to say; what else it lacks is the app's own.
    wait_for(
        tmp_path / "prompts", router="theirs", summary="own summary.txt", cooking_expert="cook"
    )


def test_a_set_without_the_router_is_not_taken(
    mirror: PromptMirror, consul: FakeConsul, tmp_path: Path
) -> None:
    consul.set(KEYS, values(router="first"))
    mirror.open()
    wait_for(tmp_path / "prompts", router="first", summary="own summary.txt")
    consul.set(KEYS, values(cooking_expert="cook"))
    consul.set(KEYS, values(router="second"))
    wait_for(tmp_path / "prompts", router="second", summary="own summary.txt")


def test_what_consul_had_stays_when_it_is_down_at_the_next_start(
    mirror: PromptMirror, consul: FakeConsul, own: Path, tmp_path: Path
) -> None:
    consul.set(KEYS, values(router="theirs"))
    mirror.open()
    wait_for(tmp_path / "prompts", router="theirs", summary="own summary.txt")
    mirror.close()
    away = Settings(home=tmp_path, consul_address="127.0.0.1:1")
    again = PromptMirror(away, own, tmp_path / "prompts")
    again.open()
    again.close()
    wait_for(tmp_path / "prompts", router="theirs", summary="own summary.txt")
