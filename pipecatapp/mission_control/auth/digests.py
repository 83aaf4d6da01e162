"""Random secrets and the digests under which they are kept."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

TOKEN_BYTES = 32


def new_secret() -> str:
    """Return 256 random bits in URL-safe letters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(secret: str) -> str:
    """Return the SHA-256 of a secret in hexadecimal.

    A plain hash is enough here: the secrets are 256 random bits, which no dictionary holds.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def find_digest(wanted: str, known: Iterable[str]) -> str | None:
    """Return the known digest equal to the wanted one, comparing in constant time."""
    found = None
    for candidate in known:
        if hmac.compare_digest(wanted, candidate):
            found = candidate
    return found
