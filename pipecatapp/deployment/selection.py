"""The place that PIPECATAPP_MODE names."""

from pipecatapp.deployment.cluster import ClusterDeployment
from pipecatapp.deployment.deployment import Deployment
from pipecatapp.deployment.embedded import EmbeddedDeployment
from pipecatapp.settings import Settings


def choose_deployment(settings: Settings) -> Deployment:
    """Return where the agent runs."""
    return (
        ClusterDeployment(settings) if settings.mode == "cluster" else EmbeddedDeployment(settings)
    )
