"""One turn of a caller that brings its own history: from its request to its answer.

It decides, acts and remembers as a typed turn does, without a pipeline. Nobody is there who could
be asked for a yes, or told something later: what needs a yes is refused, and calls are waited for.
"""

from contextlib import aclosing
from dataclasses import dataclass, replace

from pipecatapp.runtime.inference.model_server import ModelServer
from pipecatapp.runtime.inference.sampling import Sampling
from pipecatapp.runtime.turn_clock import TurnClock, TurnTimings
from pipecatapp.tools.execution.tool_definition import Tool
from pipecatapp.twin.history.api_history import ApiConversation
from pipecatapp.twin.llm.chunks import Chunks
from pipecatapp.twin.llm.llama_model import LlamaModel
from pipecatapp.twin.routing.actions import Decision
from pipecatapp.twin.turn.agent_context import AgentContext
from pipecatapp.twin.turn.responder import Responder
from pipecatapp.twin.turn.turn_context import TurnContext

INSTRUCTIONS = "The program that this conversation comes through adds:\n{added}"
WITHOUT_MEANING = frozenset({"mcp.clear_short_term_memory"})
"""Tools that a caller cannot use, whose history is its own."""


@dataclass(frozen=True)
class ApiRequest:
    """What a caller asks for.

    Attributes:
        conversation: The caller's history.
        sampling: How the answer is to be written.
        caller: Who asks; experts' servers keep its last prompt.
        instructions: What the caller's program says of the conversation; it stands behind the
            persona, whoever answers.
        person: Who asks, where that is known.
    """

    conversation: ApiConversation
    sampling: Sampling
    caller: str = ""
    instructions: str = ""
    person: str | None = None


class ApiTurn:
    """Answers one request; `close` must follow."""

    def __init__(
        self, request: ApiRequest, agent_context: AgentContext, server: ModelServer, slot: int
    ):
        """Prepare a turn.

        Args:
            request: What is asked.
            agent_context: Who the twin is and what it can do.
            server: Where the model runs.
            slot: The slot of llama-server for callers.
        """
        own = replace(agent_context, tool=lambda name: _usable(agent_context, name))
        added = INSTRUCTIONS.format(added=request.instructions) if request.instructions else ""
        self._clock = TurnClock()
        self._conversation = request.conversation
        self._model = LlamaModel(
            server,
            request.conversation,
            slot,
            f"{own.system}\n\n{added}" if added else own.system,
            self._clock,
            sampling=request.sampling,
            filler=False,
        )
        context = TurnContext(
            own,
            request.conversation,
            self._clock,
            person=request.person,
            present=False,
            expert_options={
                "conversation": request.caller,
                "sampling": request.sampling,
                "instructions": added,
            },
        )
        self._responder = Responder(self._model, context)

    @property
    def decision(self) -> Decision:
        """What the turn came to."""
        return self._responder.decision

    async def chunks(self, expert: str | None = None) -> Chunks:
        """Yield the answer to the caller's last words.

        Args:
            expert: Who answers; None for the twin, which decides what is needed.

        Raises:
            ExpertError: The expert did not answer, or broke off.
            openai.OpenAIError: The model server failed, or refused the request.
            httpx2.HTTPError: The connection broke.
        """
        self._clock.typed()
        turn = self._conversation.turn()
        answer = (
            self._responder.ask_expert(expert, turn) if expert else self._responder.respond(turn)
        )
        async with aclosing(answer):
            async for chunk in answer:
                yield chunk

    def timings(self) -> TurnTimings:
        """End the turn and return what it took."""
        return self._clock.finish() or TurnTimings()

    async def close(self) -> None:
        """Release the connection."""
        await self._model.close()


def _usable(agent_context: AgentContext, name: str) -> Tool | None:
    return None if name in WITHOUT_MEANING else agent_context.tool(name)
