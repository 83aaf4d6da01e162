"""`pipecatapp doctor`: what this machine has, what it lacks, and what to do about it."""

import json

import click
import httpx

from pipecatapp.client.api import agent_ssl, agent_url, not_running
from pipecatapp.runtime.doctor import Finding, examine, port_is_free
from pipecatapp.settings import Settings, load_settings

HEALTH_SECONDS = 5.0


@click.command("doctor", short_help="Examine this machine, and say what to do.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> None:
    """Examine this machine; exit with status 1 if something needs to be done."""
    settings = load_settings()
    findings = [*examine(settings), agent(settings)]
    if as_json:
        rows = [
            {"name": f.name, "value": f.value, "ok": f.ok, "remedy": f.remedy} for f in findings
        ]
        click.echo(json.dumps(rows, indent=2))
    else:
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            mark = "ok  " if finding.ok else "FIX "
            click.echo(f"{mark} {finding.name:<{width}}  {finding.value}")
            if finding.remedy:
                click.echo(f"     {'':<{width}}  -> {finding.remedy}")
    if not all(finding.ok for finding in findings):
        raise SystemExit(1)


def agent(settings: Settings) -> Finding:
    """Check the agent's health; it need not run, but no other program may have its port."""
    url = agent_url(settings)
    try:
        verify = agent_ssl(settings) or True
        with httpx.Client(verify=verify, timeout=HEALTH_SECONDS, trust_env=False) as client:
            answer = client.get(f"{url}/health")
        if answer.status_code == httpx.codes.OK:
            return Finding("agent", f"well, at {url}")
        return Finding("agent", f"at {url}, not well: {answer.text.strip()}", "see its log")
    except (httpx.HTTPError, OSError):
        if settings.mode == "cluster":
            return Finding("agent", not_running(settings))
        if port_is_free(settings):
            return Finding("agent", f"not running; `pipecatapp run` starts it on {url}")
        remedy = "stop what uses the port (`ss -ltnp` shows it), or set PIPECATAPP_PORT"
        return Finding("agent", f"not running, port {settings.port} is taken", remedy)
