"""Tokens of Consul and Nomad: new ones with the rights of the old ones, then the old ones go."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from ..cluster_api import Api, ApiError
from .files import NEXT, OLD, read, replaced, write

# What filter to_uuid makes of a secret: the role consul names tokens by it.
NAMESPACE = uuid.UUID("361E6D51-FAEC-444A-9079-341386DA8E2E")
CONSUL_RIGHTS = (
    "Description",
    "Policies",
    "Roles",
    "ServiceIdentities",
    "NodeIdentities",
    "TemplatedPolicies",
)
UNKNOWN = (401, 403, 404)  # how they say that they do not know a token


def api(kind: str, options: dict[str, Any], token: Path) -> Api:
    """Return the API as the holder of a token."""
    return Api(kind, {**options, "token_file": str(token)})


def holder(kind: str, options: dict[str, Any], token: Path) -> dict[str, Any] | None:
    """Return what Consul or Nomad knows of a token; None: it refuses it."""
    try:
        known: dict[str, Any] = api(kind, options, token).call("GET", "/v1/acl/token/self")
    except ApiError as error:
        if error.status in UNKNOWN:
            return None
        raise
    return known


def grant(kind: str, options: dict[str, Any], directory: Path) -> list[str]:
    """Make a token for each that is on disk, with its rights, and return their names.

    Those that have been made, or replaced, are left alone. A token that is on disk and is not known
    (of a machine that was taken away) gets no other.

    Raises:
        ApiError: Refused, or nobody answers.
    """
    management = api(kind, options, directory / f"{kind}_management.token")
    made = []
    for current in sorted(directory.glob(f"{kind}_*.token")):
        new = directory / NEXT / current.name
        if replaced(directory, current.name):
            continue
        if new.exists() and holder(kind, options, new):
            continue
        rights = holder(kind, options, current)
        if rights is None:
            new.unlink(missing_ok=True)
        elif kind == "consul":
            _grant_consul(management, rights, read(new))
            made.append(current.name)
        else:
            write(new, _grant_nomad(management, rights, current.name) + "\n")
            made.append(current.name)
    return made


def revoke(kind: str, options: dict[str, Any], directory: Path) -> list[str]:
    """Delete the tokens that were replaced, the management token last; return their names.

    Raises:
        ApiError: Refused, or nobody answers.
    """
    management = api(kind, options, directory / f"{kind}_management.token")
    where = "/v1/acl/token"
    gone = []
    for old in sorted(
        (directory / OLD).glob(f"{kind}_*.token"), key=lambda path: "management" in path.name
    ):
        if known := holder(kind, options, old):
            _delete(management, kind, f"{where}/{known['AccessorID']}")
            gone.append(old.name)
    if kind == "nomad":
        gone += _sweep(management, options, directory)
    return gone


def _grant_consul(management: Api, rights: dict[str, Any], secret: str) -> None:
    body = {name: rights[name] for name in CONSUL_RIGHTS if rights.get(name)}
    accessor = str(uuid.uuid5(NAMESPACE, secret))
    management.call("PUT", "/v1/acl/token", {**body, "AccessorID": accessor, "SecretID": secret})


def _grant_nomad(management: Api, rights: dict[str, Any], file: str) -> str:
    """Make a token and return its secret, which is Nomad's to choose."""
    body: dict[str, Any] = {"Name": _nomad_name(file), "Type": rights["Type"]}
    if rights["Type"] == "client":
        body["Policies"] = rights["Policies"]
        body["Roles"] = rights.get("Roles")
    made: dict[str, Any] = management.call("POST", "/v1/acl/token", body)
    return str(made["SecretID"])


def _sweep(management: Api, options: dict[str, Any], directory: Path) -> list[str]:
    """Delete tokens of our names that nobody holds: made just before an interruption."""
    names, held = set(), set()
    for file in directory.glob("nomad_*.token"):
        names.add(_nomad_name(file.name))
        if known := holder("nomad", options, file):
            held.add(known["AccessorID"])
    gone = []
    for token in management.call("GET", "/v1/acl/tokens"):
        if token["Name"] in names and token["AccessorID"] not in held:
            _delete(management, "nomad", f"/v1/acl/token/{token['AccessorID']}")
            gone.append(token["Name"])
    return gone


def _nomad_name(file: str) -> str:
    """Return the name that role nomad gives to the token of a file."""
    return "twin " + file.removeprefix("nomad_").removesuffix(".token")


def _delete(management: Api, kind: str, address: str) -> None:
    try:
        management.call("DELETE", address)
    except ApiError as error:
        if error.status != 404:
            raise ApiError(f"{kind}: an old token could not be deleted: {error}") from error
