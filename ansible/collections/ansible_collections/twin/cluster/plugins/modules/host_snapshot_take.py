#!/usr/bin/python
"""Ansible's module host_snapshot_take."""

from __future__ import annotations

DOCUMENTATION = r"""
module: host_snapshot_take
short_description: Notes once what a machine was like before the cluster came
description:
  - Writes packages, users, units, paths, settings of the kernel and rules of the firewall to
    C(/var/lib/twin-found), with copies of files. An existing record is never changed.
options:
  copies:
    description: Files and directories of which a copy is kept.
    type: list
    elements: str
    required: true
  traces:
    description: Where one of these exists, the cluster was there first; nothing is noted then.
    type: list
    elements: path
    required: true
author: The project
"""

EXAMPLES = r"""
- name: Note what there is
  twin.cluster.host_snapshot_take:
    copies: [/etc/haproxy]
    traces: [/etc/twin]
"""

RETURN = r"""
noted:
  description: Whether there is a record now.
  type: bool
  returned: success
"""

import os  # noqa: E402 - Ansible wants the documentation first
from pathlib import Path  # noqa: E402

from ansible.module_utils.basic import AnsibleModule  # noqa: E402

from ..module_utils.host_snapshot.machine import Machine  # noqa: E402
from ..module_utils.host_snapshot.record import DIRECTORY, save, take  # noqa: E402


def main() -> None:
    """Note it."""
    module = AnsibleModule(
        argument_spec={
            "copies": {"type": "list", "elements": "str", "required": True},
            "traces": {"type": "list", "elements": "path", "required": True},
        },
        supports_check_mode=True,
    )
    noted = Path(DIRECTORY).exists()
    if noted or any(os.path.lexists(path) for path in module.params["traces"]):
        module.exit_json(changed=False, noted=noted)
    if not module.check_mode:
        save(take(Machine()), module.params["copies"])
    module.exit_json(changed=True, noted=not module.check_mode)


if __name__ == "__main__":
    main()
