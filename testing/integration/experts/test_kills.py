"""Experts whose servers are killed at random points of their answers.

EXPERT_KILLS sets how often the long trial kills, EXPERT_KILLS_SEED where it begins; each round asks
two conversations at once. `pytest -s` shows what came of them.
"""

import asyncio
import json
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pipecatapp.deployment.deployment import LLAMA_JOB
from pipecatapp.deployment.embedded import LocalModelServer
from pipecatapp.experts.client import requests as asking
from pipecatapp.experts.client.shared_server import SharedServer
from pipecatapp.experts.routing import Experts
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.runtime.llama_cpp.binaries import LlamaCpp
from pipecatapp.runtime.llama_cpp.server import LlamaServer
from pipecatapp.runtime.process.orchestrator import LocalOrchestrator
from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.settings import Settings
from pipecatapp.text.languages.en.phrases import PHRASES
from pipecatapp.tools.execution.approvals import Approvals
from pipecatapp.tools.execution.audit import Audit
from pipecatapp.tools.execution.runner import ToolRunner
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.llm import llama_model as model
from pipecatapp.twin.llm.chunks import text_of
from pipecatapp.twin.llm.llama_model import LlamaModel
from pipecatapp.twin.routing.actions import Actions, TalkExamples
from pipecatapp.twin.routing.intent_classifier import IntentClassifier
from pipecatapp.twin.routing.router import Router
from pipecatapp.twin.turn.agent_context import AgentContext
from pipecatapp.twin.turn.responder import Responder
from pipecatapp.twin.turn.turn_context import TurnContext
from testing.integration.experts.conftest import CONTEXT, KnownExperts, Servers, patient
from testing.unit.twin.conftest import RHYMES

pytestmark = [pytest.mark.integration, pytest.mark.timeout(3600)]

SOME = 6
MANY = int(os.environ.get("EXPERT_KILLS", "20"))
SEED = int(os.environ.get("EXPERT_KILLS_SEED", "7"))
ENDED_SECS = 10.0
LONGEST_DELAY = 1.5


@dataclass
class House:
    """A twin whose router and expert run on real servers."""

    agent_context: AgentContext
    model_server: LocalModelServer
    jobs: LocalOrchestrator

    async def ask(self, number: int) -> str:
        """Ask for a rhyme in a conversation of its own, and return all that is said."""
        conversation = Conversation(f"c{number}")
        conversation.context.add_message({"role": "user", "content": "Make a rhyme on house."})
        clock = TurnClock()
        router = LlamaModel(
            self.model_server, conversation, number % 2, self.agent_context.system, clock
        )
        responder = Responder(router, TurnContext(self.agent_context, conversation, clock))
        try:
            chunks = responder.respond(conversation.context.messages)
            return "".join([text_of(chunk) or "" async for chunk in chunks])
        finally:
            await router.close()


@pytest.fixture(scope="module")
def embedder() -> MiniLM:
    return MiniLM(Settings().models_dir / "all-MiniLM-L6-v2-int8")


@pytest.fixture
async def house(
    llama: LlamaCpp, gguf: Path, tmp_path: Path, servers: Servers, embedder: MiniLM
) -> AsyncIterator[House]:
    settings = Settings(home=tmp_path, llm_context=CONTEXT, llm_slots=4)
    router = LlamaServer(llama, gguf, settings, name=LLAMA_JOB)
    known = KnownExperts([replace(RHYMES, service=servers.service(0, 1))])
    await servers.start(1)
    actions = Actions([], known.known, TalkExamples.load(Settings().prompts))
    async with LocalOrchestrator([patient(router.spec())], settings.log_dir) as jobs:
        await jobs.start(LLAMA_JOB)
        await jobs.wait_healthy(LLAMA_JOB, 60)
        main = LocalModelServer(router, jobs)
        experts = Experts(known, lambda _: "You make rhymes.", SharedServer(main, 2))
        agent_context = AgentContext(
            persona="You are the twin.",
            router=Router(
                actions, IntentClassifier(embedder, actions.examples()), embedder, known.experts
            ),
            runner=ToolRunner(Approvals(), Audit(tmp_path / "audit.jsonl"), "sensitive"),
            tool=lambda name: None,
            experts=experts,
        )
        yield House(agent_context, main, jobs)
        await experts.close()


def outcome(said: str) -> str:
    """Return how an answer went, by what is said of it."""
    name = RHYMES.name
    phrases = {
        "broke off, and said so": PHRASES.expert_broke_off,
        "the router answered": PHRASES.expert_away,
        "another server answered": PHRASES.expert_replaced,
    }
    for kind, phrase in phrases.items():
        if phrase.format(name=name) in said:
            return kind
    return "answered"


@pytest.mark.parametrize("kills", [SOME, pytest.param(MANY, marks=pytest.mark.long)])
async def test_every_question_ends_in_an_answer_or_a_clear_word(
    house: House, servers: Servers, monkeypatch: pytest.MonkeyPatch, kills: int
) -> None:
    # How fast an answer is written is the machine's affair, and others keep it busy.
    monkeypatch.setattr(asking, "LONGEST_ANSWER", 40)
    monkeypatch.setattr(model, "LONGEST_ANSWER", 8)
    chance, outcomes, waits = random.Random(SEED), Counter[str](), list[float]()
    for number in range(kills):
        victims = chance.choice(([0], [1], [0, 1]))
        asked = [asyncio.create_task(house.ask(2 * number + i)) for i in range(2)]
        await asyncio.sleep(chance.uniform(0, LONGEST_DELAY))
        killed = time.monotonic()
        under_way = [task for task in asked if not task.done()]
        await asyncio.gather(*(servers.kill(victim) for victim in victims))
        said = await asyncio.wait_for(asyncio.gather(*asked), 60)
        if under_way:
            waits.append(time.monotonic() - killed)
        assert all(text.strip() for text in said), f"round {number}: silence"
        outcomes.update(map(outcome, said))
        took = round(time.monotonic() - killed, 2)
        print(number, victims, len(under_way), list(map(outcome, said)), took)
        await asyncio.gather(*(servers.started_again(victim) for victim in victims))
    status = await house.jobs.status(LLAMA_JOB)
    figures = {
        "kills": kills,
        "outcomes": dict(outcomes),
        "rounds_with_an_answer_under_way": len(waits),
        "longest_after_a_kill_s": round(max(waits), 2),
        "median_after_a_kill_s": round(sorted(waits)[len(waits) // 2], 2),
        "router_restarts": status.restarts,
    }
    print(json.dumps(figures))
    assert (status.healthy, status.restarts) == (True, 0)
    assert sum(outcomes.values()) == 2 * kills
    assert max(waits) < ENDED_SECS


async def test_a_silent_expert_leaves_the_others_alone(house: House, servers: Servers) -> None:
    """An expert that is gone for good costs others nothing: the router answers meanwhile."""
    await asyncio.gather(servers.stop(0), servers.stop(1))
    began = time.monotonic()
    said = await asyncio.gather(house.ask(0), house.ask(1))
    assert [outcome(text) for text in said] == ["the router answered"] * 2
    assert time.monotonic() - began < 60
