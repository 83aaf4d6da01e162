"""Chooses the deployment that PIPECATAPP_MODE names."""

from pipecatapp.deployment.cluster import ClusterDeployment
from pipecatapp.deployment.deployment import Deployment
from pipecatapp.deployment.embedded import EmbeddedDeployment
from pipecatapp.settings import Settings


def choose_deployment(settings: Settings) -> Deployment:
    """Return the deployment for `settings.mode`."""
    if settings.mode == "cluster":
        return ClusterDeployment(settings)
    return EmbeddedDeployment(settings)
