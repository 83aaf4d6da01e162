import base64
import hashlib
import hmac
from pathlib import Path

import paramiko
import pytest

from pipecatapp.tools.ssh_client.known_hosts import HostKey, KnownHosts
from pipecatapp.tools.ssh_client.target import Target
from pipecatapp.tools.tool import ToolError

ONE, OTHER = (paramiko.ECDSAKey.generate() for _ in range(2))
NODE = Target("me", "node2", 22)


def line(names: str, key: paramiko.PKey, kind: str = "ecdsa-sha2-nistp256") -> str:
    return f"{names} {kind} {base64.b64encode(key.asbytes()).decode()} a comment\n"


@pytest.fixture
def known_hosts(tmp_path: Path) -> Path:
    return tmp_path / "known_hosts"


def test_each_trusted_key_of_a_machine_is_accepted(known_hosts: Path) -> None:
    known_hosts.write_text(line("node2", OTHER) + line("10.0.0.2,NODE2", ONE))
    known = KnownHosts(known_hosts, NODE)
    known.verify(ONE)
    known.verify(OTHER)


def test_damaged_lines_do_not_hide_the_others(known_hosts: Path) -> None:
    damaged = "\nnode2\nnode2 ssh-rsa %%%a\n|1|?|? ssh-rsa AAAA\n|1|x ssh-rsa AAAA\n# node2 a b\n"
    known_hosts.write_bytes(damaged.encode() + b"\xff node2 x\n" + line("node2", ONE).encode())
    KnownHosts(known_hosts, NODE).verify(ONE)


@pytest.mark.parametrize(
    "names", ["node3", "[node2]:2222", "node", "!node2", "@cert-authority node2"]
)
def test_a_key_of_another_machine_does_not_count(known_hosts: Path, names: str) -> None:
    known_hosts.write_text(line(names, ONE))
    with pytest.raises(ToolError, match="not a known machine"):
        KnownHosts(known_hosts, NODE).verify(ONE)


def test_another_port_is_another_machine(known_hosts: Path) -> None:
    known_hosts.write_text(line("node2", ONE))
    with pytest.raises(ToolError, match="not a known machine") as error:
        KnownHosts(known_hosts, Target("me", "node2", 2222)).verify(ONE)
    assert "ssh-keyscan -t ecdsa -p 2222 node2 >>" in str(error.value)


def test_an_unreadable_file_of_known_machines_is_said(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"SSH_KNOWN_HOSTS.*Is a directory"):
        KnownHosts(tmp_path, NODE)


def test_the_known_types_of_keys_come_first(known_hosts: Path) -> None:
    known_hosts.write_text(line("node2", ONE) + line("node2", OTHER, "ssh-rsa"))
    offered = ("ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256")
    assert KnownHosts(known_hosts, NODE).prefer(offered) == (*offered[1:], offered[0])


def hashed(name: str) -> str:
    """Return a name as `ssh-keygen -H` writes it."""
    salt = b"salt" * 5
    digest = hmac.digest(salt, name.encode(), "sha1")
    return "|1|" + "|".join(base64.b64encode(part).decode() for part in (salt, digest))


@pytest.mark.parametrize(
    ("known_as", "target"), [("node2", NODE), ("[node2]:2222", Target("me", "node2", 2222))]
)
def test_a_hashed_name_is_recognized(known_hosts: Path, known_as: str, target: Target) -> None:
    known_hosts.write_text(line(hashed("node3"), OTHER) + line(hashed(known_as), ONE))
    KnownHosts(known_hosts, target).verify(ONE)
    with pytest.raises(ToolError, match="has changed"):
        KnownHosts(known_hosts, target).verify(OTHER)


def test_a_changed_key_is_a_warning_that_says_how_to_go_on(known_hosts: Path) -> None:
    known_hosts.write_text(line("node2", ONE))
    with pytest.raises(ToolError, match=r"^WARNING: the host key of node2 has changed") as error:
        KnownHosts(known_hosts, NODE).verify(OTHER)
    said = str(error.value)
    for key in (ONE, OTHER):
        digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
        assert f"ECDSA SHA256:{digest}" in said
    assert f"ssh-keygen -R node2 -f {known_hosts}" in said
    assert f"ssh-keyscan -t ecdsa node2 >> {known_hosts}" in said


def test_a_revoked_key_is_refused_even_where_it_is_trusted_too(known_hosts: Path) -> None:
    known_hosts.write_text(line("node2", ONE) + line("@revoked node2", ONE))
    with pytest.raises(ToolError, match="is revoked"):
        KnownHosts(known_hosts, NODE).verify(ONE)


def test_without_a_file_no_machine_is_known_and_none_is_written(known_hosts: Path) -> None:
    with pytest.raises(ToolError, match="not a known machine"):
        KnownHosts(known_hosts, NODE).verify(ONE)
    assert not known_hosts.exists()


@pytest.mark.parametrize(
    ("kind", "short"),
    [
        ("ssh-ed25519", "ed25519"),
        ("ssh-rsa", "rsa"),
        ("ecdsa-sha2-nistp521", "ecdsa"),
        ("sk-ssh-ed25519@openssh.com", "sk"),
    ],
)
def test_a_type_of_key_has_a_short_name(kind: str, short: str) -> None:
    assert HostKey(kind, b"").short_type == short
