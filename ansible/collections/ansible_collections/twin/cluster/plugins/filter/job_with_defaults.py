"""Writes other defaults into a job's variables."""

import json
import re
from collections.abc import Callable, Mapping

from ansible.errors import AnsibleFilterError

BLOCK = r'(^variable "{name}" \{{\n(?:(?!^\}}).*\n)*?\s*default\s*=\s*)([^\n#]+)'


def job_with_defaults(job: str, defaults: Mapping[str, object]) -> str:
    """Return a job whose variables have other defaults.

    Args:
        job: HCL, as `nomad fmt` writes it.
        defaults: By variable. Those that the job does not have are passed over, unless it has none
            of them: then the job is returned as it is.

    Raises:
        AnsibleFilterError: A variable has no default on a line of its own.
    """
    if 'variable "model"' not in job:
        return job  # the others mean something else there
    for name, value in defaults.items():
        job, found = re.subn(
            BLOCK.format(name=re.escape(name)),
            lambda match, value=value: match[1] + json.dumps(value),  # type: ignore[misc] # mypy infers no lambda with a default
            job,
            flags=re.MULTILINE,
        )
        if not found and f'variable "{name}"' in job:
            raise AnsibleFilterError(f'variable "{name}" has no default on a line of its own')
    return job


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """Return the filters by their names."""
        return {"job_with_defaults": job_with_defaults}
