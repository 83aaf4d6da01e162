"""The place that PIPECATAPP_MODE names."""

from pipecatapp.places.cluster import ClusterPlace
from pipecatapp.places.embedded import EmbeddedPlace
from pipecatapp.places.place import Place
from pipecatapp.settings import Settings


def choose_place(settings: Settings) -> Place:
    """Return where the agent runs."""
    return ClusterPlace(settings) if settings.mode == "cluster" else EmbeddedPlace(settings)
