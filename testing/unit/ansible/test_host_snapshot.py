"""What was there before the cluster comes back, what came later goes, nothing of others' does."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.twin.cluster.plugins.module_utils.host_snapshot import machine as machines
from ansible_collections.twin.cluster.plugins.module_utils.host_snapshot import network, paths
from ansible_collections.twin.cluster.plugins.module_utils.host_snapshot import record as records

# What an administrator has in the tables of iptables, and what Docker puts there.
THEIRS = """
table ip filter {
	chain FORWARD {
		type filter hook forward priority filter; policy accept;
		ip saddr 192.0.2.1 drop
	}
}
table inet mine {
	chain input {
		type filter hook input priority filter; policy accept;
	}
}
"""
DOCKERS = """
table ip filter {
	chain DOCKER { }
	chain DOCKER-USER { return; }
	chain FORWARD {
		type filter hook forward priority filter; policy drop;
		jump DOCKER-USER
		oifname "docker0" jump DOCKER
	}
}
table ip nat {
	chain DOCKER { iifname "docker0" return; }
	chain POSTROUTING {
		type nat hook postrouting priority srcnat; policy accept;
		ip saddr 172.17.0.0/16 oifname != "docker0" masquerade
	}
	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		jump DOCKER
	}
}
"""


def may_mount() -> bool:
    words = ["unshare", "--mount", "true"]
    return os.geteuid() == 0 and subprocess.run(words, check=False).returncode == 0


@dataclass
class Box:
    """A machine's directories below one of its own, and its record."""

    root: Path
    record: Any
    machine: Any

    def take_away(self, *names: str) -> None:
        kept = paths.Paths(self.machine, self.record, str(self.root / "record"))
        for name in names:
            kept.take_away(str(self.root / name))


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Box:
    """With a proxy's configuration in etc, and a directory of somebody's in opt."""
    (tmp_path / "etc/proxy").mkdir(parents=True)
    (tmp_path / "etc/proxy/proxy.cfg").write_text("theirs\n")
    (tmp_path / "etc/proxy/proxy.cfg").chmod(0o640)
    (tmp_path / "opt/shared").mkdir(parents=True)
    (tmp_path / "opt/shared/photo").write_text("theirs\n")
    deep = len(tmp_path.parts) + 3
    roots = {str(tmp_path / "etc"): deep + 5, str(tmp_path / "opt"): deep}
    monkeypatch.setattr(records, "ROOTS", roots)
    monkeypatch.setattr(paths, "ROOTS", roots)
    listed = records.listing()
    record = records.Record(paths=listed, directories=records.owners(listed))
    records.save(record, [str(tmp_path / "etc/proxy")], str(tmp_path / "record"))
    return Box(tmp_path, records.load(str(tmp_path / "record")), machines.Machine())


def test_the_record_is_for_root_alone_and_says_what_there_was(box: Box) -> None:
    assert (box.root / "record").stat().st_mode & 0o777 == 0o700
    assert str(box.root / "opt/shared/photo") in box.record.paths
    assert box.record.copied == [str(box.root / "etc/proxy/proxy.cfg")]


def test_what_came_later_goes_with_the_directories_made_for_it(box: Box) -> None:
    (box.root / "opt/twin/data").mkdir(parents=True)
    (box.root / "opt/twin/data/model").write_text("ours")
    (box.root / "opt/shared/ours").write_text("ours")
    mode = (box.root / "opt/shared").stat().st_mode
    (box.root / "opt/shared").chmod(0o700)
    box.take_away("opt/twin/data", "opt/shared", "opt/never-there")
    assert sorted(p.name for p in (box.root / "opt").rglob("*")) == ["photo", "shared"]
    assert (box.root / "opt/shared").stat().st_mode == mode
    assert (box.root / "opt/shared/photo").read_text() == "theirs\n"


def test_the_directory_around_it_gets_its_mode_back(box: Box) -> None:
    mode = (box.root / "opt/shared").stat().st_mode
    (box.root / "opt/shared/data").mkdir()
    (box.root / "opt/shared").chmod(0o700)
    box.take_away("opt/shared/data")
    assert (box.root / "opt/shared").stat().st_mode == mode


