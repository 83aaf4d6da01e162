#!/usr/bin/python
"""Ansible's module cluster_query."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_query
short_description: Reads from Nomad's or Consul's API
description:
  - Reads addresses of the API from the first controller that answers, and tells which that was.
options:
  api:
    description: How to reach it, as for M(twin.cluster.nomad_deploy).
    type: dict
    required: true
  kind:
    description: Whose API it is.
    type: str
    choices: [nomad, consul]
    required: true
  paths:
    description: Names, and the path to read under each.
    type: dict
    required: true
author: The project
"""

EXAMPLES = r"""
- name: Ask for the nodes
  twin.cluster.cluster_query:
    api: "{{ nomad_jobs_nomad_api }}"
    kind: nomad
    paths:
      nodes: /v1/nodes
  register: nomad_jobs_found
"""

RETURN = r"""
addresses:
  description: The controllers' addresses, that which answered first.
  type: list
  elements: str
  returned: success
found:
  description: What was read, by the names given; none where there is nothing.
  type: dict
  returned: success
"""

from urllib.parse import parse_qsl, urlsplit  # noqa: E402 - Ansible wants the documentation first

from ansible.module_utils.basic import AnsibleModule  # noqa: E402

from ..module_utils.cluster_api import API_SPEC, Api, ApiError  # noqa: E402


def main() -> None:
    """Read."""
    module = AnsibleModule(
        argument_spec={
            "api": {"type": "dict", "required": True, "options": API_SPEC},
            "kind": {"choices": ["nomad", "consul"], "required": True},
            "paths": {"type": "dict", "required": True},
        },
        supports_check_mode=True,
    )
    options = module.params
    try:
        api = Api(options["kind"], options["api"])
        found = {}
        for name, path in options["paths"].items():
            parts = urlsplit(path)
            found[name] = api.get(parts.path, **dict(parse_qsl(parts.query)))
    except ApiError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, addresses=api.addresses, found=found)


if __name__ == "__main__":
    main()
