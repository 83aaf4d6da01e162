"""The experts that exist now: those with a profile among the prompts, and those with servers."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from pipecatapp.experts.discovery.profiles import FEWEST_EXAMPLES, ExpertProfile, ExpertProfiles
from pipecatapp.experts.expert import Expert, Service, described

NEWEST = 0.3
"""The weight of the newest latency in the moving average."""


class ExpertDirectory(Protocol):
    """Knows which experts exist now."""

    async def start(self) -> None:
        """Begin to look for experts, without waiting for slow answers."""

    async def close(self) -> None:
        """Stop looking."""

    def experts(self) -> list[Expert]:
        """Return the experts that can be asked, in the order of their names."""

    def listed(self) -> list[Expert]:
        """Return the experts with enough examples to learn from, even those that are away."""

    @property
    def stale(self) -> str | None:
        """Why the directory may be out of date; None if it is not."""

    def record_latency(self, url: str, seconds: float) -> None:
        """Record how long a server took for its first token."""


class Directory:
    """A directory of the experts that share the main server; subclasses add those with servers.

    A profile and a server of the same name make one expert.
    """

    def __init__(self, prompts: Path, external: Mapping[str, Expert] | None = None):
        """Make a directory.

        Args:
            prompts: The directory of NAME_expert.txt and NAME_expert.yaml.
            external: Experts that somebody else runs, by name. A server of the house with the same
                name takes precedence.

        Raises:
            UserError: A file of the prompts cannot be used.
        """
        self._profiles = ExpertProfiles(prompts)
        self._external = external or {}
        self._latencies: dict[str, float] = {}

    async def start(self) -> None:
        """Do nothing: the profiles are read already."""

    async def close(self) -> None:
        """Stop looking."""

    def services(self) -> Mapping[str, Service]:
        """Return the services that exist now, healthy or not, by the experts' names."""
        return {}

    @property
    def stale(self) -> str | None:
        """Why the directory may be out of date; None if it is not."""
        return None

    def record_latency(self, url: str, seconds: float) -> None:
        """Record how long a server took for its first token."""
        newest, before = 1000 * seconds, self._latencies.get(url)
        average = newest if before is None else before + NEWEST * (newest - before)
        self._latencies[url] = average

    def experts(self) -> list[Expert]:
        """Return the experts that can be asked, in the order of their names."""
        profiles = self._profiles.now()
        usable = {n: found for n, s in self.services().items() if (found := self._usable(s))}
        names = sorted({*profiles, *usable, *self._external})
        return [self._expert(name, profiles.get(name), usable.get(name)) for name in names]

    def listed(self) -> list[Expert]:
        """Return the experts with enough examples to learn from, even those that are away."""
        profiles = self._profiles.now()
        exemplified = {n for n, e in self._external.items() if len(e.examples) >= FEWEST_EXAMPLES}
        names = sorted({*profiles, *exemplified})
        return [self._expert(name, profiles.get(name), None) for name in names]

    def _usable(self, service: Service) -> Service | None:
        """Return a service with the servers that can be asked; None if there is none."""
        instances = tuple(
            replace(one, latency_ms=self._latencies.get(one.url))
            for one in service.instances
            if one.healthy or one.asleep
        )
        return replace(service, instances=instances) if instances else None

    def _expert(self, name: str, profile: ExpertProfile | None, service: Service | None) -> Expert:
        external = self._external.get(name)
        if service is None and external and external.service:
            service = self._usable(external.service)
        persona = profile is not None or self._profiles.has_persona(name)
        if profile:
            about, examples = profile.description, tuple(profile.examples)
        elif external:
            about, examples = external.description, external.examples
        else:
            about, examples = described(name, service or Service(())), ()
        return Expert(name, about, examples, service, persona)
