"""`pipecatapp bench`: measurements, each printed as a table or as JSON."""

import click

from pipecatapp.benchmark.experts import experts
from pipecatapp.benchmark.latency import latency
from pipecatapp.benchmark.memory import memory


@click.group()
def bench() -> None:
    """Measure what a user feels, on this machine."""


bench.add_command(experts)
bench.add_command(latency)
bench.add_command(memory)
