"""The certificate authority of the home network, and the server certificate that it signs."""

import socket
import ssl
import time
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from fastapi import APIRouter, Request
from loguru import logger
from starlette.responses import PlainTextResponse, Response

from pipecatapp.errors import UserError
from pipecatapp.mission_control.addresses import lan_addresses, secure_page
from pipecatapp.mission_control.auth.private_files import locked, write_private
from pipecatapp.mission_control.pages import render
from pipecatapp.mission_control.tls.certificates import (
    KeyPair,
    covers,
    issue_authority,
    issue_server,
    read_pair,
)
from pipecatapp.settings import Settings

CHECK_SECONDS = 60.0
SHOWN_BY_AGENT = "The terminal in which the agent runs shows"
SHOWN_BY_PLAYBOOK = "The terminal in which ./bootstrap.sh or playbook.yaml ran shows at its end"
router = APIRouter()


class Authority:
    """The certificates under `tls/` of the state directory.

    The authority is made once, because every phone must be told to trust it. The server's
    certificate is replaced when it expires or the machine's addresses change.
    """

    def __init__(self, home: Path) -> None:
        self.certificate_path = home / "tls" / "ca.crt"
        self.server_path = home / "tls" / "server.pem"
        self._key_path = home / "tls" / "ca.key"

    def fingerprint(self) -> str:
        """Return the authority's SHA-256 fingerprint as phones show it: `AB:CD:...`.

        Raises:
            UserError: There is no authority yet, or it cannot be read.
        """
        if not self.certificate_path.exists():
            raise UserError("There is no certificate yet. Start the agent with --lan first.")
        return fingerprint(self.certificate_path)

    def ensure(self) -> bool:
        """Make each certificate that is missing, about to expire or made for other addresses.

        Returns:
            Whether the server's certificate changed.

        Raises:
            UserError: A file cannot be read or written.
        """
        with locked(self.server_path):
            authority = self._ensure_authority()
            names, addresses = server_names(), lan_addresses()
            server = read_pair(self.server_path, self.server_path)
            if server and covers(server.certificate, authority.certificate, names, addresses):
                return False
            issued = issue_server(authority, names, addresses)
            # Certificate and key share one file, so that a crash cannot leave a mixed pair.
            write_private(self.server_path, issued.pem_key() + issued.pem_certificate())
            logger.info("Made a certificate for {}", ", ".join(names + addresses))
            return True

    def _ensure_authority(self) -> KeyPair:
        pair = read_pair(self.certificate_path, self._key_path)
        if pair is None:
            pair = issue_authority(socket.gethostname())
            write_private(self._key_path, pair.pem_key())
            write_private(self.certificate_path, pair.pem_certificate())
        return pair


def server_names() -> list[str]:
    """Return the names under which other machines may look for this one."""
    host = socket.gethostname().split(".")[0].lower()
    return list(dict.fromkeys([host, f"{host}.local", "localhost"]))


class LiveCertificate:
    """Gives each connection the current certificate, without a restart.

    A handshake a minute or more after the last check tests whether the addresses changed, which
    reads the interfaces and takes about a millisecond.
    """

    def __init__(self, authority: Authority) -> None:
        authority.ensure()
        self._authority = authority
        self._checked = time.monotonic()
        self._current = self._load()

    def listen_context(self) -> ssl.SSLContext:
        """Return the context for the server's socket."""
        context = self._load()
        context.sni_callback = self._choose
        return context

    def _choose(self, connection: ssl.SSLObject, _name: str | None, _: ssl.SSLContext) -> None:
        if time.monotonic() - self._checked >= CHECK_SECONDS:
            self._checked = time.monotonic()
            self.refresh()
        connection.context = self._current

    def refresh(self) -> None:
        """Load a new certificate if one is due."""
        try:
            if self._authority.ensure():
                self._current = self._load()
        except UserError as error:
            logger.error("The certificate stays as it is: {}", error)

    def _load(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._authority.server_path)
        return context


@router.get("/ca.crt")
async def authority_certificate(request: Request) -> Response:
    """Send the authority's certificate, which is public, for a phone to install."""
    path = certificate_to_trust(request.app.state.backend.settings)
    if path is None:
        return PlainTextResponse("Only a cluster, and an agent started with --lan, have one.", 404)
    disposition = {"Content-Disposition": 'attachment; filename="twin-ca.crt"'}
    return Response(path.read_bytes(), 200, disposition, "application/x-x509-ca-cert")


@router.get("/trust")
async def trust(request: Request) -> Response:
    """Explain how a phone comes to trust this server."""
    settings: Settings = request.app.state.backend.settings
    path = certificate_to_trust(settings)
    if path is None:
        return render("trust_local.html")
    shown, page = SHOWN_BY_AGENT, "/"
    if settings.mode == "cluster":
        shown, page = SHOWN_BY_PLAYBOOK, secure_page(request.url.hostname or "localhost")
    return render("trust.html", fingerprint=fingerprint(path), shown=shown, page=page)


def certificate_to_trust(settings: Settings) -> Path | None:
    """Return the file of the certificate that devices must trust, or None if there is none."""
    if settings.mode == "cluster":
        path = settings.page_ca_file
    else:
        path = Authority(settings.home).certificate_path if settings.lan else None
    return path if path is not None and path.exists() else None


def fingerprint(certificate: Path) -> str:
    """Return the SHA-256 fingerprint of a certificate as phones show it: `AB:CD:...`.

    Raises:
        UserError: The file cannot be read.
    """
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise UserError(f"The certificate {certificate} cannot be read: {error}") from error
    return found.fingerprint(hashes.SHA256()).hex(":").upper()
