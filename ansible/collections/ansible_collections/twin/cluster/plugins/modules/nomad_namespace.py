#!/usr/bin/python
"""Ansible's module nomad_namespace."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nomad_namespace
short_description: Makes a namespace of Nomad where it is missing
description:
  - One that is there is left as it is. It takes a management token.
options:
  api:
    description: How to reach Nomad, as for M(twin.cluster.nomad_deploy).
    type: dict
    required: true
  name:
    description: The namespace.
    type: str
    required: true
  description:
    description: What it is for.
    type: str
    default: ""
author: The project
"""

EXAMPLES = r"""
- name: Make a place for creative experts
  twin.cluster.nomad_namespace:
    api: "{{ nomad_jobs_nomad_api }}"
    name: creative
"""

RETURN = r"""
"""

from ansible.module_utils.basic import AnsibleModule  # noqa: E402

from ..module_utils.cluster_api import API_SPEC, Api, ApiError  # noqa: E402


def main() -> None:
    """Make it."""
    module = AnsibleModule(
        argument_spec={
            "api": {"type": "dict", "required": True, "options": API_SPEC},
            "name": {"type": "str", "required": True},
            "description": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )
    name = module.params["name"]
    try:
        nomad = Api("nomad", module.params["api"])
        missing = nomad.get(f"/v1/namespace/{name}") is None
        if missing and not module.check_mode:
            body = {"Name": name, "Description": module.params["description"]}
            nomad.call("POST", f"/v1/namespace/{name}", body)
    except ApiError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=missing)


if __name__ == "__main__":
    main()
