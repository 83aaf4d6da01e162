"""Where secrets are while they are rotated, interrupted anywhere."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.twin.cluster.plugins.module_utils.secret_rotation import files

KINDS = ["gossip", "certificates", "tokens", "authorities"]
FILES = ["consul.gossip", "consul_dns.token", "llama_api_key", "ca.key", "cli.key", "nodes/a.key"]


def certificate(name: str) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{name}\n-----END CERTIFICATE-----\n"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "nodes").mkdir()
    for name in FILES:
        (tmp_path / name).write_text(f"first {name}\n")
    (tmp_path / "ca.pem").write_text(certificate("first"))
    return tmp_path


def make(directory: Path) -> None:
    """Begin, and make what others make: an authority and certificates."""
    kinds = files.begin(directory, KINDS)
    if "authorities" in kinds:
        (directory / "next/ca.key").write_text("second ca.key\n")
        (directory / "next/ca.pem").write_text(certificate("second"))
    if "certificates" in kinds:
        for name in ("cli.key", "nodes/a.key"):
            (directory / "next" / name).write_text(f"second {name}\n")


def steps(directory: Path) -> list[Callable[[], Any]]:
    def step(action: Callable[[Path], Any]) -> Callable[[], Any]:
        return lambda: action(directory)

    return [
        step(make),
        step(files.trust),
        step(files.activate),
        step(files.withdraw),
        step(files.finish),
    ]


def names(directory: Path) -> set[str]:
    return {str(p.relative_to(directory)) for p in directory.rglob("*")}


def test_a_rotation_replaces_everything_and_leaves_nothing_behind(directory: Path) -> None:
    before = names(directory)
    for step in steps(directory):
        step()
    assert names(directory) == before
    for name in FILES:
        assert not (directory / name).read_text().startswith("first")
    assert (directory / "ca.pem").read_text() == certificate("second")
    assert (directory / "consul_dns.token").stat().st_mode & 0o777 == 0o600


class Killed(BaseException):
    """The process ended here."""


@pytest.fixture
def run_until(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], bool]:
    """Rotates until so many changes of the disk were made; returns whether it was interrupted."""

    def run(moment: int) -> bool:
        left = moment

        def dying(action: Callable[..., Any]) -> Callable[..., Any]:
            def change(*words: Any, **options: Any) -> Any:
                nonlocal left
                if left == 0:
                    raise Killed
                left -= 1
                return action(*words, **options)

            return change

        with monkeypatch.context() as patch:
            for holder, name in ((Path, "replace"), (Path, "unlink"), (os, "link"), (os, "open")):
                patch.setattr(holder, name, dying(getattr(holder, name)))
            try:
                for step in steps(directory):
                    step()
            except Killed:
                return True
        return False

    return run


@pytest.mark.parametrize("moment", range(60))
def test_an_interrupted_rotation_goes_on(
    directory: Path, moment: int, run_until: Callable[[int], bool]
) -> None:
    """Whatever change of the disk is the last one, there is a secret, and the next run ends it."""
    interrupted = run_until(moment)
    assert interrupted or moment > 30  # there are as many changes
    made = {name: (directory / name).read_text() for name in FILES}
    assert all(made.values())  # at no moment is there none
    assert "CERTIFICATE" in (directory / "ca.pem").read_text()
    under_way = (directory / "rotation.json").exists()
    for step in steps(directory):
        step()
    for name in FILES:
        now = (directory / name).read_text()
        assert not now.startswith("first")
        if under_way and not made[name].startswith("first"):  # nothing is replaced twice
            assert now == made[name]
    assert (directory / "ca.pem").read_text() == certificate("second")
    assert not {"next", "old", "revoked", "rotation.json"} & names(directory)


def test_both_authorities_are_trusted_until_the_old_one_is_withdrawn(directory: Path) -> None:
    make(directory)
    assert files.trust(directory)
    assert (directory / "ca.pem").read_text() == certificate("first") + certificate("second")
    assert not files.trust(directory)
    files.activate(directory)
    assert (directory / "ca.pem").read_text() == certificate("second") + certificate("first")
    files.trust(directory)
    assert (directory / "ca.pem").read_text() == certificate("second") + certificate("first")
    files.withdraw(directory)
    assert (directory / "ca.pem").read_text() == certificate("second")
    assert (directory / "revoked/ca.pem").read_text() == certificate("first")


def test_a_key_gets_its_certificate_before_the_cluster_is_asked(
    directory: Path,
) -> None:
    make(directory)
    (directory / "cli.pem").write_text(certificate("first"))
    (directory / "next/cli.pem").write_text(certificate("second"))
    assert files.resume(directory) == []  # nothing has begun that one could not go back from
    (directory / "old/cli.key").hardlink_to(directory / "cli.key")
    (directory / "next/cli.key").replace(directory / "cli.key")
    assert "cli.pem" in files.resume(directory)
    assert (directory / "cli.pem").read_text() == certificate("second")
    assert (directory / "consul_dns.token").read_text() == "first consul_dns.token\n"


def test_what_was_not_asked_for_stays(directory: Path) -> None:
    kinds = files.begin(directory, ["certificates"])
    assert kinds == ["certificates"]
    assert (directory / "next/ca.key").read_text() == "first ca.key\n"  # to sign with
    files.activate(directory)
    files.withdraw(directory)
    files.finish(directory)
    assert (directory / "ca.key").read_text() == "first ca.key\n"
    assert (directory / "consul_dns.token").read_text() == "first consul_dns.token\n"


def test_an_interrupted_rotation_keeps_what_it_began_with(directory: Path) -> None:
    files.begin(directory, ["tokens"])
    files.begin(directory, ["gossip"])
    assert files.recorded(directory) == ["tokens"]
    assert json.loads((directory / "rotation.json").read_text()) == {"rotate": ["tokens"]}


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ("default", ["gossip", "certificates", "tokens", "ssh"]),
        ("all", ["gossip", "certificates", "tokens", "ssh", "authorities"]),
        ("authorities", ["certificates", "authorities"]),
        ("tokens,gossip", ["gossip", "tokens"]),
        (["tokens"], ["tokens"]),
    ],
)
def test_kinds_are_asked_for_by_name(asked: str | list[str], kinds: list[str]) -> None:
    assert files.wanted(asked) == kinds


def test_an_unknown_kind_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(files.RotationError, match="passwords: it is a list of gossip"):
        files.wanted("passwords")
