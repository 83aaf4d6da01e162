"""One instance of a service, as Consul's health endpoint lists it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

MOST_SLOTS = 1024
"""More than any llama-server has: a larger number in a service's meta is a mistake."""


@dataclass(frozen=True)
class ServiceInstance:
    """Where an instance is, how it is, and what its job says of it.

    Attributes:
        url: Base URL, without a path.
        node: The name of the node that it runs on.
        healthy: Whether all its checks pass.
        tags: The service's tags.
        meta: The service's meta: model, ctx, job, slots and more.
    """

    url: str
    node: str
    healthy: bool = True
    tags: tuple[str, ...] = ()
    meta: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_entry(cls, entry: Mapping[str, Any]) -> Self:
        """Return the instance that an entry of `/v1/health/service/NAME` describes.

        The output of a check, which changes all the time, is left out, so that equal instances
        mean that nothing has changed.
        """
        service, node = entry["Service"], entry["Node"]
        host = service["Address"] or node["Address"]
        bracketed = f"[{host}]" if ":" in host else host
        return cls(
            url=f"http://{bracketed}:{service['Port']}",
            node=node["Node"],
            healthy=all(check["Status"] == "passing" for check in entry["Checks"]),
            tags=tuple(service["Tags"] or ()),
            meta=service["Meta"] or {},
        )

    @property
    def slots(self) -> int | None:
        """How many prompts its server keeps, or None where its job does not say."""
        text = self.meta.get("slots", "")
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
        return number if 1 <= number <= MOST_SLOTS else None
