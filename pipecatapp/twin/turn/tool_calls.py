"""Has a turn's calls made: starts them, waits as long as is bearable, and lets go of the others."""

import asyncio
from collections.abc import Awaitable, Callable

from pipecatapp.text.language import language
from pipecatapp.tools.execution.runner import ToolRun
from pipecatapp.tools.tool import ToolError
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.messages import result_text
from pipecatapp.twin.history.turn_notes import Turn
from pipecatapp.twin.llm.chunks import Chunks, say
from pipecatapp.twin.routing.actions import Decision, written
from pipecatapp.twin.turn.agent_context import AgentContext
from pipecatapp.twin.turn.pending_results import PendingToolResults
from pipecatapp.twin.turn.planner import last_words

SOON_SECS = 1.5
"""A call that takes longer is bridged by a word."""
PATIENCE_SECS = 20.0
"""A call that takes longer than this ends the turn and goes on by itself."""


class ToolCallHandler:
    """The calls of one session."""

    def __init__(
        self,
        agent_context: AgentContext,
        conversation: Conversation,
        pending_results: PendingToolResults,
        confirmed: Callable[[], Awaitable[None]],
        person: str | None,
        *,
        present: bool,
    ):
        """Take what `Responder` is made with."""
        self._agent_context = agent_context
        self._runner = agent_context.runner
        self._conversation = conversation
        self._pending_results = pending_results
        self._confirmed = confirmed
        self._person = person
        self._present = present
        self._background: set[asyncio.Task[None]] = set()

    async def start(self, decision: Decision, turn: Turn, *, after_result: bool) -> ToolRun | None:
        """Begin a call once the turn is certain; None, and a note, where it cannot begin.

        Args:
            decision: The tool and its arguments.
            turn: What asks for it.
            after_result: Whether a result may have had a part in it.
        """
        await self._confirmed()
        name = decision.name or ""
        tool = self._agent_context.tool(name)
        try:
            if tool is None:
                raise ToolError("It cannot be used at the moment.")
            return self._runner.start(
                tool,
                decision.arguments,
                self._conversation,
                after_result=after_result,
                words=last_words(turn),
                person=self._person,
                askable=self._present,
            )
        except ToolError as error:
            turn.add_step(written(name, decision.arguments), result_text(name, str(error)))
            return None

    async def attend(self, run: ToolRun) -> Chunks:
        """Wait for a call as long as is bearable, with words in between."""
        attended = False
        try:
            if run.approval is not None:
                # However soon a person decides, the outcome is a turn of its own: clients count.
                if self._present:
                    yield say(language().phrases.asks.format(purpose=run.purpose))
                else:
                    await run.ended()  # at once, as soon as the audit has its refusal
                    yield say(language().phrases.unasked.format(purpose=run.purpose))
                return
            if not self._present:
                await run.ended()
            if not await run.wait(SOON_SECS):
                yield say(language().phrases.thinking)
                if not await run.wait(PATIENCE_SECS):
                    yield say(language().phrases.takes_long)
            attended = run.over
        finally:
            # Talked over, or gone on with alone: in any case its end is to be told.
            if not attended and self._present:
                self._let_go(run)
            elif not run.over:
                await run.cancel()  # nobody can be told

    async def stop(self) -> bool:
        """End what runs and withdraw what waits, once the turn is certain.

        Returns:
            Whether there was anything.
        """
        runs = self._runner.runs(self._conversation.id)
        if runs:
            await self._confirmed()
        for run in runs:
            run.told = True
            await run.cancel()
        return bool(runs)

    def _let_go(self, run: ToolRun) -> None:
        async def see_to_the_end() -> None:
            await run.ended()
            if not run.told:
                await self._pending_results.ended(run)

        task = asyncio.create_task(see_to_the_end())
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def note(run: ToolRun, turn: Turn, result: str) -> None:
    """Add a call to the turn that asked for it, with what the model is to read of its result."""
    turn.add_step(written(run.tool.name, run.arguments), result_text(run.tool.name, result))