def test_a_directory_that_somebody_else_uses_by_now_stays(box: Box) -> None:
    (box.root / "etc/drop.d").mkdir()
    (box.root / "etc/drop.d/ours").write_text("")
    (box.root / "etc/drop.d/theirs").write_text("")
    box.take_away("etc/drop.d/ours")
    assert [p.name for p in (box.root / "etc/drop.d").iterdir()] == ["theirs"]


@pytest.mark.parametrize("gone", [False, True])
def test_what_was_written_over_is_as_before_mode_included(box: Box, gone: bool) -> None:
    file = box.root / "etc/proxy/proxy.cfg"
    file.unlink()
    if not gone:
        file.write_text("ours\n")
    (box.root / "etc/proxy/page.html").write_text("ours")
    box.take_away("etc/proxy")
    assert file.read_text() == "theirs\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in (box.root / "etc/proxy").iterdir()] == ["proxy.cfg"]


def test_a_second_time_nothing_is_done(box: Box) -> None:
    (box.root / "opt/twin").mkdir()
    box.take_away("opt/twin", "etc/proxy")
    box.machine.done.clear()
    box.take_away("opt/twin", "etc/proxy")
    assert box.machine.done == []


def test_a_dry_run_says_it_and_does_nothing(box: Box) -> None:
    (box.root / "opt/twin").mkdir()
    (box.root / "etc/proxy/proxy.cfg").write_text("ours\n")
    box.machine.dry = True
    box.take_away("opt/twin", "etc/proxy")
    assert len(box.machine.done) == 2
    assert (box.root / "opt/twin").is_dir()
    assert (box.root / "etc/proxy/proxy.cfg").read_text() == "ours\n"


def test_what_is_deeper_than_anybody_noted_counts_as_theirs(box: Box) -> None:
    (box.root / "opt/a/b/c").mkdir(parents=True)
    record = records.Record(paths=records.listing())
    (box.root / "opt/a/b/c/late").write_text("whose is it?")
    box.record = record
    box.take_away("opt/a")
    assert (box.root / "opt/a/b/c/late").exists()
    assert [str(box.root / "opt/a/b/c") in line for line in box.machine.left] == [True]


@pytest.mark.parametrize("name", ["/", "/etc", "/opt/..", "/var/lib/../..", "relative"])
def test_what_no_role_may_have_made_is_refused(name: str) -> None:
    with pytest.raises(machines.SnapshotError, match="no path that a role may have made"):
        paths.Paths(machines.Machine(), None).take_away(name)


@pytest.mark.skipif(not may_mount(), reason="mounting needs root")
def test_what_is_mounted_below_is_unmounted_and_keeps_its_files(box: Box) -> None:
    allocation = box.root / "opt/nomad/alloc/1/secrets"
    allocation.mkdir(parents=True)
    for source, words in (("none", ["-t", "tmpfs"]), (str(box.root / "opt/shared"), ["--bind"])):
        subprocess.run(["mount", *words, source, str(allocation)], check=True)
    box.take_away("opt/nomad")
    assert not (box.root / "opt/nomad").exists()
    assert (box.root / "opt/shared/photo").read_text() == "theirs\n"
    assert not [line for line in records.mounts() if line.startswith(str(box.root))]


def nft(rules: str) -> None:
    subprocess.run(["nft", "--file", "-"], input=rules, text=True, check=True)


def rules_of_docker() -> None:
    """Runs in a network of its own."""
    nft(THEIRS)
    before = records.ruleset(machines.Machine())
    shown = subprocess.run(["nft", "list", "ruleset"], capture_output=True, check=True).stdout
    nft(DOCKERS)
    network.clear_firewall(machines.Machine(), records.Record(ruleset=before))
    assert subprocess.run(["nft", "list", "ruleset"], capture_output=True).stdout == shown
    again = machines.Machine()
    network.clear_firewall(again, records.Record(ruleset=before))
    assert again.done == []


@pytest.mark.skipif(not (may_mount() and shutil.which("nft")), reason="needs root and nft")
def test_rules_of_docker_go_and_those_of_others_stay() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(["unshare", "--net", sys.executable, __file__], check=True, env=environment)


if __name__ == "__main__":
    rules_of_docker()
