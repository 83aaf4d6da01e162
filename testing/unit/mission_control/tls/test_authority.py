import ipaddress
import socket
import ssl
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from starlette.testclient import TestClient

from pipecatapp.errors import UserError
from pipecatapp.mission_control.tls import authority as tls
from pipecatapp.mission_control.tls import certificates
from pipecatapp.mission_control.tls.authority import Authority, LiveCertificate
from pipecatapp.mission_control.tls.certificates import issue_authority, issue_server
from pipecatapp.mission_control.web import create_app
from pipecatapp.settings import Settings
from testing.fakes.backend import FakeBackend


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found = ["192.168.7.5"]
    monkeypatch.setattr(tls, "lan_addresses", lambda: list(found))
    return found


@pytest.fixture
def authority(tmp_path: Path, addresses: list[str]) -> Authority:
    authority = Authority(tmp_path / "home")
    authority.ensure()
    return authority


def server_certificate(authority: Authority) -> x509.Certificate:
    return x509.load_pem_x509_certificate(authority.server_path.read_bytes())


class Listener:
    """A TLS server that greets whoever completes a handshake."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            try:
                with self._context.wrap_socket(connection, server_side=True) as secured:
                    secured.sendall(b"hello")
            except (ssl.SSLError, OSError):
                connection.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def live(authority: Authority) -> LiveCertificate:
    return LiveCertificate(authority)


@pytest.fixture
def listener(live: LiveCertificate) -> Iterator[Listener]:
    listener = Listener(live.listen_context())
    yield listener
    listener.close()


def shake_hands(listener: Listener, ca: Path, name: str) -> bytes:
    """Connect, and return the server's certificate as the client accepted it (DER)."""
    context = ssl.create_default_context(cafile=str(ca))
    with (
        socket.create_connection(("127.0.0.1", listener.port)) as plain,
        context.wrap_socket(plain, server_hostname=name) as secured,
    ):
        assert secured.recv(5) == b"hello"
        certificate = secured.getpeercert(binary_form=True)
    assert certificate is not None
    return certificate


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "192.168.7.5", "HOST", "HOST.local"])
def test_a_client_that_trusts_the_authority_connects(
    listener: Listener, authority: Authority, name: str
) -> None:
    host = socket.gethostname().split(".")[0].lower()
    assert shake_hands(listener, authority.certificate_path, name.replace("HOST", host))


def test_a_client_refuses_other_names_and_other_authorities(
    listener: Listener, authority: Authority, tmp_path: Path, addresses: list[str]
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        shake_hands(listener, authority.certificate_path, "192.168.7.6")
    stranger = Authority(tmp_path / "stranger")
    stranger.ensure()
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(listener, stranger.certificate_path, "localhost")


def test_the_authority_cannot_vouch_for_the_internet(tmp_path: Path) -> None:
    authority = issue_authority("box")
    forged = issue_server(authority, ["box"], [])
    builder = (
        x509.CertificateBuilder()
        .subject_name(forged.certificate.subject)
        .issuer_name(authority.certificate.subject)
        .public_key(forged.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(forged.certificate.not_valid_before_utc)
        .not_valid_after(forged.certificate.not_valid_after_utc)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("bank.example")]), critical=False)
    )
    # All else is as it should be, which Python 3.13 checks first.
    for extension in forged.certificate.extensions:
        if not isinstance(extension.value, x509.SubjectAlternativeName):
            builder = builder.add_extension(extension.value, extension.critical)
    stolen = builder.sign(authority.key, hashes.SHA256())
    (tmp_path / "ca.crt").write_bytes(authority.pem_certificate())
    pair = tmp_path / "server.pem"
    pair.write_bytes(forged.pem_key() + certificates.KeyPair(stolen, forged.key).pem_certificate())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair)
    listener = Listener(context)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        shake_hands(listener, tmp_path / "ca.crt", "bank.example")
    listener.close()


def test_the_lives_are_ten_years_and_one(authority: Authority) -> None:
    ca = x509.load_pem_x509_certificate(authority.certificate_path.read_bytes())
    now = datetime.now(UTC)
    assert timedelta(days=3650) < ca.not_valid_after_utc - now < timedelta(days=3655)
    server = server_certificate(authority)
    assert timedelta(days=360) < server.not_valid_after_utc - now < timedelta(days=366)


def test_keys_are_private(authority: Authority) -> None:
    for name in ("ca.key", "server.pem"):
        path = authority.server_path.with_name(name)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"PRIVATE" not in authority.certificate_path.read_bytes()


def test_nothing_is_made_twice(authority: Authority) -> None:
    before = {path.name: path.read_bytes() for path in authority.server_path.parent.glob("*.*")}
    assert authority.ensure() is False
    after = {path.name: path.read_bytes() for path in authority.server_path.parent.glob("*.*")}
    assert before == after


def test_a_new_address_gets_a_new_certificate_without_a_restart(
    live: LiveCertificate, listener: Listener, authority: Authority, addresses: list[str]
) -> None:
    fingerprint = authority.fingerprint()
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(listener, authority.certificate_path, "10.1.2.3")
    addresses.append("10.1.2.3")
    live.refresh()
    assert shake_hands(listener, authority.certificate_path, "10.1.2.3")
    assert authority.fingerprint() == fingerprint


def test_a_handshake_notices_new_addresses(
    listener: Listener,
    authority: Authority,
    addresses: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tls, "CHECK_SECONDS", 0.0)
    addresses.append("10.1.2.3")
    assert shake_hands(listener, authority.certificate_path, "10.1.2.3")


def test_an_old_certificate_is_renewed(
    tmp_path: Path, addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path / "home")
    with monkeypatch.context() as patch:
        patch.setattr(certificates, "SERVER_LIFE", timedelta(days=29))
        authority.ensure()
    old = server_certificate(authority)
    assert authority.ensure() is True
    assert server_certificate(authority).not_valid_after_utc > old.not_valid_after_utc


def test_a_public_address_is_left_out(authority: Authority, addresses: list[str]) -> None:
    addresses.append("8.8.8.8")
    assert authority.ensure() is False
    names = server_certificate(authority).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert ipaddress.ip_address("8.8.8.8") not in names.value.get_values_for_type(x509.IPAddress)


def test_damaged_files_are_said_and_left_alone(authority: Authority) -> None:
    authority.certificate_path.write_bytes(b"garbage")
    with pytest.raises(UserError, match="Cannot read"):
        authority.ensure()
    assert authority.certificate_path.read_bytes() == b"garbage"


def test_the_trust_page_shows_the_fingerprint_and_hands_out_the_certificate(
    settings: Settings, addresses: list[str]
) -> None:
    lan = settings.model_copy(update={"lan": True})
    authority = Authority(lan.home)
    authority.ensure()
    client = TestClient(create_app(FakeBackend(lan)), base_url="https://192.168.7.5:8000")
    page = client.get("/trust").text
    assert authority.fingerprint() in page
    for device in ("Android", "iPhone", "Computer"):
        assert device in page
    answer = client.get("/ca.crt")
    assert answer.headers["content-type"] == "application/x-x509-ca-cert"
    assert answer.content == authority.certificate_path.read_bytes()


def test_without_lan_there_is_no_certificate(client: TestClient) -> None:
    assert client.get("/ca.crt").status_code == 404
    assert "--lan" in client.get("/trust").text
