"""What the nodes take over from the host, so that apt and pip work in them."""

import os
import re
from pathlib import Path

CERTIFICATES = Path("/usr/local/share/ca-certificates")
DEBIAN = "http://deb.debian.org/debian"
SECURITY = "http://deb.debian.org/debian-security"
# AWS_CA_BUNDLE is not among them: Nomad's client does not start with it.
ENVIRONMENT = (
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "PIP_CERT",
    "PIP_DEFAULT_TIMEOUT",
    "PIP_EXTRA_INDEX_URL",
    "PIP_INDEX_URL",
    "PIP_TRUSTED_HOST",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "UV_DEFAULT_INDEX",
    "UV_INDEX_URL",
    "UV_NATIVE_TLS",
)


def mirrors() -> tuple[str, str]:
    """Return where the host gets Debian and its security updates from."""
    text = "\n".join(path.read_text() for path in _sources())
    urls = re.findall(r"^(?:URIs:|deb(?: \[[^]]*\])?)\s+(\S+)", text, re.MULTILINE)
    debian = [url.rstrip("/") for url in urls if url.rstrip("/").endswith("/debian")]
    security = [url.rstrip("/") for url in urls if url.rstrip("/").endswith("/debian-security")]
    return (debian or [DEBIAN])[0], (security or [SECURITY])[0]


def _sources() -> list[Path]:
    directory = Path("/etc/apt")
    found = [*directory.glob("sources.list"), *directory.glob("sources.list.d/*")]
    return sorted(path for path in found if path.suffix in {".list", ".sources"})


def apt_settings() -> str:
    """Return the host's settings of how apt reaches its sources: proxies, trust in the clock."""
    lines: list[str] = []
    for path in sorted(Path("/etc/apt/apt.conf.d").iterdir()):
        if path.is_file():
            lines += re.findall(r"^Acquire::(?:https?|Check)\b.*;$", path.read_text(), re.MULTILINE)
    return "".join(f"{line}\n" for line in lines)


def environment() -> dict[str, str]:
    """Return the variables by which pip and its like find their index and whom to trust."""
    return {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}


def pip_settings() -> str:
    """Return the host's pip configuration."""
    path = Path("/etc/pip.conf")
    return path.read_text() if path.is_file() else ""


def certificates() -> dict[str, str]:
    """Return the authorities that this host trusts beside Debian's."""
    return {path.name: path.read_text() for path in sorted(CERTIFICATES.glob("**/*.crt"))}


def name_servers() -> str:
    """Return a resolv.conf for the nodes: the host's servers, without those on loopback."""
    for path in (Path("/etc/resolv.conf"), Path("/run/systemd/resolve/resolv.conf")):
        if path.is_file():
            servers = re.findall(r"^nameserver\s+(?!127\.|::1)\S+", path.read_text(), re.MULTILINE)
            if servers:
                return "".join(f"{server}\n" for server in servers)
    return ""
