#!/usr/bin/python
"""Ansible's module secret_rotation_access."""

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_rotation_access
short_description: Has Consul and Nomad accept new tokens and gossip keys, or refuse old ones
description:
  - V(grant) makes tokens with the rights of the old ones, and has all members use the new
    gossip key.
  - V(revoke) deletes the old tokens and removes the old gossip key.
options:
  directory:
    description: The credentials.
    type: path
    required: true
  apis:
    description: How to reach each of nomad and consul, as for M(twin.cluster.nomad_deploy).
    type: dict
    required: true
  step:
    description: What is done.
    type: str
    choices: [grant, revoke]
    required: true
  rotate:
    description: The kinds of secrets of this rotation.
    type: list
    elements: str
    required: true
author: The project
"""

EXAMPLES = r"""
- name: Have them accept what is new
  twin.cluster.secret_rotation_access:
    directory: ~/.config/twin
    apis:
      consul: "{{ nomad_jobs_consul_api }}"
      nomad: "{{ nomad_jobs_nomad_api }}"
    step: grant
    rotate: [gossip, tokens]
"""

RETURN = r"""#"""

from pathlib import Path  # noqa: E402 - Ansible wants the documentation first

from ansible.module_utils.basic import AnsibleModule  # noqa: E402

from ..module_utils.cluster_api import APIS_SPEC, ApiError  # noqa: E402
from ..module_utils.secret_rotation import gossip, tokens  # noqa: E402
from ..module_utils.secret_rotation.files import NEXT, read  # noqa: E402


def main() -> None:
    """Have Consul and Nomad accept new tokens and gossip keys, or refuse old ones."""
    module = AnsibleModule(
        argument_spec={
            "directory": {"type": "path", "required": True},
            "apis": APIS_SPEC,
            "step": {"choices": ["grant", "revoke"], "required": True},
            "rotate": {"type": "list", "elements": "str", "required": True},
        }
    )
    options = module.params
    directory = Path(options["directory"]).expanduser()
    changed = False
    try:
        for kind in ("consul", "nomad"):
            reached = options["apis"][kind]
            if "gossip" in options["rotate"]:
                name = f"{kind}.gossip"
                operator = tokens.api(kind, reached, directory / f"{kind}_operator.token")
                new = directory / NEXT / name
                key = read(new if new.exists() else directory / name)
                if options["step"] == "grant":
                    changed |= gossip.use(kind, operator, key)
                else:
                    changed |= bool(gossip.keep_only(kind, operator, key))
            if "tokens" in options["rotate"]:
                step = getattr(tokens, options["step"])
                changed |= bool(step(kind, reached, directory))
    except (ApiError, OSError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=changed)


if __name__ == "__main__":
    main()
