"""`pipecatapp bench experts`: measures the cost of routing to an expert and of a restart."""

import asyncio
import json
from typing import Any

import click

from pipecatapp.settings import load_settings


@click.command(short_help="Measure the cost of routing to an expert.")
@click.option(
    "--requests", type=click.IntRange(min=1), default=200, show_default=True, help="Of each kind."
)
@click.option("--model", default=None, help="Of the catalogue; the smallest by default.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def experts(requests: int, model: str | None, as_json: bool) -> None:
    """Ask a llama-server directly and by way of the router, and start it anew."""
    # Imported here: Pipecat takes seconds, which the other commands need not wait for.
    from pipecatapp.benchmark.routing import measure

    report = asyncio.run(measure(load_settings(), model, requests))
    click.echo(json.dumps(report, indent=2) if as_json else _table(report))


def _table(report: dict[str, Any]) -> str:
    beyond, speed = report["beyond_llama_server_ms"], report["tokens_per_s"]
    first, router = report["first_turn_tokens"], report["router_ms"]
    return "\n".join(
        [
            f"{report['model']}, {report['requests']} requests of each kind, taking turns",
            f"{'beyond llama-server':<26}{'median':>9}{'p99':>9}",
            *(
                f"  {kind:<24}{row['median']:>6} ms{row['p99']:>6} ms"
                for kind, row in beyond.items()
            ),
            f"{'the router itself':<26}{router['median']:>6} ms{router['p99']:>6} ms",
            *(f"{kind}: {row['median']} tokens/s" for kind, row in speed.items()),
            f"routed streams have {report['share_of_llama_servers_own']:.1%} of the speed",
            f"the first turn reads {first['after_a_restart']} tokens after a restart, "
            f"{first['new']} without saved state",
        ]
    )
