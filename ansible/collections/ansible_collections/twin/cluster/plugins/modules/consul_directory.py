#!/usr/bin/python
"""Ansible's module consul_directory."""

from __future__ import annotations

DOCUMENTATION = r"""
module: consul_directory
short_description: Makes a prefix of Consul's KV hold a directory's files
description:
  - Writes what differs, and removes keys whose file is gone.
options:
  api:
    description: How to reach Consul, like Nomad for M(twin.cluster.nomad_deploy).
    type: dict
    required: true
  source:
    description: The directory; its files are published by their names, directories in it are not.
    type: path
    required: true
  prefix:
    description: The prefix, which ends in a slash.
    type: str
    required: true
author: The project
"""

EXAMPLES = r"""
- name: Publish the personas
  twin.cluster.consul_directory:
    api: "{{ nomad_jobs_consul_api }}"
    source: ansible/roles/pipecatapp/files/prompts
    prefix: pipecatapp/prompts/
"""

RETURN = r"""
written:
  description: Names of the files that were written.
  type: list
  elements: str
  returned: success
removed:
  description: Names of the keys that were removed.
  type: list
  elements: str
  returned: success
"""

import base64  # noqa: E402 - Ansible wants the documentation first
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from ansible.module_utils.basic import AnsibleModule  # noqa: E402

from ..module_utils.cluster_api import API_SPEC, Api, ApiError  # noqa: E402


def publish(consul: Api, source: Path, prefix: str, check: bool = False) -> dict[str, Any]:
    """Make a prefix hold a directory's files.

    Returns:
        `changed`, `written` and `removed`, names.

    Raises:
        ApiError: Consul refuses it.
    """
    files = {file.name: file.read_bytes() for file in source.iterdir() if file.is_file()}
    found = consul.get(f"/v1/kv/{prefix}", recurse="true") or []
    held = {
        entry["Key"].removeprefix(prefix): base64.b64decode(entry["Value"] or "") for entry in found
    }
    written = sorted(name for name in files if held.get(name) != files[name])
    removed = sorted(held.keys() - files.keys())
    if not check:
        for name in written:
            consul.call("PUT", f"/v1/kv/{prefix}{name}", files[name])
        for name in removed:
            consul.call("DELETE", f"/v1/kv/{prefix}{name}")
    return {"changed": bool(written or removed), "written": written, "removed": removed}


def main() -> None:
    """Publish the directory."""
    module = AnsibleModule(
        argument_spec={
            "api": {"type": "dict", "required": True, "options": API_SPEC},
            "source": {"type": "path", "required": True},
            "prefix": {"type": "str", "required": True},
        },
        supports_check_mode=True,
    )
    options = module.params
    try:
        consul = Api("consul", options["api"])
        source = Path(options["source"])
        result = publish(consul, source, options["prefix"], module.check_mode)
    except (ApiError, OSError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
