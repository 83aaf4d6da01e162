#!/usr/bin/python
"""Ansible's module secret_rotation_registrations."""

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_rotation_registrations
short_description: Has services registered anew that Consul knows by an old token
description:
  - Runs on a node. Consul keeps the token of each registration, and reports the service's health by
    it. Services that were registered with an old token are withdrawn; Nomad registers them again
    within half a minute, with the token that it has now. The module waits for that.
options:
  data_directory:
    description: Where Consul keeps its state.
    type: path
    required: true
  address:
    description: Consul's API on this node.
    type: str
    default: http://127.0.0.1:8500
  token:
    description: A token that may withdraw services.
    type: str
    required: true
  old:
    description: The old tokens.
    type: list
    elements: str
    required: true
  seconds:
    description: How long Nomad may take.
    type: int
    default: 90
author: The project
"""

EXAMPLES = r"""
- name: Have services registered with the token that stays
  twin.cluster.secret_rotation_registrations:
    data_directory: /opt/consul/data
    token: "{{ operator }}"
    old: "{{ tokens }}"
"""

RETURN = r"""
services:
  description: The services that were registered with an old token.
  type: list
  elements: str
  returned: success
"""

import json  # noqa: E402 - Ansible wants the documentation first
import time  # noqa: E402
import urllib.error  # noqa: E402
import urllib.parse  # noqa: E402
import urllib.request  # noqa: E402
from pathlib import Path  # noqa: E402

from ansible.module_utils.basic import AnsibleModule  # noqa: E402


def registrations(data_directory: Path) -> dict[str, str]:
    """Return the token of each service that is registered on this node."""
    tokens = {}
    for file in (data_directory / "services").glob("*"):
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # being written or withdrawn just now
        tokens[kept["Service"]["ID"]] = kept.get("Token", "")
    return tokens


def stale(data_directory: Path, old: list[str]) -> list[str]:
    """Return the services that are registered with an old token."""
    return [name for name, token in registrations(data_directory).items() if token in old]


def withdraw(address: str, token: str, service: str) -> None:
    """Have Consul forget a service.

    Raises:
        OSError: It does not.
    """
    path = "/v1/agent/service/deregister/" + urllib.parse.quote(service, safe="")
    request = urllib.request.Request(  # noqa: S310 - the node's own Consul
        address + path, method="PUT", headers={"X-Consul-Token": token}
    )
    try:
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - as above
            pass
    except urllib.error.HTTPError as error:
        if error.code != 404:  # it has gone by itself
            raise


def main() -> None:
    """Withdraw, and wait until all are there again."""
    module = AnsibleModule(
        argument_spec={
            "data_directory": {"type": "path", "required": True},
            "address": {"type": "str", "default": "http://127.0.0.1:8500"},
            "token": {"type": "str", "required": True, "no_log": True},
            "old": {"type": "list", "elements": "str", "required": True, "no_log": True},
            "seconds": {"type": "int", "default": 90},
        }
    )
    options = module.params
    directory, end = Path(options["data_directory"]), time.monotonic() + options["seconds"]
    found = stale(directory, options["old"])
    try:
        for service in found:
            withdraw(options["address"], options["token"], service)
    except OSError as error:
        module.fail_json(msg=f"Consul does not withdraw a service: {error}")
    # One whose job has ended meanwhile does not come back.
    while set(found) - set(registrations(directory)) and time.monotonic() < end:
        time.sleep(1)  # Consul's files can only be looked at
    module.exit_json(changed=bool(found), services=found)


if __name__ == "__main__":
    main()
