"""Experts that somebody else runs behind OpenAI's API: the file of EXTERNAL_EXPERTS_CONFIG.

    experts:
      - name: law
        description: explains laws and contracts
        base_url: https://api.example.com/v1
        model: some-model
        key_file: /etc/twin/law.key     # holds the key alone, mode 0600
        context: 32768                  # tokens of a prompt and its answer
        examples: [...]                 # optional: what people say when they want it

A request to such an expert leaves the house, with as much of the conversation as fits.
"""

import stat
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, field_validator

from pipecatapp.errors import UserError
from pipecatapp.experts.expert import LONGEST_DESCRIPTION, Expert, ExpertInstance, Service
from pipecatapp.runtime.yaml_file import read_yaml

NEAR = ("localhost", "127.0.0.1", "::1")
"""Only on this machine may a key travel without TLS."""


class ExternalExpert(BaseModel):
    """An expert in the file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    description: str = Field(min_length=1, max_length=LONGEST_DESCRIPTION, pattern=r"^[^\r\n]+$")
    base_url: str
    model: str = Field(min_length=1, max_length=200)
    key_file: str = Field(min_length=1)
    context: int = Field(ge=1024)
    examples: list[str] = []

    @field_validator("name")
    @classmethod
    def _is_no_other(cls, name: str) -> str:
        if name == "main":
            raise ValueError("main is the default expert")
        return name

    @field_validator("base_url")
    @classmethod
    def _is_safe(cls, url: str) -> str:
        AnyHttpUrl(url)
        parts = urlsplit(url)
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("an address alone, without keys, questions or fragments")
        if parts.scheme != "https" and parts.hostname not in NEAR:
            raise ValueError("https:// is needed, as the key would be sent in the clear")
        return url.rstrip("/")


class ExternalExperts(BaseModel):
    """The content of the file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    experts: list[ExternalExpert]


def external_experts(path: Path | None) -> dict[str, Expert]:
    """Return the experts of the file by name; none if `path` is None.

    Raises:
        UserError: The file or a key file cannot be used; the message says why, without the key.
    """
    if path is None:
        return {}
    found: dict[str, Expert] = {}
    for entry in read_yaml(path, ExternalExperts).experts:
        if entry.name in found:
            raise UserError(f"{path}: there are two experts with the name {entry.name}.")
        key_file = (path.parent / entry.key_file).absolute()
        _check_key(path, key_file)
        instance = ExpertInstance(entry.base_url, key_file=key_file, external=True)
        service = Service((instance,), entry.model, entry.context, entry.description)
        examples = tuple(entry.examples)
        found[entry.name] = Expert(entry.name, entry.description, examples, service)
    return found


def _check_key(path: Path, key_file: Path) -> None:
    try:
        mode = key_file.stat().st_mode
        key = key_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UserError(f"{path}: key_file {key_file} cannot be read ({reason}).") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UserError(f"{path}: others may read the key: chmod 600 {key_file}")
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise UserError(f"{path}: key_file {key_file} must hold one line, the key alone.")
