"""`pipecatapp setup`: everything that a first run needs."""

import click

from pipecatapp.runtime.setup import set_up
from pipecatapp.settings import load_settings


@click.command("setup", short_help="Build llama.cpp, and fetch and verify the models.")
def setup() -> None:
    """Build llama.cpp for this CPU, fetch and verify models; skip what is there already."""
    prepared = set_up(load_settings())
    llama, llm = prepared.llama, prepared.llm
    click.echo(f"llama.cpp {llama.version} for {llama.level}")
    click.echo(f"Language model {llm.name} ({llm.quantization}): {llm.reason}")
