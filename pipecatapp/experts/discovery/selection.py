"""Chooses the directory of experts by PIPECATAPP_MODE."""

from pipecatapp.experts.discovery.consul import ConsulDirectory
from pipecatapp.experts.discovery.directory import Directory
from pipecatapp.experts.discovery.external import external_experts
from pipecatapp.experts.discovery.local import LocalDirectory
from pipecatapp.settings import Settings


def choose_directory(settings: Settings) -> Directory:
    """Return the directory in which the agent finds its experts.

    Raises:
        UserError: A prompt, a setting or the file of external experts cannot be used.
    """
    external = external_experts(settings.external_experts)
    if settings.mode == "cluster":
        return ConsulDirectory(settings, external)
    return LocalDirectory.of(settings, external)
