"""Issues and checks X.509 certificates (RFC 5280) with P-256 keys."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pipecatapp.errors import UserError

AUTHORITY_LIFE = timedelta(days=3652)
SERVER_LIFE = timedelta(days=365)
RENEW_BEFORE = timedelta(days=30)
# Old machines often have a dead clock battery: a certificate begins a day early.
BACKDATE = timedelta(days=1)
# A phone that trusts the authority trusts it for these alone, and for no site of the Internet.
LOCAL_DOMAINS = ("local", "lan", "home.arpa", "internal", "localhost")
LOCAL_NETWORKS = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8",
    "fc00::/7", "::1/128",
)  # fmt: skip


@dataclass(frozen=True)
class KeyPair:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def pem_certificate(self) -> bytes:
        """Return the certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def pem_key(self) -> bytes:
        """Return the private key as unencrypted PEM."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def read_pair(certificate: Path, key: Path) -> KeyPair | None:
    """Read a certificate and its key, or None if either is missing.

    Raises:
        UserError: A file cannot be read, or it is not a certificate or key of this program.
    """
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        private = serialization.load_pem_private_key(key.read_bytes(), None)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"Cannot read {certificate} and {key}. Delete both to start anew.") from (
            error
        )
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise UserError(f"{key} is not a key of this program. Delete it to start anew.")
    if found.public_key() != private.public_key():
        # A crash between writing the two files: neither is of use without the other.
        return None
    return KeyPair(found, private)


def issue_authority(host: str) -> KeyPair:
    """Make an authority that can certify names and addresses of a private network only."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Mission Control"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Twin on {host}"[:64]),
        ]
    )
    permitted: list[x509.GeneralName] = [x509.DNSName(domain) for domain in LOCAL_DOMAINS]
    permitted.append(x509.DNSName(host.split(".")[0].lower()))
    permitted += [x509.IPAddress(ipaddress.ip_network(item)) for item in LOCAL_NETWORKS]
    builder = (
        _builder(name, name, key.public_key(), AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return KeyPair(builder.sign(key, hashes.SHA256()), key)


def issue_server(authority: KeyPair, names: list[str], addresses: list[str]) -> KeyPair:
    """Make a server's certificate.

    Args:
        authority: The authority that signs it.
        names: DNS names of the server; names that the authority may not certify are left out.
        addresses: IP addresses; the loopback addresses are added.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    issuer = authority.certificate.subject
    builder = (
        _builder(subject, issuer, key.public_key(), SERVER_LIFE)
        .add_extension(
            x509.SubjectAlternativeName(_subjects(authority.certificate, names, addresses)),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
    )
    return KeyPair(builder.sign(authority.key, hashes.SHA256()), key)


def covers(
    server: x509.Certificate,
    authority: x509.Certificate,
    names: list[str],
    addresses: list[str],
) -> bool:
    """Return whether a server's certificate is good for at least 30 days under these names."""
    now = datetime.now(UTC)
    if not server.not_valid_before_utc <= now < server.not_valid_after_utc - RENEW_BEFORE:
        return False
    if server.issuer != authority.subject or not _signed_by(server, authority):
        return False
    present = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(_subjects(authority, names, addresses)) <= set(present)


def _signed_by(server: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        server.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _subjects(
    authority: x509.Certificate, names: list[str], addresses: list[str]
) -> list[x509.GeneralName]:
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = constraints.permitted_subtrees or []
    domains = [item.value for item in permitted if isinstance(item, x509.DNSName)]
    networks = [item.value for item in permitted if isinstance(item, x509.IPAddress)]
    subjects: list[x509.GeneralName] = [
        x509.DNSName(name)
        for name in names
        if any(name == domain or name.endswith(f".{domain}") for domain in domains)
    ]
    for address in map(ipaddress.ip_address, ["127.0.0.1", "::1", *addresses]):
        if any(address in network for network in networks):  # type: ignore[operator] # addresses of both versions
            subjects.append(x509.IPAddress(address))
    return subjects


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, life: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
        .not_valid_after(now + life)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
