#!/usr/bin/python
"""Ansible's module secret_rotation_proof."""

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_rotation_proof
short_description: Asks whether old secrets are refused and new ones serve
description:
  - Fails with all that is wrong. Nothing is changed.
options:
  directory:
    description: The credentials.
    type: path
    required: true
  apis:
    description: How to reach each of nomad and consul, as for M(twin.cluster.nomad_deploy).
    type: dict
    required: true
  rotate:
    description: The kinds of secrets of this rotation.
    type: list
    elements: str
    required: true
  nodes:
    description: Addresses of all machines, by name.
    type: dict
    required: true
  controllers:
    description: Names of the controllers.
    type: list
    elements: str
    required: true
  page_port:
    description: The page's port with TLS.
    type: int
    default: 8443
  seconds:
    description: How long servers may take to show another certificate.
    type: int
    default: 60
author: The project
"""

EXAMPLES = r"""
- name: Old secrets are refused
  twin.cluster.secret_rotation_proof:
    directory: ~/.config/twin
    apis:
      consul: "{{ nomad_jobs_consul_api }}"
      nomad: "{{ nomad_jobs_nomad_api }}"
    rotate: [gossip, tokens]
    nodes: { node1: 192.168.1.11 }
    controllers: [node1]
"""

RETURN = r"""#"""

from pathlib import Path  # noqa: E402 - Ansible wants the documentation first

from ansible.module_utils.basic import AnsibleModule  # noqa: E402

from ..module_utils.cluster_api import APIS_SPEC, ApiError  # noqa: E402
from ..module_utils.secret_rotation import proof  # noqa: E402
from ..module_utils.secret_rotation.tokens import api  # noqa: E402


def main() -> None:
    """Ask whether old secrets are refused and new ones serve."""
    module = AnsibleModule(
        argument_spec={
            "directory": {"type": "path", "required": True},
            "apis": APIS_SPEC,
            "rotate": {"type": "list", "elements": "str", "required": True},
            "nodes": {"type": "dict", "required": True},
            "controllers": {"type": "list", "elements": "str", "required": True},
            "page_port": {"type": "int", "default": 8443},
            "seconds": {"type": "int", "default": 60},
        }
    )
    options = module.params
    directory = Path(options["directory"]).expanduser()
    nodes, rotate = options["nodes"], options["rotate"]
    leading = {name: nodes[name] for name in options["controllers"]}
    wrong = []
    try:
        for kind in ("consul", "nomad"):
            reached = options["apis"][kind]
            operator = api(kind, reached, directory / f"{kind}_operator.token")
            if "tokens" in rotate:
                wrong += proof.tokens(kind, reached, directory)
            if "gossip" in rotate:
                wrong += proof.gossip(kind, operator, directory)
        if "certificates" in rotate:
            page, patience = options["page_port"], options["seconds"]
            wrong += proof.certificates(directory, nodes, [8501], page, patience)
            wrong += proof.certificates(directory, leading, [4646], 0, patience)
        if "tokens" in rotate:
            wrong += proof.copy_key(directory, nodes)
        wrong += proof.environment(directory)
    except (ApiError, OSError) as error:
        module.fail_json(msg=str(error))
    if wrong:
        module.fail_json(msg="Run this again. " + "; ".join(wrong))
    module.exit_json(changed=False)


if __name__ == "__main__":
    main()
