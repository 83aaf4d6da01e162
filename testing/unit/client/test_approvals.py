import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipecatapp.client.approvals import PendingApproval
from pipecatapp.client.twin_client import TurnResult, TwinClient
from testing.fakes.approving_agent import ACTION, CALL, TIMINGS, ApprovingAgent, approving_agent


class Person:
    """Decides as a test says, and remembers what it was told."""

    def __init__(self, approve: bool | None, thinks: float = 0.0) -> None:
        self.approve = approve
        self.thinks = thinks
        self.asked = asyncio.Event()
        self.saw: list[PendingApproval] = []
        self.told: list[str] = []
        self.failure = asyncio.Event()

    async def decide(self, approval: PendingApproval) -> bool:
        self.saw.append(approval)
        self.asked.set()
        await asyncio.sleep(self.thinks)
        if self.approve is None:
            await asyncio.Event().wait()
        return bool(self.approve)

    def settled(self, approval: PendingApproval, verdict: str) -> None:
        self.told.append(f"{approval.id} {verdict}")

    def failed(self, approval: PendingApproval, reason: str) -> None:
        self.told.append(f"{approval.id} {reason}")
        self.failure.set()


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[ApprovingAgent]:
    with approving_agent(tmp_path) as agent:
        yield agent


async def say(agent: ApprovingAgent, person: Person | None, within: float = 180) -> TurnResult:
    async with TwinClient.connect(agent.settings, person) as client:
        return await client.say("Is the NAS up?", timeout=within)


@pytest.mark.parametrize(("approve", "verdict"), [(True, "approved"), (False, "denied")])
async def test_both_answers_make_the_turn(
    agent: ApprovingAgent, approve: bool, verdict: str
) -> None:
    person = Person(approve)
    turn = await say(agent, person)
    assert turn.as_dict() == {
        "transcript": "Is the NAS up?",
        "reply": f"May I?\nIt was {verdict}.",
        "action": ACTION,
        "timings": TIMINGS,
    }
    assert person.saw == [PendingApproval(**CALL)]
    assert agent.decided == [("a1", approve, "local")]
    assert person.told == []


async def test_without_anyone_to_ask_it_is_denied(agent: ApprovingAgent) -> None:
    turn = await say(agent, None)
    assert turn.reply == "May I?\nIt was denied."
    assert agent.decided == [("a1", False, "local")]


@pytest.mark.parametrize("verdict", ["expired", "approved"])
async def test_a_call_settled_elsewhere_ends_the_question(
    agent: ApprovingAgent, verdict: str
) -> None:
    person = Person(None)
    turn = asyncio.create_task(say(agent, person))
    await person.asked.wait()
    agent.settle(verdict)
    assert (await turn).reply == f"May I?\nIt was {verdict}."
    assert person.told == [f"a1 {verdict}"]
    assert agent.decided == []


async def test_a_withdrawn_call_leads_to_no_further_answer(agent: ApprovingAgent) -> None:
    person = Person(None)
    turn = asyncio.create_task(say(agent, person))
    await person.asked.wait()
    agent.settle("withdrawn")
    assert (await turn).reply == "May I?"
    assert person.told == ["a1 withdrawn"]


async def test_a_decision_that_is_refused_is_told_and_the_turn_goes_on(
    agent: ApprovingAgent,
) -> None:
    agent.refuses = True
    person = Person(True)
    turn = asyncio.create_task(say(agent, person))
    await person.failure.wait()
    agent.settle("expired")
    assert (await turn).reply == "May I?\nIt was expired."
    assert len(person.told) == 1
    assert "HTTP 409" in person.told[0]
    assert "not the one that was shown" in person.told[0]


async def test_a_person_may_think_for_longer_than_an_answer_takes(agent: ApprovingAgent) -> None:
    turn = await say(agent, Person(True, thinks=3.5), within=3.0)
    assert turn.reply == "May I?\nIt was approved."


async def test_each_turn_asks_anew(agent: ApprovingAgent) -> None:
    async with TwinClient.connect(agent.settings, Person(True)) as client:
        first = await client.say("Once")
        second = await client.say("Twice")
    assert first.reply == second.reply == "May I?\nIt was approved."
