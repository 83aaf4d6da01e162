"""Resources and conversations of tests, in the place of the agent's."""

from dataclasses import dataclass, field
from typing import Any

from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.settings import Settings
from pipecatapp.tools.schedule.schedule import Schedule
from pipecatapp.tools.tool import Call, FactMemory, Resources
from pipecatapp.twin.history.log import LogEntry

ROLES = ("user", "assistant")
EXAMPLES = ("one", "two", "three", "four", "five")


@dataclass
class FakeConversation:
    """A conversation of which only its identity and its words are known."""

    id: str = "conversation"
    at: str = ""
    said: list[tuple[str, str]] = field(default_factory=list)
    cleared: bool = False
    log_is_whole: bool = True

    @property
    def log(self) -> list[LogEntry]:
        spoken = [
            (role, text) for turn in self.said for role, text in zip(ROLES, turn, strict=True)
        ]
        return [LogEntry(role, text, self.at) for role, text in spoken if text]

    def turns(self) -> list[tuple[str, str]]:
        return self.said

    def clear(self) -> None:
        self.cleared = True


class FakeResources(Resources):
    """Real summaries; settings, a status and a memory that the test may give."""

    def __init__(
        self,
        status: dict[str, Any] | None = None,
        settings: Settings | None = None,
        memory: FactMemory | None = None,
        schedule: Schedule | None = None,
    ) -> None:
        self._schedule = schedule
        self._memory = memory
        self._status = status or {}
        self._settings = settings or Settings()

    @property
    def settings(self) -> Settings:
        return self._settings

    @property
    def memory(self) -> FactMemory | None:
        return self._memory

    @property
    def schedule(self) -> Schedule | None:
        return self._schedule

    async def status(self) -> dict[str, Any]:
        return self._status

    @property
    def embedder(self) -> MiniLM:
        return MiniLM(self.settings.models_dir / "all-MiniLM-L6-v2-int8")


def call_in(*turns: tuple[str, str]) -> Call:
    """Return a call from a conversation in which this was said."""
    return Call(FakeConversation(said=list(turns)))
