"""Turns web addresses as people say them into URLs."""

import re
from urllib.parse import urlsplit, urlunsplit

from pipecatapp.text.language import language
from pipecatapp.tools.tool import ToolError

LONGEST_URL = 2000
_SPOKEN = {
    "dot": ".",
    "slash": "/",
    "colon": ":",
    "dash": "-",
    "hyphen": "-",
    "underscore": "_",
}
_SPOKEN_WWW = re.compile(r"^(?:w\s*w\s*w|triple\s+w)(?=\s*\.|\s+dot\b)", re.IGNORECASE)
_SIGN_SPACE = re.compile(r"\s*([/.:_-])\s*(?=\S)")
# A number after the colon is a port: localhost:8000 has no scheme.
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?!\d+(?:[/?#]|$))", re.IGNORECASE)
_NUMERIC = re.compile(r"(0x[0-9a-f]*|\d+)(\.(0x[0-9a-f]*|\d+))*\.?", re.IGNORECASE)
_QUAD = re.compile(r"(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}")
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", re.IGNORECASE)
# As people type it: a scheme, a number, or a name that is no file's.
_TYPED = re.compile(
    r"(?<![@\w.])(?:https?://[^\s<>\"']+"
    r"|(?:(?:\d{1,3}\.){3}\d{1,3}|localhost|(?:[a-z0-9-]+\.)+[a-z]{2,})(?::\d+)?(?:/[^\s<>\"']*)?)"
    r"(?![\w@])",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"[^/:]*\.(?:ya?ml|py|txt|md|json|pdf|html?|jpe?g|png|csv|log|sh|conf|local)", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def candidate_urls(spoken: str) -> list[str]:
    """Return the URLs that may be meant, the likeliest first.

    Without a scheme these are HTTPS, then HTTP.

    Args:
        spoken: Such as "https://example.com/a", "example.com" or "example dot com".

    Raises:
        ToolError: It is not the address of a web page, or an unusual notation of one.
    """
    url = spoken.strip().strip("<>\"'`").strip()
    if len(url) > LONGEST_URL:
        raise ToolError(f"A web address may have {LONGEST_URL} characters, this has {len(url)}")
    if _CONTROL.search(url):
        raise ToolError("A web address has no control characters or line breaks")
    url = _without_speech(url)
    scheme = _SCHEME.match(url)
    if scheme is None:
        return [_normalized(f"{kind}://{url.lstrip('/')}") for kind in ("https", "http")]
    if scheme[1].lower() not in ("http", "https"):
        raise ToolError(f"Only http and https pages can be opened, not {scheme[1].lower()}:")
    return [_normalized(url)]


def said_addresses(words: str) -> list[str]:
    """Return the addresses of web pages that some words name, typed or said aloud."""
    typed = [found[0].rstrip(".,;:!?)") for found in _TYPED.finditer(words)]
    spoken = [
        _without_speech(found[1].strip()).replace(" ", "").lower()
        for found in language().acts.spoken_address.finditer(words)
    ]
    return [address for address in [*typed, *spoken] if not _FILE.fullmatch(address)]


def names_page(url: object, address: str) -> bool:
    """Tell whether a call's argument is an address that was said, however it is written."""
    bare = re.sub(r"^https?://", "", address.lower()).strip("/")
    if not isinstance(url, str):
        return False
    return bare in re.sub(r"\s", "", _without_speech(url)).lower()


def _without_speech(url: str) -> str:
    """Return an address with signs for spoken words such as "dot", without spaces."""
    if re.search(r"\s", url):
        url = _SPOKEN_WWW.sub("www", url)
        first, *words = url.split()
        url = " ".join([first, *(_SPOKEN.get(word.lower(), word) for word in words)])
        url = _SIGN_SPACE.sub(r"\1", url)
    return url.rstrip(".,;!?")


def _normalized(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ToolError(f"{url[:80]!r} is no web address") from error
    if "@" in parts.netloc or "\\" in url:
        raise ToolError("A web address with a user name or password in it is not opened")
    host = _normalized_host(host, url)
    netloc = host if port is None else f"{host}:{port}"
    return urlunsplit((parts.scheme.lower(), netloc, parts.path or "/", parts.query, ""))


def _normalized_host(host: str, url: str) -> str:
    """Return the host in its usual notation."""
    host = host.removesuffix(".")
    if ":" in host:
        return f"[{host}]"
    if _NUMERIC.fullmatch(host) and not _QUAD.fullmatch(host):
        raise ToolError(f"{host} is an unusual notation of an address: write it as 192.0.2.1")
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if not _NAME.fullmatch(name) or (host != name and _NUMERIC.fullmatch(name)):
        shown = url.partition("://")[2].rstrip("/")[:80]
        raise ToolError(f"{shown!r} is no web address: give one such as debian.org")
    return name
