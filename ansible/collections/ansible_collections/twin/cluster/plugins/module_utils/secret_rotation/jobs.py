"""Jobs get new secrets: through Nomad's variables, and they start anew when these change."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

from ..cluster_api import Api, ApiError
from .files import OLD, RECORD, read, write

PREFIX = "nomad/jobs"  # variables that jobs can read
READS = re.compile(r'nomadVar "([^"]+)"')


def renew(nomad: Api, directory: Path) -> list[str]:
    """Replace old secrets in the variables of jobs, in every namespace; return what was written.

    When the tasks that read them were started is recorded before, so that `behind` can tell who has
    not started anew, in this run or in a later one.
    """
    new_of = {read(old): read(directory / old.name) for old in _replaced(directory)}
    due = []
    for found in nomad.call("GET", "/v1/vars", query={"prefix": PREFIX, "namespace": "*"}):
        variable = _variable(nomad, found["Path"], found["Namespace"])
        items = {name: new_of.get(value, value) for name, value in variable["Items"].items()}
        if items != variable["Items"]:
            due.append({**variable, "Items": items})
    places = {(variable["Namespace"], variable["Path"]) for variable in due}
    if due:
        _record(directory, {**recorded(directory), **started(nomad, places)})
    for variable in due:
        query = {"namespace": variable["Namespace"], "cas": str(variable["ModifyIndex"])}
        nomad.call("PUT", f"/v1/var/{variable['Path']}", variable, query)
    return sorted(f"{namespace}: {path}" for namespace, path in places)


def wait(nomad: Api, directory: Path, seconds: float) -> None:
    """Wait until every task that was told of new secrets has started with them.

    Raises:
        ApiError: One has not in that time.
    """
    end = time.monotonic() + seconds
    while late := behind(nomad, recorded(directory)):
        if time.monotonic() > end:
            raise ApiError(
                f"{', '.join(sorted(late))}: not started anew with the new secrets within "
                f"{seconds:.0f} s. The old ones still serve; see nomad alloc status, then run "
                "this again."
            )
        time.sleep(1)  # Nomad can only be asked


def behind(nomad: Api, before: dict[str, str]) -> list[str]:
    """Return which tasks run since before they were told, or are starting still."""
    if not before:
        return []
    now = started(nomad, None)
    late = [task for task, since in before.items() if now.get(task) == since]
    return late + [task for task, since in now.items() if not since]


def started(nomad: Api, places: set[tuple[str, str]] | None) -> dict[str, str]:
    """Return when running tasks were started that read variables; "": it is starting.

    Args:
        nomad: Nomad's API.
        places: Namespace and path of these variables; None: any.
    """
    tasks = {}
    for stub in nomad.call("GET", "/v1/jobs", query={"namespace": "*"}):
        job = nomad.get(f"/v1/job/{stub['ID']}", namespace=stub["Namespace"])
        readers = _readers(job or {}, stub["Namespace"], places)
        if not readers:
            continue
        for allocation in nomad.call(
            "GET", f"/v1/job/{stub['ID']}/allocations", query={"namespace": stub["Namespace"]}
        ):
            if allocation["DesiredStatus"] != "run" or allocation["ClientStatus"] in (
                "complete",
                "failed",
                "lost",
            ):
                continue
            for group, task in readers:
                state = (allocation["TaskStates"] or {}).get(task)
                if group == allocation["TaskGroup"] and state:
                    running = state["State"] == "running"
                    name = f"{stub['ID']}/{task} {allocation['ID'][:8]}"
                    tasks[name] = str(state["StartedAt"]) if running else ""
    return tasks


def recorded(directory: Path) -> dict[str, str]:
    """Return when tasks were started that have been told of new secrets."""
    file = directory / RECORD
    tasks: dict[str, str] = json.loads(file.read_text(encoding="utf-8")).get("told", {})
    return tasks


def _record(directory: Path, tasks: dict[str, str]) -> None:
    file = directory / RECORD
    content = json.loads(file.read_text(encoding="utf-8"))
    write(file, json.dumps({**content, "told": tasks}) + "\n")


def _replaced(directory: Path) -> list[Path]:
    return [path for path in (directory / OLD).iterdir() if path.is_file()]


def _variable(nomad: Api, path: str, namespace: str) -> dict[str, Any]:
    found: dict[str, Any] = nomad.call("GET", f"/v1/var/{path}", query={"namespace": namespace})
    return found


def _readers(
    job: dict[str, Any], namespace: str, places: set[tuple[str, str]] | None
) -> list[tuple[str, str]]:
    """Return groups and tasks whose templates read these variables."""
    return [
        (group["Name"], task["Name"])
        for group in job.get("TaskGroups") or []
        for task in group["Tasks"]
        if any(
            places is None or (namespace, path) in places
            for template in task.get("Templates") or []
            for path in READS.findall(template.get("EmbeddedTmpl") or "")
        )
    ]
