"""Handing out rights hides secrets, and yet says what went wrong."""

import http.server
import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.unit.ansible.test_playbooks import ANSIBLE, REPOSITORY, play

pytestmark = pytest.mark.skipif(not ANSIBLE.exists(), reason="Ansible is not installed")

SECRET = "3b1f6f4e-3c55-4a52-9d2e-0c1d2e3f4a5b"

PLAYBOOK = """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.include_role:
        name: nomad
        tasks_from: acl
"""


class Broken(http.server.BaseHTTPRequestHandler):
    """Knows every token, and fails at everything else."""

    def do_GET(self) -> None:
        known = self.path == "/v1/acl/token/self"
        body = json.dumps({"SecretID": SECRET}).encode()
        self.send_response(200 if known else 500)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Tell nobody."""


@pytest.fixture
def broken() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Broken) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    (tmp_path / "nomad_management.token").write_text(SECRET + "\n")
    pair = ["-keyout", str(tmp_path / "node.key"), "-out", str(tmp_path / "node.pem")]
    words = ["-newkey", "rsa:2048", "-nodes", "-subj", "/CN=node", *pair]
    subprocess.run(["openssl", "req", "-x509", *words], check=True, capture_output=True)
    (tmp_path / "ca.pem").write_bytes((tmp_path / "node.pem").read_bytes())
    return tmp_path


def test_the_reason_is_told_and_no_secret(broken: str, credentials: Path) -> None:
    playbook = credentials / "play.yml"
    playbook.write_text(PLAYBOOK)
    given = {
        "nomad_credentials": str(credentials),
        "nomad_tls_directory": str(credentials),
        "nomad_policies": str(REPOSITORY / "jobs/policies"),
        "nomad_primary": "localhost",
        "nomad_primary_api": broken,
    }
    words = ("-i", "localhost,", str(playbook), "-e", json.dumps(given))
    run = play(*words, home=credentials)
    told = " ".join(run.stdout.split())
    assert run.returncode != 0
    assert "Nomad, Read policies: Status code was 500" in told
    assert "See journalctl -u nomad on localhost." in told
    assert SECRET not in run.stdout + run.stderr
