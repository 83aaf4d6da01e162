"""What nobody asked for in this turn: results of calls that outlived theirs, and announcements.

The way of such a result: `ToolCallHandler` lets go of the call; when it ends, `PendingToolResults`
hands it to the session that was used last; `TwinService.tell` adds its result to the conversation;
the turn that this opens tells it, joined by the call's id. An announcement, such as that of a timer
that rings, goes the same way.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import uuid4

from pipecatapp.text.language import language
from pipecatapp.tools.execution.approvals import Verdict
from pipecatapp.tools.execution.runner import ToolRun


@dataclass(frozen=True)
class Announcement:
    """Words that are to be said once nobody is speaking.

    Attributes:
        text: The words.
        source: What they come from, such as `timer`.
        said: Called when they are being said.
        id: Opaque and unique.
    """

    text: str
    source: str
    said: Callable[[], None] = lambda: None
    id: str = field(default_factory=lambda: uuid4().hex)


Untold = ToolRun | Announcement
Teller = Callable[[list[Untold]], Awaitable[None]]


def needs_no_words(untold: Untold) -> bool:
    """Tell whether `result_sentence` says all that there is to say."""
    return isinstance(untold, Announcement) or untold.refused or untold.said is not None


def concerns_model(untold: Untold) -> bool:
    """Tell whether the model may read it; an announcement may repeat what a program wrote."""
    return not isinstance(untold, Announcement) and untold.tool.model_visible


def result_sentence(run: Untold, *, brief: bool) -> str:
    """Return the sentence that tells how a call ended; for a result, the words before it.

    Args:
        run: The call, or an announcement, which is said as it is.
        brief: Whether the turn is about something else, and no more will be said of it.
    """
    if isinstance(run, Announcement):
        return run.text
    match run.verdict:
        case Verdict.DENIED:
            return language().phrases.denied.format(purpose=run.purpose)
        case Verdict.EXPIRED:
            return language().phrases.expired.format(purpose=run.purpose)
        case Verdict.WITHDRAWN:
            return language().phrases.withdrawn.format(purpose=run.purpose)
    if run.said is not None:
        return run.said
    return language().phrases.ended.format(purpose=run.purpose) if brief else ""


class PendingToolResults:
    """The ended calls and announcements of one conversation that nobody has been told of yet.

    Of the sessions of a conversation the one that was used last tells. Where there is none, as
    somebody closed the page, the results are kept until a page is open again.
    """

    def __init__(self) -> None:
        self._untold: list[Untold] = []
        self._tellers: list[Teller] = []

    async def attach(self, teller: Teller) -> None:
        """Take on a session that can tell, and have it told what is left from before."""
        self.detach(teller)  # a client may say twice that it is ready
        self._tellers.append(teller)
        await self._tell()

    def detach(self, teller: Teller) -> bool:
        """Let go of a session; return whether it was the last."""
        if teller in self._tellers:
            self._tellers.remove(teller)
        return not self._tellers

    def prefer(self, teller: Teller) -> None:
        """Have this session tell from now on: somebody is speaking with it."""
        if teller in self._tellers:
            self._tellers.remove(teller)
            self._tellers.append(teller)

    async def ended(self, run: Untold) -> None:
        """Take a call that has ended and that no turn waits for, or an announcement."""
        self._untold.append(run)
        await self._tell()

    async def _tell(self) -> None:
        if self._tellers and self._untold:
            untold, self._untold = self._untold, []
            await self._tellers[-1](untold)
