"""Restores settings of the kernel: firewall, interfaces, sysctl, modules."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from .machine import Machine
from .record import Record, loaded_modules, ruleset

Chain = tuple[str, str, str]  # family, table, name

# What Docker and Nomad put into the tables of iptables, which are not theirs alone.
THEIR_CHAIN = re.compile(r"^(DOCKER|NOMAD|CNI)")
THEIR_RULE = re.compile(
    r'"target": "(DOCKER|NOMAD|CNI)|"(docker0|docker_gwbridge|br-[0-9a-f]{12}|nomad)"'
)
IPTABLES = ("filter", "nat", "raw", "mangle")


def clear_firewall(machine: Machine, record: Record | None) -> None:
    """Remove the rules and chains of Docker and Nomad, and tables that hold nothing any more."""
    now = ruleset(machine) or []
    for rule in (item["rule"] for item in now if "rule" in item):
        if not THEIR_CHAIN.match(rule["chain"]) and THEIR_RULE.search(json.dumps(rule["expr"])):
            place = f"{rule['family']} {rule['table']} {rule['chain']}"
            words = ("delete", "rule", *place.split(), "handle", str(rule["handle"]))
            machine.do(f"deleted a rule of {place}", "nft", *words)
    theirs = [chain for chain in _chains(now) if THEIR_CHAIN.match(chain[2])]
    for word in ("flush", "delete"):  # they jump to each other
        for chain in theirs:
            machine.do(f"{word} the chain {' '.join(chain)}", "nft", word, "chain", *chain)
    if record is not None and record.ruleset is not None:
        _restore_tables(machine, record.ruleset)


def _restore_tables(machine: Machine, before: list[dict[str, Any]]) -> None:
    now = ruleset(machine) or []
    were, used = _chains(before), {(r["family"], r["table"]) for r in _of(now, "rule")}
    tables = {(t["family"], t["name"]) for t in _of(before, "table")}
    for table in ((t["family"], t["name"]) for t in _of(now, "table")):
        if table[1] in IPTABLES and table not in tables and table not in used:
            machine.do(f"deleted the table {' '.join(table)}", "nft", "delete", "table", *table)
    for chain, policy in were.items():
        if policy and chain[1] in IPTABLES and _chains(now).get(chain, policy) != policy:
            words = ("chain", *chain, f"{{ policy {policy}; }}")
            machine.do(f"policy of {' '.join(chain)}: {policy}", "nft", *words)


def _of(rules: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [item[kind] for item in rules if kind in item]


def _chains(rules: list[dict[str, Any]]) -> dict[Chain, str]:
    """Return all chains, with their policy where they have one."""
    return {(c["family"], c["table"], c["name"]): c.get("policy", "") for c in _of(rules, "chain")}


def remove_links(machine: Machine, record: Record | None, links: list[str]) -> None:
    """Remove interfaces that were not there before."""
    for link in links:
        if Path("/sys/class/net", link).exists() and (record is None or link not in record.links):
            machine.do(f"removed the interface {link}", "ip", "link", "delete", link)


def restore_settings(machine: Machine, record: Record | None, names: list[str]) -> None:
    """Give settings of the kernel their earlier values."""
    if record is None:
        return
    for name in names:
        file = Path("/proc/sys", name.replace(".", "/"))
        before = record.sysctl.get(name.replace(".", "/"))
        if before is not None and file.exists() and file.read_text().strip() != before:
            machine.do(
                f"set {name} to {before}", "sysctl", "--quiet", "--write", f"{name}={before}"
            )


def unload(machine: Machine, record: Record | None, modules: list[str]) -> None:
    """Unload modules that were not loaded before, where nothing uses them."""
    for module in set(modules) & set(loaded_modules()):
        if record is not None and module not in record.modules:
            machine.do(f"unloaded {module}", "modprobe", "--remove", module, check=False)
