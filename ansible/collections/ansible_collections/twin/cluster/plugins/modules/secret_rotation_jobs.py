#!/usr/bin/python
"""Ansible's module secret_rotation_jobs."""

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_rotation_jobs
short_description: Gives jobs new secrets and waits until they run with them
description:
  - Old secrets in variables of Nomad that jobs can read are replaced, in every namespace. Tasks
    that read them start anew by themselves.
options:
  directory:
    description: The credentials.
    type: path
    required: true
  apis:
    description: How to reach each of nomad and consul, as for M(twin.cluster.nomad_deploy).
    type: dict
    required: true
  seconds:
    description: How long to wait for them.
    type: int
    default: 600
author: The project
"""

EXAMPLES = r"""
- name: Give jobs the new keys and tokens
  twin.cluster.secret_rotation_jobs:
    directory: ~/.config/twin
    apis:
      consul: "{{ nomad_jobs_consul_api }}"
      nomad: "{{ nomad_jobs_nomad_api }}"
"""

RETURN = r"""
written:
  description: The variables that were written, with their namespaces.
  type: list
  elements: str
  returned: success
"""

from pathlib import Path  # noqa: E402 - Ansible wants the documentation first

from ansible.module_utils.basic import AnsibleModule  # noqa: E402

from ..module_utils.cluster_api import APIS_SPEC, ApiError  # noqa: E402
from ..module_utils.secret_rotation import jobs  # noqa: E402
from ..module_utils.secret_rotation.tokens import api  # noqa: E402


def main() -> None:
    """Give jobs new secrets, and wait until they run with them."""
    module = AnsibleModule(
        argument_spec={
            "directory": {"type": "path", "required": True},
            "apis": APIS_SPEC,
            "seconds": {"type": "int", "default": 600},
        }
    )
    options = module.params
    directory = Path(options["directory"]).expanduser()
    try:
        nomad = api("nomad", options["apis"]["nomad"], directory / "nomad_operator.token")
        written = jobs.renew(nomad, directory)
        jobs.wait(nomad, directory, options["seconds"])
    except (ApiError, OSError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=bool(written), written=written)


if __name__ == "__main__":
    main()
