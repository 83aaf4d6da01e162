"""The place that PIPECATAPP_MODE names."""

from pipecatapp.deployment.cluster import ClusterPlace
from pipecatapp.deployment.embedded import EmbeddedPlace
from pipecatapp.deployment.deployment import Place
from pipecatapp.settings import Settings


def choose_place(settings: Settings) -> Place:
    """Return where the agent runs."""
    return ClusterPlace(settings) if settings.mode == "cluster" else EmbeddedPlace(settings)
