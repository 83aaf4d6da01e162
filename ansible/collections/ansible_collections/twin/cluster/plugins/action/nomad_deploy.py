"""Submits a job by the module of the same name, then tells how it is doing until it is healthy."""

from __future__ import annotations

import time
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

PAUSE = 2.0  # seconds between two looks
QUIET = 15.0  # seconds after which a line that did not change is printed again
NO_ROOM = 60.0  # seconds for which a job may find no node, such as while another one ends


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible publishes no types
    """A module alone is silent until it ends; this prints a line whenever something changes."""

    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Submit, and wait."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        result.update(self._step("submit", None, task_vars))
        if result.get("failed") or result["action"] == "asleep":
            return result
        if self._task.check_mode and result["changed"]:
            return result
        seen = self._wait(result["job"], task_vars)
        if seen.get("failure"):
            return {**result, "failed": True, "msg": seen["failure"]}
        return {**result, "allocations": seen.get("allocations", [])}

    def _step(
        self, step: str, job: dict[str, Any] | None, task_vars: dict[str, Any] | None
    ) -> dict[str, Any]:
        arguments = {**self._task.args, "step": step, "job": job}
        done: dict[str, Any] = self._execute_module(
            module_name="twin.cluster.nomad_deploy", module_args=arguments, task_vars=task_vars
        )
        return done

    def _wait(self, job: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        """Return what was seen last: the job ready, or `failure`."""
        timeout = int(self._task.args.get("timeout", 300))
        started = told = time.monotonic()
        blocked_since: float | None = None
        line = ""
        while True:
            seen = self._step("watch", job, task_vars)
            now = time.monotonic()
            if seen.get("failed"):
                return {"failure": seen["msg"]}
            if seen["progress"] != line or now - told > QUIET:
                line, told = seen["progress"], now
                Display().display(f"{job['name']}: {line} ({now - started:.0f} s)")
            if seen["ready"] or seen["failure"]:
                return seen
            blocked_since = (blocked_since or now) if seen["blocked"] else None
            if now - (blocked_since or now) > NO_ROOM:
                return {"failure": f"{job['name']}: {line}"}
            if now - started > timeout:
                why = self._step("explain", job, task_vars)
                reason = why.get("failure") or why.get("msg")
                return {"failure": f"{job['name']} is not healthy after {timeout} s. {reason}"}
            time.sleep(PAUSE)
