"""What role gateway writes is a configuration that HAProxy takes."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml

from testing.unit.ansible.test_playbooks import REPOSITORY

ROLE = REPOSITORY / "ansible" / "roles" / "gateway"
HAPROXY = shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
CERTIFICATE = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -subj /CN=page"


def rendered(name: str, variables: dict[str, Any]) -> str:
    """Return a template of the role as Ansible renders it: a name that is missing is an error."""
    text = (ROLE / "templates/etc/haproxy" / f"{name}.j2").read_text()
    environment = jinja2.Environment(
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # as Ansible does
    )
    return environment.from_string(text).render(variables)


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """The configuration with the role's defaults, and what it names, in a directory of its own."""
    defaults = yaml.safe_load((ROLE / "defaults/main.yml").read_text())
    certificate, starting = tmp_path / "page.pem", tmp_path / "starting.html"
    key = tmp_path / "page.key"
    subprocess.run(
        ["openssl", *CERTIFICATE.split(), "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    certificate.write_text(certificate.read_text() + key.read_text())
    starting.write_text(rendered("starting.html", defaults))
    variables = {
        **defaults,
        "gateway_certificate": str(certificate),
        "gateway_certificate_file": {"stat": {"checksum": "0"}},
    }
    text = rendered("haproxy.cfg", variables)
    path = tmp_path / "haproxy.cfg"
    path.write_text(text.replace("/etc/haproxy/starting.html", str(starting)))
    return path


@pytest.mark.skipif(HAPROXY is None, reason="haproxy is not installed")
def test_haproxy_takes_the_configuration(configuration: Path) -> None:
    words = [str(HAPROXY), "-c", "-f", str(configuration)]
    checked = subprocess.run(words, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    assert "[WARNING]" not in checked.stderr
