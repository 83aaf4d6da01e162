"""Checks Nomad jobs and policies: they parse, and jobs keep the rules of this project."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2

DRIVERS = {"exec", "docker"}


def main(files: list[str]) -> int:
    """Print what is wrong with each file and return the exit status."""
    problems = [f"{file}: {problem}" for file in files for problem in check(Path(file))]
    print("\n".join(problems))
    return bool(problems)


def check(path: Path) -> Iterator[str]:
    """Return what is wrong with a file."""
    try:
        with path.open() as stream:
            content = hcl2.load(stream)
    except Exception as error:  # the parser's own errors share no base class
        yield " ".join(str(error).split())[:300]
        return
    if path.suffix == ".nomad":
        yield from _check_job(content)


def _check_job(content: dict[str, Any]) -> Iterator[str]:
    for variable in content.get("variable", []):
        for name, body in variable.items():
            if "default" not in body:
                yield f"variable {name} has no default: `nomad job run` of the file alone must work"
            if not body.get("description"):
                yield f"variable {name} has no description"
    if len(content.get("job", [])) != 1:
        yield "a file has one job"
    for task in [*_blocks(content, "task"), *_dynamic(content, "task")]:
        for name, body in task.items():
            driver = str(body.get("driver", "")).strip('"')
            if driver not in DRIVERS:
                yield f"task {name} has the driver {driver}: only {', '.join(DRIVERS)} are used"


def _dynamic(content: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    """Return blocks that are made by `dynamic`, by their labels."""
    for block in _blocks(content, "dynamic"):
        for name, body in block.items():
            if name.strip('"') == kind:
                yield {str(body.get("labels")): body["content"][0]}


def _blocks(value: Any, kind: str) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key.strip('"') == kind and isinstance(inner, list):
                yield from inner
            yield from _blocks(inner, kind)
    elif isinstance(value, list):
        for inner in value:
            yield from _blocks(inner, kind)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
