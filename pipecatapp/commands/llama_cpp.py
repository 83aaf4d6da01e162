"""`pipecatapp llama-cpp`: llama.cpp built for this machine's CPU."""

import json
from pathlib import Path

import click

from pipecatapp.runtime.llama_cpp.binaries import (
    LlamaCpp,
    ensure_llama_cpp,
    link_bin,
    llama_cpp_for_this_cpu,
)
from pipecatapp.runtime.progress import Progress
from pipecatapp.settings import load_settings

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("llama-cpp")
def llama_cpp() -> None:
    """Build llama.cpp for this CPU, or take a build made elsewhere."""


@llama_cpp.command("level", short_help="Show the newest build that runs on this CPU.")
@as_json
def level(as_json: bool) -> None:
    """Show the newest build that runs on this CPU, and whether it is here; builds nothing."""
    _show(llama_cpp_for_this_cpu(load_settings()), changed=False, as_json=as_json)


@llama_cpp.command("ensure", short_help="Build llama.cpp for this CPU, or take a build.")
@click.option(
    "--from",
    "prebuilt",
    type=click.Path(exists=True, path_type=Path),
    help="Take VERSION-LEVEL/bin from this directory or tar file instead of building.",
)
@click.option(
    "--one-level", is_flag=True, help="Stop after one attempt, even if that build crashes here."
)
@as_json
def ensure(prebuilt: Path | None, one_level: bool, as_json: bool) -> None:
    """Build llama.cpp for this CPU, try it out, and link `bin` to it; keep a finished build."""
    settings = load_settings()
    before = llama_cpp_for_this_cpu(settings).complete
    llama = ensure_llama_cpp(
        settings, Progress(), prebuilt=prebuilt, step_down=not (prebuilt or one_level)
    )
    linked = llama.complete and link_bin(settings, llama)
    _show(llama, changed=linked or not before, as_json=as_json)


def _show(llama: LlamaCpp, *, changed: bool, as_json: bool) -> None:
    row = {
        "name": llama.name,
        "version": llama.version,
        "level": llama.level,
        "here": llama.complete,
        "changed": changed,
    }
    state = "here" if llama.complete else "not here"
    click.echo(json.dumps(row) if as_json else f"{llama.version} for {llama.level}: {state}")
