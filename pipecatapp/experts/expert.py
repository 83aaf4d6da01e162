"""What an expert is, and where it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SUFFIX = "_expert"
EXPERT_NAME = r"[a-z0-9][a-z0-9_-]{0,39}"
LONGEST_DESCRIPTION = 200


@dataclass(frozen=True)
class ExpertInstance:
    """A server that answers as an expert.

    Attributes:
        url: Base URL of its OpenAI-compatible API, with `/v1`.
        node: The node that it runs on; empty if unknown.
        healthy: Whether it passes its checks.
        asleep: Whether its job sleeps. The first request wakes it, so that it gets no others.
        slots: How many prompts it keeps; None if only the server itself can tell.
        key_file: The file with the key that it asks for; None if it asks for none.
        external: Whether somebody else runs it. It is then no llama-server of this house.
        latency_ms: Milliseconds to its first token, a moving average; None before the first.
    """

    url: str
    node: str = ""
    healthy: bool = True
    asleep: bool = False
    slots: int | None = None
    key_file: Path | None = None
    external: bool = False
    latency_ms: float | None = None


@dataclass(frozen=True)
class Service:
    """The servers of one expert, and what they say about themselves.

    Attributes:
        instances: The servers, in the order of their URLs.
        model: The model's name in requests; None if unknown.
        context: Tokens that a prompt and its answer may take; None if unknown.
        description: What the expert is for; None if the servers do not say.
    """

    instances: tuple[ExpertInstance, ...]
    model: str | None = None
    context: int | None = None
    description: str | None = None

    @classmethod
    def of(cls, instances: tuple[ExpertInstance, ...], meta: Mapping[str, str]) -> "Service":
        """Return a service that its meta describes: `model`, `ctx` and `description`, if given."""
        context = positive(meta.get("ctx"))
        about = _line(meta.get("description", "")) or None
        return cls(instances, _line(meta.get("model", "")) or None, context, about)


@dataclass(frozen=True)
class Expert:
    """A model with a persona for a domain.

    Attributes:
        name: Such as `coding`.
        description: What it is for, in one line.
        examples: What people say when they want it; may be empty.
        service: Its own servers; None if it shares the main server.
        persona_of_its_own: Whether the prompts have a persona for it.
    """

    name: str
    description: str
    examples: tuple[str, ...] = ()
    service: Service | None = None
    persona_of_its_own: bool = True

    @property
    def persona(self) -> str:
        """The name of its persona file, without `.txt`."""
        return f"{self.name}{SUFFIX}" if self.persona_of_its_own else GENERIC_PERSONA

    @property
    def asleep(self) -> bool:
        """Whether all its servers are asleep."""
        return self.service is not None and all(one.asleep for one in self.service.instances)

    def status_fields(self) -> dict[str, object]:
        """Return what the status page shows of it, ready for JSON."""
        service = self.service or Service(())
        latencies = [one.latency_ms for one in service.instances if one.latency_ms is not None]
        return {
            "name": self.name,
            "description": self.description,
            "addresses": [one.url for one in service.instances],
            "model": service.model,
            "context": service.context,
            "state": "asleep" if self.asleep else "healthy",
            "shared": self.service is None,
            "latency_ms": round(min(latencies), 1) if latencies else None,
        }


GENERIC_PERSONA = "expert"
"""The persona file of experts without one of their own: expert.txt, in which `{name}` and
`{description}` are filled in."""


def described(name: str, service: Service) -> str:
    """Return the description of an expert that no profile describes."""
    if service.description:
        return service.description
    with_model = f", with the model {service.model}" if service.model else ""
    return f"the specialist for {name.replace('-', ' ').replace('_', ' ')}{with_model}"


def positive(text: str | None) -> int | None:
    """Return the positive number that a text holds, or None if it holds none."""
    number = int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
    return number or None


def _line(text: str) -> str:
    """Return a text as one short line that can stand in a prompt."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[
        :LONGEST_DESCRIPTION
    ]
