"""Whether old secrets are refused and new ones serve: asked, not assumed."""

from __future__ import annotations

import shlex
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from ..cluster_api import Api
from .files import REVOKED, read
from .gossip import rings
from .tokens import UNKNOWN, holder

TIMEOUT = 5.0  # seconds
VARIABLES = (
    "NOMAD_ADDR",
    "NOMAD_CACERT",
    "NOMAD_CLIENT_CERT",
    "NOMAD_CLIENT_KEY",
    "NOMAD_TOKEN",
    "CONSUL_HTTP_ADDR",
    "CONSUL_CACERT",
    "CONSUL_CLIENT_CERT",
    "CONSUL_CLIENT_KEY",
    "CONSUL_HTTP_TOKEN",
)


def tokens(kind: str, options: dict[str, Any], directory: Path) -> list[str]:
    """Return what is wrong with tokens: old ones that serve, new ones that do not."""
    wrong = []
    for old in sorted((directory / REVOKED).glob(f"{kind}_*.token")):
        if holder(kind, options, old):
            wrong.append(f"{kind} still accepts the old {old.name}")
        if holder(kind, options, directory / old.name) is None:
            wrong.append(f"{kind} refuses the new {old.name}")
    return wrong


def gossip(kind: str, api: Api, directory: Path) -> list[str]:
    """Return what is wrong with the gossip keys."""
    key = read(directory / f"{kind}.gossip")
    if any(ring["Keys"] != {key: ring["NumNodes"]} for ring in rings(kind, api)):
        return [f"{kind}: not every member has the new gossip key and no other"]
    return []


def certificates(
    directory: Path, nodes: dict[str, str], ports: list[int], page: int, seconds: float
) -> list[str]:
    """Return what is wrong with certificates: a server may take a moment to show another.

    Args:
        directory: The credentials.
        nodes: Addresses of the machines, by name.
        ports: Where every machine wants a client's certificate.
        page: The page's port with TLS; 0: it is not looked at.
        seconds: For which servers are given time.
    """
    served = [(name, port, directory / "nodes" / f"{name}.pem") for name in nodes for port in ports]
    served += [(name, page, directory / "pages" / f"{name}.pem") for name in nodes if page]
    wrong = []
    end = time.monotonic() + seconds
    for name, port, file in served:
        while shown(nodes[name], port, directory) != _der(file):
            if time.monotonic() > end:
                wrong.append(f"{name}:{port} does not show its new certificate ({file})")
                break
            time.sleep(1)  # it can only be asked
    old = directory / REVOKED
    for name, address in nodes.items():
        for port in ports:
            if not answers(address, port, directory / "cli.pem", directory / "cli.key"):
                wrong.append(f"{name}:{port} refuses the new certificate cli.pem")
            if (old / "ca.pem").exists() and answers(
                address, port, old / "cli.pem", old / "cli.key"
            ):
                wrong.append(f"{name}:{port} still accepts a certificate of the old authority")
    return wrong


def copy_key(directory: Path, nodes: dict[str, str]) -> list[str]:
    """Return what is wrong with the key for copies of the agent's state, asked at the page."""
    old = directory / REVOKED / "state_copy_key"
    if not old.exists():
        return []
    address = next(iter(nodes.values()))
    wrong = []
    if _copies(address, old):
        wrong.append("the agent still gives copies of its state for the old key")
    if not _copies(address, directory / "state_copy_key"):
        wrong.append("the agent refuses the new state_copy_key")
    return wrong


def environment(directory: Path) -> list[str]:
    """Return what is wrong with cluster.env, sourced as people do."""
    show = "printf '%s\\0' " + " ".join(f'"${name}"' for name in VARIABLES)
    command = f". {shlex.quote(str(directory / 'cluster.env'))} && {show}"
    done = subprocess.run(
        ["/bin/bash", "-c", command], capture_output=True, text=True, timeout=30, check=False
    )
    if done.returncode != 0:
        return [f"cluster.env cannot be sourced: {done.stderr.strip()[-200:]}"]
    values = dict(zip(VARIABLES, done.stdout.split("\0"), strict=False))
    wrong = []
    for kind, prefix, address in (
        ("nomad", "NOMAD", "NOMAD_ADDR"),
        ("consul", "CONSUL", "CONSUL_HTTP_ADDR"),
    ):
        token = values["NOMAD_TOKEN" if kind == "nomad" else "CONSUL_HTTP_TOKEN"]
        if token != read(directory / f"{kind}_operator.token"):
            wrong.append(f"cluster.env gives {kind} another token than {kind}_operator.token")
        options = {
            "addresses": [values[address]],
            "ca_cert": values[f"{prefix}_CACERT"],
            "client_cert": values[f"{prefix}_CLIENT_CERT"],
            "client_key": values[f"{prefix}_CLIENT_KEY"],
        }
        if holder(kind, options, directory / f"{kind}_operator.token") is None:
            wrong.append(f"cluster.env: {kind} refuses its token")
    return wrong


def shown(address: str, port: int, directory: Path) -> bytes:
    """Return the certificate that a server shows, as DER; nothing: it shows none."""
    try:
        with (
            socket.create_connection((address, port), timeout=TIMEOUT) as plain,
            _context(directory / "cli.pem", directory / "cli.key").wrap_socket(plain) as secured,
        ):
            return secured.getpeercert(binary_form=True) or b""
    except OSError:
        return b""


def answers(address: str, port: int, certificate: Path, key: Path) -> bool:
    """Tell whether a server answers who shows this certificate."""
    try:
        with (
            socket.create_connection((address, port), timeout=TIMEOUT) as plain,
            _context(certificate, key).wrap_socket(plain) as secured,
        ):
            secured.sendall(b"GET /v1/status/leader HTTP/1.0\r\n\r\n")
            return bool(secured.recv(100))
    except OSError:
        return False


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return one that shows a certificate and looks at what it is shown by itself."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(certificate, key)
    return context


def _der(file: Path) -> bytes:
    return ssl.PEM_cert_to_DER_cert(read(file))


def _copies(address: str, key: Path) -> bool:
    """Tell whether the agent would give a copy for this key."""
    request = urllib.request.Request(
        f"http://{address}:8000/api/copy", headers={"Authorization": f"Bearer {read(key)}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60):  # noqa: S310 - as above
            return True
    except urllib.error.HTTPError as error:
        if error.code in UNKNOWN:
            return False
        raise
