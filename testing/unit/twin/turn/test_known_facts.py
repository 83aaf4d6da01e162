"""Questions about the user are answered from facts, and what nobody told is owned up to."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipecatapp.memory.long_term import Addition, LongTermMemory
from pipecatapp.memory.storage.fact import NewFact, Source
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.runtime.idle_monitor import IdleMonitor
from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.settings import Settings
from pipecatapp.text.languages.en.phrases import PHRASES
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.conversations import Conversations
from pipecatapp.twin.llm.chunks import text_of
from pipecatapp.twin.llm.llama_model import LlamaModel
from pipecatapp.twin.recall.memory_service import MemoryService
from pipecatapp.twin.recall.recall import Recall
from pipecatapp.twin.turn.agent_context import AgentContext
from pipecatapp.twin.turn.responder import Responder
from pipecatapp.twin.turn.turn_context import TurnContext
from testing.unit.twin.conftest import ModelServer, answers

FACTS = ("my favourite opera is Tosca", "my cousin Ole builds wooden boats")


class Talk:
    """Somebody who talks with a twin that knows some facts."""

    def __init__(self, agent: AgentContext, server: ModelServer) -> None:
        self.server = server
        self.conversation = Conversation("talk")
        clock = TurnClock()
        self.model = LlamaModel(server, self.conversation, 1, agent.system, clock)
        self._responder = Responder(self.model, TurnContext(agent, self.conversation, clock))

    async def say(self, words: str) -> str:
        self.conversation.context.add_message({"role": "user", "content": words})
        chunks = self._responder.respond(self.conversation.context.messages)
        said = "".join([text_of(chunk) or "" async for chunk in chunks]).strip()
        self.conversation.context.add_message({"role": "assistant", "content": said})
        return said


@pytest.fixture
async def visitor(
    quick_mind: AgentContext, server: ModelServer, embedder: MiniLM, tmp_path: Path
) -> AsyncIterator[Talk]:
    memory = LongTermMemory(tmp_path / "memory", embedder)
    memory.keep([Addition(NewFact(text, Source.ASKED, 1.0)) for text in FACTS])
    memories = MemoryService(
        memory, Conversations(tmp_path / "talks"), Settings().prompts, IdleMonitor()
    )
    begun = Talk(replace(quick_mind, recall=Recall(memories)), server)
    yield begun
    await begun.model.close()
    memory.close()


async def test_a_plain_question_is_answered_with_the_fact_and_no_model(visitor: Talk) -> None:
    assert await visitor.say("What's my favourite opera?") == "Your favourite opera is Tosca."
    assert visitor.server.requests == []


async def test_a_fact_takes_the_place_of_an_answer_that_denies_it(visitor: Talk) -> None:
    visitor.server.replies = [answers("I do not have a ", "cousin, as I am a computer program.")]
    said = await visitor.say("what sort of thing does my cousin Ole make")
    assert said == "Your cousin Ole builds wooden boats."


async def test_what_nobody_has_told_is_owned_up_to(visitor: Talk) -> None:
    assert await visitor.say("What is my blood group?") == PHRASES.not_told


async def test_what_was_told_in_this_conversation_is_left_to_the_model(visitor: Talk) -> None:
    visitor.server.replies = [answers("Noted."), answers("It is B.")]
    await visitor.say("They found out that my blood group is B.")
    assert await visitor.say("What is my blood group?") == "It is B."


async def test_advice_is_left_to_the_model(visitor: Talk) -> None:
    visitor.server.replies = [answers("Take the train.")]
    assert await visitor.say("What is my best option to get to Rome?") == "Take the train."
