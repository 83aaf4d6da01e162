"""What an expert is, and where it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SUFFIX = "_expert"
EXPERT_NAME = r"[a-z0-9][a-z0-9_-]{0,39}"
LONGEST_DESCRIPTION = 200


@dataclass(frozen=True)
class ExpertInstance:
    """A server that answers for an expert.

    Attributes:
        url: Base URL of its OpenAI-compatible API, with `/v1`.
        node: On which node it runs; empty where that is not known.
        healthy: Whether it passes its checks.
        asleep: Whether it has to be woken first; it is sent nothing but what is to wake it.
        slots: How many prompts it keeps; None where only the server itself can say.
        key_file: The file of the key that it asks for.
        external: Whether it is somebody else's, and no llama-server of this house.
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
    """The servers of one expert, and what they say of themselves.

    Attributes:
        instances: Those that can be asked, in the order of their URLs.
        model: Its name, as requests name it.
        context: Tokens of context of each prompt; None where it does not say.
        description: What it is for, where it says so itself.
    """

    instances: tuple[ExpertInstance, ...]
    model: str | None = None
    context: int | None = None
    description: str | None = None

    @classmethod
    def of(cls, instances: tuple[ExpertInstance, ...], meta: Mapping[str, str]) -> "Service":
        """Return a service with the meta `model`, `ctx` and, where there is one, `description`."""
        context = positive(meta.get("ctx"))
        about = _line(meta.get("description", "")) or None
        return cls(instances, _line(meta.get("model", "")) or None, context, about)


@dataclass(frozen=True)
class Expert:
    """A specialist.

    Attributes:
        name: Such as `coding`.
        description: What it is for, in a line.
        examples: What people say when they want it; none for one that came without.
        service: Its own servers; None where it shares the main one.
        persona_of_its_own: Whether there is a text that says who it is.
    """

    name: str
    description: str
    examples: tuple[str, ...] = ()
    service: Service | None = None
    persona_of_its_own: bool = True

    @property
    def persona(self) -> str:
        """The name of its persona's file, without `.txt`."""
        return f"{self.name}{SUFFIX}" if self.persona_of_its_own else GENERIC_PERSONA

    @property
    def asleep(self) -> bool:
        """Whether all of its servers have to be woken first."""
        return self.service is not None and all(one.asleep for one in self.service.instances)

    def shown(self) -> dict[str, object]:
        """Return what status says of it, JSON-ready."""
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
"""The persona's file for experts that came without: expert.txt, in which `{name}` and
`{description}` are filled in."""


def described(name: str, service: Service) -> str:
    """Return the description of an expert that has none of its own."""
    if service.description:
        return service.description
    with_model = f", with the model {service.model}" if service.model else ""
    return f"the specialist for {name.replace('-', ' ').replace('_', ' ')}{with_model}"


def positive(text: str | None) -> int | None:
    """Return a positive number that a text holds, or None."""
    number = int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
    return number or None


def _line(text: str) -> str:
    """Return a text as one short line that can stand in a prompt."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[
        :LONGEST_DESCRIPTION
    ]
