"""Which experts exist now: those that the prompts name, and those that have servers."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from pipecatapp.experts.discovery.profiles import FEWEST_EXAMPLES, ExpertProfile, ExpertProfiles
from pipecatapp.experts.expert import Expert, Service, described

NEWEST = 0.3
"""The weight of the newest figure in a moving average."""


class ExpertDirectory(Protocol):
    """Knows the experts that exist now."""

    async def start(self) -> None:
        """Begin to look for experts; what answers late is not waited for."""

    async def close(self) -> None:
        """Look no more."""

    def experts(self) -> list[Expert]:
        """Return those that can be asked, in the order of their names."""

    def listed(self) -> list[Expert]:
        """Return those that examples speak for, whether or not they can be asked just now."""

    @property
    def stale(self) -> str | None:
        """Why what is known may be old; None where it is not."""

    def took(self, url: str, seconds: float) -> None:
        """Take what a server needed for its first token."""


class Directory:
    """A directory of the experts that share the main server; others add those with servers.

    Names are the key: an expert of the prompts with a server of that name is one expert.
    """

    def __init__(self, prompts: Path, external: Mapping[str, Expert] | None = None):
        """Make a directory.

        Args:
            prompts: Where NAME_expert.txt and NAME_expert.yaml are.
            external: Experts that somebody else runs. A server of the house with the same name
                goes first.

        Raises:
            UserError: A file of the prompts cannot be used.
        """
        self._profiles = ExpertProfiles(prompts)
        self._external = external or {}
        self._latencies: dict[str, float] = {}

    async def start(self) -> None:
        """Begin to look for experts: there is nothing to look for."""

    async def close(self) -> None:
        """Look no more."""

    def services(self) -> Mapping[str, Service]:
        """Return the services that are there now, healthy or not, by the experts' names."""
        return {}

    @property
    def stale(self) -> str | None:
        """Why what is known may be old; None where it is not."""
        return None

    def took(self, url: str, seconds: float) -> None:
        """Take what a server needed for its first token."""
        newest, before = 1000 * seconds, self._latencies.get(url)
        average = newest if before is None else before + NEWEST * (newest - before)
        self._latencies[url] = average

    def experts(self) -> list[Expert]:
        """Return those that can be asked, in the order of their names."""
        profiles = self._profiles.now()
        usable = {n: found for n, s in self.services().items() if (found := self._usable(s))}
        names = sorted({*profiles, *usable, *self._external})
        return [self._expert(name, profiles.get(name), usable.get(name)) for name in names]

    def listed(self) -> list[Expert]:
        """Return those that examples speak for, whether or not they can be asked just now."""
        profiles = self._profiles.now()
        spoken_for = {n for n, e in self._external.items() if len(e.examples) >= FEWEST_EXAMPLES}
        names = sorted({*profiles, *spoken_for})
        return [self._expert(name, profiles.get(name), None) for name in names]

    def _usable(self, service: Service) -> Service | None:
        """Return a service with the servers that can be asked, with their latencies, if any."""
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
