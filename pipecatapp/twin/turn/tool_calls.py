"""Makes a turn's tool calls: starts them, waits for them a while, and lets go of the others."""

import asyncio

from pipecatapp.text.language import language
from pipecatapp.tools.execution.runner import RunState, ToolRun
from pipecatapp.tools.tool import ToolError
from pipecatapp.twin.history.messages import (
    ResultState,
    ToolCall,
    ToolResult,
    new_call_id,
    result_of,
)
from pipecatapp.twin.history.turn import ActiveTurn
from pipecatapp.twin.routing.actions import Decision
from pipecatapp.twin.turn.answer_stream import AnswerStream
from pipecatapp.twin.turn.pending_results import Announcement, Untold
from pipecatapp.twin.turn.turn_context import TurnContext

SOON_SECS = 1.5
"""A call that takes longer is covered by a filler."""
PATIENCE_SECS = 20.0
"""A call that takes longer than this ends the turn and goes on by itself."""


class ToolCallHandler:
    """The tool calls of one session."""

    def __init__(self, context: TurnContext):
        """Make a handler for the turns of a context."""
        self._agent = context.agent
        self._runner = context.agent.runner
        self._conversation = context.conversation
        self._pending_results = context.pending_results
        self._confirmed = context.confirmed
        self._person = context.person
        self._present = context.present
        self._background: set[asyncio.Task[None]] = set()

    async def start(
        self, decision: Decision, turn: ActiveTurn, *, after_result: bool
    ) -> ToolRun | None:
        """Begin a call once the turn is certain; where it cannot begin, note why in the turn.

        Args:
            decision: The tool and its arguments.
            turn: What asks for it.
            after_result: Whether a tool's result may have led to it.

        Returns:
            The run, or None where it cannot begin.
        """
        await self._confirmed()
        name = decision.name or ""
        tool = self._agent.tool(name)
        try:
            if tool is None:
                raise ToolError("It cannot be used at the moment.")
            return self._runner.start(
                tool,
                decision.arguments,
                self._conversation,
                after_result=after_result,
                words=turn.last_words,
                person=self._person,
                askable=self._present,
            )
        except ToolError as error:
            call = ToolCall(new_call_id(), name, decision.arguments)
            turn.add_call(call, result_of(call.id, name, str(error), failed=True))
            return None

    async def attend(self, run: ToolRun, answer: AnswerStream) -> None:
        """Wait for a call a while, with fillers; one that goes on is told of when it ends."""
        attended = False
        try:
            if run.approval is not None:
                # However soon a person decides, the result has its own turn: clients expect it.
                if self._present:
                    await answer.say(language().phrases.asks.format(purpose=run.purpose))
                else:
                    await run.ended()  # at once, as soon as the audit has its refusal
                    await answer.say(language().phrases.unasked.format(purpose=run.purpose))
                return
            if not self._present:
                await run.ended()
            if not await run.wait(SOON_SECS):
                await answer.say(language().phrases.thinking)
                if not await run.wait(PATIENCE_SECS):
                    await answer.say(language().phrases.takes_long)
            attended = run.over
        finally:
            # The turn was interrupted, or goes on without the call: its end has to be told.
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


def record(run: ToolRun, turn: ActiveTurn) -> None:
    """Add a call to the turn that asked for it, with its result or that it comes later."""
    name = run.tool.name
    if run.approval:
        result = ToolResult(run.id, name, "", ResultState.AWAITS_APPROVAL)
    elif not run.over:
        result = ToolResult(run.id, name, "", ResultState.RUNNING)
    else:
        result = run_result(run)
    turn.add_call(ToolCall(run.id, name, run.arguments), result)


def run_result(run: ToolRun) -> ToolResult:
    """Return the result of a call that has ended."""
    failed = run.state is RunState.FAILED
    return result_of(run.id, run.tool.name, run.result or "", failed=failed)


def late_message(untold: Untold) -> ToolResult:
    """Return the message that opens the turn in which something is told."""
    if isinstance(untold, Announcement):
        return result_of(untold.id, untold.source, untold.text)
    return run_result(untold)
