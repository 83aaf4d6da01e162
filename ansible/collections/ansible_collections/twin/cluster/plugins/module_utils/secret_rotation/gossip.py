"""Gossip keys of Consul and Nomad: a new one is used beside the old one, then the old one goes."""

from __future__ import annotations

import time
from typing import Any

from ..cluster_api import Api, ApiError

LISTING = {"consul": "consul keyring -list", "nomad": "nomad operator gossip keyring list"}
PATIENCE = 60.0  # seconds until every member is to know a key


def use(kind: str, api: Api, key: str) -> bool:
    """Have all members know a key and send with it; return whether they did not.

    Raises:
        ApiError: A member did not learn it.
    """
    changed = any(key not in ring["Keys"] for ring in rings(kind, api))
    if changed:
        _change(kind, api, "install", key)
    _all_know(kind, api, key)
    _change(kind, api, "use", key)
    return changed


def keep_only(kind: str, api: Api, key: str) -> int:
    """Remove all other keys from all members; return how many.

    Raises:
        ApiError: A member still has one.
    """
    others = {other for ring in rings(kind, api) for other in ring["Keys"]} - {key}
    for other in others:
        _change(kind, api, "remove", other)
    end = time.monotonic() + PATIENCE
    while any(set(ring["Keys"]) != {key} for ring in rings(kind, api)):
        if time.monotonic() > end:
            raise ApiError(f"{kind}: a member still has an old gossip key; run this again.")
        time.sleep(1)  # members can only be asked
    return len(others)


def rings(kind: str, api: Api) -> list[dict[str, Any]]:
    """Return what keys members have: Keys (key: how many have it), and NumNodes."""
    if kind == "nomad":
        found = api.call("GET", "/v1/agent/keyring/list")
        return [found]
    found_all: list[dict[str, Any]] = api.call("GET", "/v1/operator/keyring")
    return found_all


def _all_know(kind: str, api: Api, key: str) -> None:
    end = time.monotonic() + PATIENCE
    while any(ring["Keys"].get(key, 0) < ring["NumNodes"] for ring in rings(kind, api)):
        if time.monotonic() > end:
            raise ApiError(
                f"{kind}: not every member knows the new gossip key ({LISTING[kind]} shows how "
                "many do). The old one goes on to be used; run this again."
            )
        time.sleep(1)  # members can only be asked


def _change(kind: str, api: Api, action: str, key: str) -> None:
    if kind == "nomad":
        answer = api.call("PUT", f"/v1/agent/keyring/{action}", {"Key": key})
        if answer.get("Messages"):
            raise ApiError(f"nomad: gossip key, {action}: {answer['Messages']}")
        return
    method = {"install": "POST", "use": "PUT", "remove": "DELETE"}[action]
    api.call(method, "/v1/operator/keyring", {"Key": key})
