#!/usr/bin/python
"""Ansible's module host_snapshot_restore."""

from __future__ import annotations

DOCUMENTATION = r"""
module: host_snapshot_restore
short_description: Restores what one role changed on a machine
description:
  - What was not there before is stopped, unmounted and removed. What was there gets back its
    earlier contents and state, from the record of M(twin.cluster.host_snapshot_take). Without a
    record the packages stay.
options:
  units:
    description: Units that the role starts.
    type: list
    elements: str
    default: []
  cgroups:
    description: Regular expression; processes whose cgroup it matches are killed.
    type: str
    default: ""
  firewall:
    description: Whether rules of Docker and Nomad are removed.
    type: bool
    default: false
  links:
    description: Network interfaces.
    type: list
    elements: str
    default: []
  packages:
    description: Debian packages that the role asks for.
    type: list
    elements: str
    default: []
  paths:
    description: Files and directories that the role makes or writes over.
    type: list
    elements: path
    default: []
  sysctl:
    description: Names of settings of the kernel.
    type: list
    elements: str
    default: []
  modules:
    description: Kernel modules.
    type: list
    elements: str
    default: []
  users:
    description: Users.
    type: list
    elements: str
    default: []
  groups:
    description: Groups.
    type: list
    elements: str
    default: []
author: The project
"""

EXAMPLES = r"""
- name: Take Consul away
  twin.cluster.host_snapshot_restore:
    units: [consul.service]
    paths: [/etc/consul.d, /opt/consul, /etc/systemd/system/consul.service]
    users: [consul]
    groups: [consul]
"""

RETURN = r"""
done:
  description: What was done, one line each.
  type: list
  elements: str
  returned: success
left:
  description: What had to stay, and why, one line each.
  type: list
  elements: str
  returned: success
"""

from typing import Any  # noqa: E402 - Ansible wants the documentation first

from ansible.module_utils.basic import AnsibleModule  # noqa: E402

from ..module_utils.host_snapshot import (  # noqa: E402
    network,
    packages,
    paths,
    record,
    services,
)
from ..module_utils.host_snapshot.machine import Machine, SnapshotError  # noqa: E402

LISTS = ("units", "links", "packages", "paths", "sysctl", "modules", "users", "groups")


def restore(machine: Machine, wanted: dict[str, Any]) -> None:
    """Put the machine back, what runs first, what it ran as last."""
    before = record.load()
    services.stop(machine, before, wanted["units"])
    if wanted["cgroups"]:
        services.kill_groups(machine, wanted["cgroups"])
    if wanted["firewall"]:
        network.clear_firewall(machine, before)
    network.remove_links(machine, before, wanted["links"])
    packages.purge(machine, before, wanted["packages"])
    ours = paths.Paths(machine, before)
    for path in wanted["paths"]:
        ours.take_away(path)
    network.restore_settings(machine, before, wanted["sysctl"])
    network.unload(machine, before, wanted["modules"])
    if machine.done:
        machine.do("systemd reads its units again", "systemctl", "daemon-reload")
        machine.do("forgot failures", "systemctl", "reset-failed", *wanted["units"], check=False)
    services.resume(machine, before, wanted["units"], bool(machine.done))
    services.remove_users(machine, before, wanted["users"])
    services.remove_groups(machine, before, wanted["groups"])


def main() -> None:
    """Put it back."""
    spec: dict[str, Any] = {
        name: {
            "type": "list",
            "elements": "path" if name == "paths" else "str",
            "default": [],
        }
        for name in LISTS
    }
    spec["cgroups"] = {"type": "str", "default": ""}
    spec["firewall"] = {"type": "bool", "default": False}
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    machine = Machine(dry=module.check_mode)
    try:
        restore(machine, module.params)
    except (SnapshotError, OSError) as error:
        module.fail_json(msg=str(error), done=machine.done, left=machine.left)
    module.exit_json(changed=bool(machine.done), done=machine.done, left=machine.left)


if __name__ == "__main__":
    main()
