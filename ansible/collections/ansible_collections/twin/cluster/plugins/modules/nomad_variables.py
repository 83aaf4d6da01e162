#!/usr/bin/python
"""Ansible's module nomad_variables."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nomad_variables
short_description: Keeps secrets that jobs read in a variable of Nomad
description:
  - Writes a variable of Nomad where it differs, other items of it stay.
  - Values are read from files, so that no argument and no log holds them.
options:
  api:
    description: How to reach Nomad, as for M(twin.cluster.nomad_deploy).
    type: dict
    required: true
  path:
    description: The variable's path, such as V(nomad/jobs/pipecat-app).
    type: str
    required: true
  namespace:
    description: The namespace of the jobs that read it.
    type: str
    default: default
  files:
    description: The items' names, and the file that holds each one's value.
    type: dict
    required: true
author: The project
"""

EXAMPLES = r"""
- name: Give the experts their key
  twin.cluster.nomad_variables:
    api: "{{ nomad_jobs_nomad_api }}"
    path: nomad/jobs
    files:
      llama_api_key: ~/.config/twin/llama_api_key
"""

RETURN = r"""#"""

from pathlib import Path  # noqa: E402 - Ansible wants the documentation first
from typing import Any  # noqa: E402

from ansible.module_utils.basic import AnsibleModule  # noqa: E402

from ..module_utils.cluster_api import API_SPEC, Api, ApiError  # noqa: E402


def write(
    nomad: Api, path: str, namespace: str, items: dict[str, str], check: bool = False
) -> bool:
    """Give a variable these items; return whether it had others.

    Raises:
        ApiError: Nomad refuses it, or somebody else changed it at the same time.
    """
    address = f"/v1/var/{path}"
    before: dict[str, Any] = nomad.get(address, namespace=namespace) or {}
    held = before.get("Items") or {}
    if held | items == held:
        return False
    if not check:
        body = {"Path": path, "Namespace": namespace, "Items": held | items}
        query = {"namespace": namespace, "cas": str(before.get("ModifyIndex", 0))}
        nomad.call("PUT", address, body, query)
    return True


def main() -> None:
    """Write the variable."""
    module = AnsibleModule(
        argument_spec={
            "api": {"type": "dict", "required": True, "options": API_SPEC},
            "path": {"type": "str", "required": True},
            "namespace": {"type": "str", "default": "default"},
            "files": {"type": "dict", "required": True},
        },
        supports_check_mode=True,
    )
    options = module.params
    try:
        items = {
            name: Path(file).expanduser().read_text(encoding="utf-8").strip()
            for name, file in options["files"].items()
        }
        nomad = Api("nomad", options["api"])
        changed = write(nomad, options["path"], options["namespace"], items, module.check_mode)
    except (ApiError, OSError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=changed)


if __name__ == "__main__":
    main()
