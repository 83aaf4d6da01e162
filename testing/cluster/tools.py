"""The tools of the twin in the cluster, asked for in words and allowed by a person."""

import asyncio
import json
from dataclasses import dataclass

from testing.cluster import talk
from testing.cluster.shell import ClusterError
from testing.cluster.trial import Trial
from testing.integration.person import Person, enter


@dataclass
class Ask:
    """Words that lead to a tool, and what its result has to hold."""

    words: str
    tool: str
    result: str


ASKED = (
    Ask("What is 17 to the power of 9? Use Python.", "code_runner.run_python_code", "118587876497"),
    Ask("Run the command uptime on localhost", "ssh.run_command", "load average"),
    Ask("Run the playbook status.yaml", "ansible.run_playbook", "succeeded."),
    Ask("Run the playbook heal_cluster.yaml", "ansible.run_playbook", "succeeded."),
)


def act(trial: Trial) -> None:
    """Have the twin run Python, a command and two playbooks, each after a yes."""
    person = talk.new_person(trial.cluster, trial.reachable()[-1])
    for asked in ASKED:
        tool, reply = asyncio.run(_act(person, asked.words))
        text = _last_result(trial)
        print(f"{asked.words!r} -> {tool}: {text[:200]!r} -> {reply!r}")
        if tool != asked.tool or asked.result not in text:
            raise ClusterError(f"{asked.words!r}: {tool} gave {text[:1000]!r}")


async def _act(person: Person, words: str) -> tuple[str, str]:
    """Type what leads to a tool, say yes, and return the tool and what was said of it."""
    async with enter(person) as room:
        await room.send("send-text", content=words, options={"audio_response": False})
        await room.until(lambda: room.told("approval"), talk.PATIENCE)
        call = room.told("approval")[0]
        if (status := await person.decide(call, True)) != 204:
            raise ClusterError(f"{call['tool']} cannot be allowed: HTTP {status}")
        # Of the question, and of what came of it.
        await room.until(lambda: len(room.told("timings")) >= 2, talk.PATIENCE)
        return call["tool"], room.reply()


def _last_result(trial: Trial) -> str:
    """Return what the last call brought back, as the audit has it."""
    node = talk.agent_node(trial.cluster)
    lines = talk.state(trial.cluster, node, "audit/audit.jsonl").splitlines()
    events = [json.loads(line) for line in lines]
    ended = [event for event in events if event["event"] in ("result", "error")]
    return str(ended[-1]["text"]) if ended else ""
