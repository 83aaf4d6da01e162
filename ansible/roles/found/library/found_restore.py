#!/usr/bin/python
"""Ansible's module found_restore."""

from __future__ import annotations

DOCUMENTATION = r"""
module: found_restore
short_description: Lets a machine be as it was found, in what one role changed
description:
  - What was not there before is stopped, unmounted and removed; what was is given its contents and
    its state of before, out of the record that M(found_take) made. Without a record the packages
    stay.
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
  found_restore:
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

from ansible.module_utils import (  # noqa: E402
    found_network,
    found_packages,
    found_paths,
    found_record,
    found_services,
)
from ansible.module_utils.basic import AnsibleModule  # noqa: E402
from ansible.module_utils.found_machine import FoundError, Machine  # noqa: E402

LISTS = ("units", "links", "packages", "paths", "sysctl", "modules", "users", "groups")


def restore(machine: Machine, wanted: dict[str, Any]) -> None:
    """Put the machine back, what runs first, what it ran as last."""
    record = found_record.load()
    found_services.stop(machine, record, wanted["units"])
    if wanted["cgroups"]:
        found_services.kill_groups(machine, wanted["cgroups"])
    if wanted["firewall"]:
        found_network.clear_firewall(machine, record)
    found_network.remove_links(machine, record, wanted["links"])
    found_packages.purge(machine, record, wanted["packages"])
    paths = found_paths.Paths(machine, record)
    for path in wanted["paths"]:
        paths.take_away(path)
    found_network.restore_settings(machine, record, wanted["sysctl"])
    found_network.unload(machine, record, wanted["modules"])
    if machine.done:
        machine.do("systemd reads its units again", "systemctl", "daemon-reload")
        machine.do("forgot failures", "systemctl", "reset-failed", *wanted["units"], check=False)
    found_services.resume(machine, record, wanted["units"], bool(machine.done))
    found_services.remove_users(machine, record, wanted["users"])
    found_services.remove_groups(machine, record, wanted["groups"])


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
    except (FoundError, OSError) as error:
        module.fail_json(msg=str(error), done=machine.done, left=machine.left)
    module.exit_json(changed=bool(machine.done), done=machine.done, left=machine.left)


if __name__ == "__main__":
    main()
