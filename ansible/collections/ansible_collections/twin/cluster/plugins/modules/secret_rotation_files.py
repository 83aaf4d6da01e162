#!/usr/bin/python
"""Ansible's module secret_rotation_files."""

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_rotation_files
short_description: Takes the secrets on disk through the steps of a rotation
description:
  - V(look) completes pairs of a key and a certificate, V(begin) makes what is new in next/,
    V(trust) has ca.pem name all authorities that are trusted, V(activate) gives what is new its
    name, V(withdraw) ends that anything old is accepted, V(finish) deletes what was kept of the
    old. Each may be done again.
options:
  directory:
    description: The credentials.
    type: path
    required: true
  step:
    description: What is done.
    type: str
    choices: [look, begin, trust, activate, withdraw, finish]
    required: true
  rotate:
    description: The kinds of secrets; an interrupted rotation goes on with its own.
    type: raw
    default: default
author: The project
"""

EXAMPLES = r"""
- name: Make what is new
  twin.cluster.secret_rotation_files:
    directory: ~/.config/twin
    step: begin
    rotate: all
"""

RETURN = r"""
rotate:
  description: The kinds of secrets of this rotation.
  type: list
  elements: str
  returned: for look and begin
interrupted:
  description: Whether one was begun earlier and has not ended.
  type: bool
  returned: for look and begin
make:
  description: What others have to make in next/, of authorities, certificates and ssh.
  type: list
  elements: str
  returned: for begin
"""

from collections.abc import Callable  # noqa: E402 - Ansible wants the documentation first
from pathlib import Path  # noqa: E402

from ansible.module_utils.basic import AnsibleModule  # noqa: E402

from ..module_utils.secret_rotation import files  # noqa: E402


def main() -> None:
    """Do one step of a rotation with the secrets on disk."""
    module = AnsibleModule(
        argument_spec={
            "directory": {"type": "path", "required": True},
            "step": {
                "choices": ["look", "begin", "trust", "activate", "withdraw", "finish"],
                "required": True,
            },
            "rotate": {"type": "raw", "default": "default"},
        }
    )
    options = module.params
    directory = Path(options["directory"]).expanduser()
    step = options["step"]
    result: dict[str, object] = {"changed": step in ("begin", "finish")}
    try:
        if step in ("look", "begin"):
            before = files.recorded(directory)
            result["interrupted"] = bool(before)
            result["changed"] = bool(files.resume(directory)) or step == "begin"
            kinds = before or files.wanted(options["rotate"])
            result["rotate"] = kinds
            if step == "begin":
                result["make"] = files.begin(directory, kinds)
        elif step == "finish":
            files.finish(directory)
        else:
            actions: dict[str, Callable[[Path], object]] = {
                "trust": files.trust,
                "activate": files.activate,
                "withdraw": files.withdraw,
            }
            result["changed"] = bool(actions[step](directory))
    except (files.RotationError, OSError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
