"""Which experts exist. Each has a persona, and says in examples what it is to be asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from pipecatapp.runtime.yaml_file import read_yaml

SUFFIX = "_expert"


class Calling(BaseModel):
    """What an expert is for: the YAML file beside its persona."""

    model_config = ConfigDict(extra="forbid", strict=True)

    description: str = Field(min_length=1, max_length=200)
    examples: list[str] = Field(min_length=5)


@dataclass(frozen=True)
class Expert:
    """A specialist.

    Attributes:
        name: Such as `coding`.
        description: What it is for, in a line.
        examples: What people say when they want it, at least five.
    """

    name: str
    description: str
    examples: tuple[str, ...]

    @property
    def persona(self) -> str:
        """The name of its persona's file, without `.txt`."""
        return f"{self.name}{SUFFIX}"


class ExpertDirectory(Protocol):
    """Knows the experts that exist now."""

    def experts(self) -> list[Expert]:
        """Return them in the order of their names."""


class LocalDirectory:
    """The experts of one machine: all that have a persona and a calling among the prompts.

    They share the main llama-server, each with its own persona.
    """

    def __init__(self, prompts: Path):
        """Look for experts in a directory of personas.

        Args:
            prompts: Where NAME_expert.txt and NAME_expert.yaml are.

        Raises:
            UserError: A file cannot be used; the message says what is wrong with it.
        """
        self._experts = [
            _expert(path)
            for path in sorted(prompts.glob(f"*{SUFFIX}.yaml"))
            if path.with_suffix(".txt").exists()
        ]

    def experts(self) -> list[Expert]:
        """Return them in the order of their names."""
        return self._experts


def _expert(path: Path) -> Expert:
    calling = read_yaml(path, Calling)
    name = path.stem.removesuffix(SUFFIX)
    return Expert(name, calling.description, tuple(calling.examples))
