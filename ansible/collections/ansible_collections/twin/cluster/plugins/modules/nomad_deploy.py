#!/usr/bin/python
"""Ansible's module nomad_deploy."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nomad_deploy
short_description: Submits a Nomad job where it differs, and waits until it is healthy
description:
  - Submits the job of a file where Nomad has another, none, or a stopped one.
  - A job that runs as the file says is left alone, and so is one that the power agent put to sleep.
  - Where allocations failed and Nomad waits before the next try, it is told to try now. Where
    it has given up, the job is stopped and submitted again.
  - Waits until all allocations are healthy, and prints a line whenever something has changed.
  - Fails with the events and the last log lines of the allocation that failed.
  - An action plugin of the same name calls this module step by step.
options:
  api:
    description: How to reach Nomad.
    type: dict
    required: true
    suboptions:
      addresses:
        description: URLs of the controllers, tried in order.
        type: list
        elements: str
        required: true
      ca_cert:
        description: The cluster's authority.
        type: path
      client_cert:
        description: This client's certificate.
        type: path
      client_key:
        description: Its key.
        type: path
      token_file:
        description: The file with the token.
        type: path
  consul:
    description: How to reach Consul, which knows whether a service answers, like O(api).
    type: dict
  source:
    description: The job's file, in HCL.
    type: path
    required: true
  variables:
    description: Values for its variables.
    type: dict
    default: {}
  timeout:
    description: Seconds until a job that is not healthy counts as failed.
    type: int
    default: 300
  step:
    description: Used by the action plugin.
    type: str
    choices: [submit, watch, explain]
    default: submit
  job:
    description: Used by the action plugin, C(name), C(namespace), C(since) and C(submitted).
    type: dict
author: The project
"""

EXAMPLES = r"""
- name: Deploy the agent
  twin.cluster.nomad_deploy:
    api: "{{ nomad_jobs_nomad_api }}"
    consul: "{{ nomad_jobs_consul_api }}"
    source: jobs/pipecatapp.nomad
"""

RETURN = r"""
action:
  description: What was done; C(started), C(updated), C(retried), C(unchanged) or C(asleep).
  type: str
  returned: success
job:
  description: The job's C(name) and C(namespace).
  type: dict
  returned: success
allocations:
  description: What runs of it, each with C(id), C(node) and C(healthy).
  type: list
  elements: dict
  returned: success
"""

from dataclasses import asdict  # noqa: E402 - Ansible wants the documentation first
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from ansible.module_utils.basic import AnsibleModule  # noqa: E402

from ..module_utils.cluster_api import API_SPEC, Api, ApiError  # noqa: E402
from ..module_utils.nomad.jobs import Jobs  # noqa: E402


def submit(
    jobs: Jobs, source: str, variables: dict[str, Any], check: bool = False
) -> dict[str, Any]:
    """Submit a job where it must be.

    Args:
        jobs: Nomad's.
        source: The job's text, in HCL.
        variables: Values for its variables.
        check: Say what would be done, and do nothing.

    Raises:
        ApiError: The text is not a valid job, or Nomad refuses it.
    """
    job = jobs.parse(source, variables)
    name, namespace = job["ID"], job["Namespace"]
    before = jobs.registered(name, namespace)
    since = jobs.next_index(name, namespace) if before else 0
    action = _action(jobs, before, job)
    submitted = None
    if action in ("started", "updated") and not check:
        if action == "started" and before and not before["Stop"]:
            jobs.stop(before)  # of the same version Nomad would place nothing more
        jobs.submit(job, source, variables)
        submitted = (jobs.registered(name, namespace) or job).get("Version")
    # Nomad waits longer and longer before it tries a failed allocation again.
    if action in ("started", "unchanged") and before and not before["Stop"] and not check:
        retried = jobs.retry(before)
        action = "retried" if retried and action == "unchanged" else action
    return {
        "action": action,
        "changed": action not in ("asleep", "unchanged"),
        "job": {"name": name, "namespace": namespace, "since": since, "submitted": submitted},
    }


def _action(jobs: Jobs, before: dict[str, Any] | None, job: dict[str, Any]) -> str:
    """Return what is to be done about a job, of which Nomad has `before`."""
    if before is not None and jobs.asleep(before):
        return "asleep"  # nothing of it runs, so this goes before Nomad's "dead"
    if before is None or before["Stop"] or before["Status"] == "dead":
        return "started"
    if jobs.differs(job):
        return "updated"
    return "started" if jobs.given_up(before) else "unchanged"


def main() -> None:
    """Do one step."""
    module = AnsibleModule(
        argument_spec={
            "api": {"type": "dict", "required": True, "options": API_SPEC},
            "consul": {"type": "dict", "options": API_SPEC},
            "source": {"type": "path", "required": True},
            "variables": {"type": "dict", "default": {}},
            "timeout": {"type": "int", "default": 300},
            "step": {"choices": ["submit", "watch", "explain"], "default": "submit"},
            "job": {"type": "dict"},
        },
        supports_check_mode=True,
    )
    options = module.params
    try:
        consul = Api("consul", options["consul"]) if options["consul"] else None
        jobs = Jobs(Api("nomad", options["api"]), consul)
        if options["step"] == "submit":
            source = Path(options["source"]).read_text(encoding="utf-8")
            module.exit_json(**submit(jobs, source, options["variables"], module.check_mode))
        job = options["job"]
        if options["step"] == "watch":
            seen = jobs.watch(job["name"], job["namespace"], int(job["since"]), job["submitted"])
            module.exit_json(changed=False, **asdict(seen))
        module.exit_json(changed=False, failure=jobs.why(job["name"], job["namespace"]))
    except (ApiError, OSError) as error:
        module.fail_json(msg=f"{options['source']}: {error}")


if __name__ == "__main__":
    main()
