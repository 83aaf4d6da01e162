"""Expert profiles: the YAML file beside each persona, read again when it has changed."""

from collections.abc import Mapping
from pathlib import Path

from loguru import logger
from pydantic import BaseModel, ConfigDict, Field

from pipecatapp.errors import UserError
from pipecatapp.experts.expert import LONGEST_DESCRIPTION, SUFFIX
from pipecatapp.runtime.yaml_file import read_yaml

FEWEST_EXAMPLES = 5
"""So many examples are enough to learn from."""

Stamp = tuple[tuple[str, int, int], ...]


class ExpertProfile(BaseModel):
    """What an expert is for: the YAML file beside its persona."""

    model_config = ConfigDict(extra="forbid", strict=True)

    description: str = Field(min_length=1, max_length=LONGEST_DESCRIPTION)
    examples: list[str] = Field(min_length=FEWEST_EXAMPLES)


class ExpertProfiles:
    """The profiles among the prompts; one without a persona does not count."""

    def __init__(self, prompts: Path):
        """Read them.

        Args:
            prompts: The directory of NAME_expert.txt and NAME_expert.yaml.

        Raises:
            UserError: A file cannot be used; the message says why.
        """
        self._prompts = prompts
        self._stamp = _stamp(prompts)
        self._known = _read(prompts)

    def now(self) -> Mapping[str, ExpertProfile]:
        """Return the profiles as the files read now, by the experts' names.

        If a file has become unusable, the log says so once, and the last usable set remains.
        """
        stamp = _stamp(self._prompts)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._known = _read(self._prompts)
            except UserError as error:
                logger.error(f"{error} The experts are those of before.")
        return self._known

    def has_persona(self, name: str) -> bool:
        """Return whether the prompts have a persona for an expert."""
        return (self._prompts / f"{name}{SUFFIX}.txt").is_file()


def _read(prompts: Path) -> dict[str, ExpertProfile]:
    return {
        path.stem.removesuffix(SUFFIX): read_yaml(path, ExpertProfile)
        for path in sorted(prompts.glob(f"*{SUFFIX}.yaml"))
        if path.with_suffix(".txt").exists()
    }


def _stamp(prompts: Path) -> Stamp:
    """Return a stamp that changes when a file is added, removed or changed."""
    entries = []
    for path in sorted(prompts.glob(f"*{SUFFIX}.*")):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        entries.append((path.name, status.st_mtime_ns, status.st_size))
    return tuple(entries)
