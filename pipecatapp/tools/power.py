"""`power`: sets how long experts may idle before they sleep.

The contract with the power agent, in files under `PIPECATAPP_HOME/power`:

- The power agent writes `agent.json`: `{"reported": TIME, "services": [NAME, ...]}`. TIME is ISO
  8601 with its offset from UTC, and no older than 120 seconds while the power agent works. The
  names are the Consul services that it watches.
- This toolset writes `thresholds.json` for it: `{NAME: SECONDS}`. The file is replaced as a whole,
  so a reader needs no lock; a writer holds `thresholds.lock`.
"""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from loguru import logger
from pydantic import AwareDatetime, BaseModel, RootModel, StrictInt, StrictStr, ValidationError

from pipecatapp.runtime.safe_files import locked, write_json
from pipecatapp.tools.tool import Call, ToolError, Toolset, tool

FEWEST_SECONDS = 60
MOST_SECONDS = 86400
REPORT_LIFETIME = timedelta(seconds=120)
EXPERT_PREFIX = "prima-api-"
_SERVICE = re.compile(r"[A-Za-z0-9-]{1,63}")


class _AgentReport(BaseModel):
    reported: AwareDatetime
    services: list[StrictStr]


_Thresholds = RootModel[dict[str, StrictInt]]


class Power(Toolset):
    """Sets idle thresholds; offered while a power agent reports."""

    namespace: ClassVar[str] = "power"

    async def unavailable(self) -> str | None:
        """Return None while a power agent reports, else why no threshold can be set."""
        try:
            await asyncio.to_thread(self._services)
        except ToolError as error:
            return str(error)
        return None

    @tool(
        sensitive=True,
        spoken=True,
        few_shot={
            "let cooking sleep after fifteen minutes": {"service": "cooking", "seconds": 900},
            "the music service should sleep after two hours": {
                "service": "music",
                "seconds": 7200,
            },
        },
        purpose="let {service} sleep after {seconds} seconds",
        provenance={"seconds": "partly named"},
        adds=("prima", "api", "expert", "service"),
        asks={
            "service": "Which service do you mean?",
            "seconds": "After how long shall it sleep?",
        },
        act="sleep",
        examples=(
            "let the coding expert sleep after ten minutes",
            "um set the idle timeout of the creative expert to half an hour",
            "put the coder to sleep when nobody has used it for five minutes",
            "keep the main expert awake for two hours before it goes to sleep",
            "uh the creative one should go to sleep sooner say after three minutes",
            "make the coding expert wait a whole day before it sleeps",
            "change how long the experts idle to fifteen minutes for coding",
            "so the coding expert may power down after twenty minutes of doing nothing",
            "raise the idle limit of the creative expert to one hour",
            "lower the sleep timer for coding to ninety seconds",
            "Set the idle timeout of prima-api-creative to 600 seconds.",
            "Set the idle threshold for coding to 1800.",
            "prima-api-main: sleep after 2 h idle",
            "Change the power threshold of prima-api-coding to 3600 seconds.",
            "The creative expert should sleep after 45 minutes without traffic.",
            "Don't let prima-api-main sleep for 24 hours.",
            "Save power: put the coding expert to sleep after 120 seconds idle.",
            "Give the creative expert an idle time of 5 min.",
            "Update the sleep threshold: coding, 900 seconds.",
            "Extend prima-api-coding's idle time to an hour and a half.",
        ),
    )
    async def set_idle_threshold(self, call: Call, service: str, seconds: int) -> str:
        """Set after how many idle seconds an expert's service goes to sleep.

        Args:
            call: Not used.
            service: The expert's name, such as coding, or its service, such as prima-api-coding.
            seconds: From 60 to 86400.
        """
        return await asyncio.to_thread(self._set, service, seconds)

    def _set(self, service: str, seconds: int) -> str:
        name = _watched_service(service, self._services())
        if not FEWEST_SECONDS <= seconds <= MOST_SECONDS:
            raise ToolError(
                f"{seconds} seconds cannot be an idle threshold: it has to be from "
                f"{FEWEST_SECONDS} (a minute) to {MOST_SECONDS} (a day)"
            )
        path = self._directory / "thresholds.json"
        try:
            with locked(path.with_suffix(".lock")):
                thresholds, note = _read(path)
                write_json(path, {**thresholds, name: seconds}, mode=0o600)
        except OSError as error:
            raise ToolError(f"{path} cannot be written: {error.strerror}") from error
        return f"{name} now sleeps after {seconds} seconds without use.{note}"

    @property
    def _directory(self) -> Path:
        return self.resources.settings.home / "power"

    def _services(self) -> list[str]:
        """Return the services that the power agent watches.

        Raises:
            ToolError: No power agent reports.
        """
        path = self._directory / "agent.json"
        try:
            report = _AgentReport.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise ToolError(f"no power agent reports here: it would write {path}") from None
        except (OSError, ValidationError) as error:
            raise ToolError(f"the power agent's report {path} cannot be understood") from error
        # A time in the future would otherwise count as fresh until this clock reaches it.
        if abs(datetime.now(UTC) - report.reported) > REPORT_LIFETIME:
            when = report.reported.isoformat(timespec="seconds")
            raise ToolError(f"the power agent does not report now: its last report says {when}")
        return report.services


def _watched_service(service: str, services: list[str]) -> str:
    """Return the watched service that a name stands for.

    Raises:
        ToolError: The name is malformed, or no watched service has it.
    """
    name = service.strip()
    if not _SERVICE.fullmatch(name):
        raise ToolError(
            f"{service[:80]!r} cannot name a service: use up to 63 letters, digits or dashes"
        )
    by_folded = {known.casefold(): known for known in services if _SERVICE.fullmatch(known)}
    for candidate in (name.casefold(), f"{EXPERT_PREFIX}{name.casefold()}"):
        if candidate in by_folded:
            return by_folded[candidate]
    raise ToolError(
        f"the power agent watches no {name}; it watches: "
        f"{', '.join(sorted(by_folded.values())) or 'nothing'}"
    )


def _read(path: Path) -> tuple[dict[str, int], str]:
    """Return the thresholds, and a note if a damaged file was moved aside.

    Raises:
        OSError: The file exists but cannot be read or moved.
    """
    try:
        return _Thresholds.model_validate_json(path.read_bytes()).root, ""
    except FileNotFoundError:
        return {}, ""
    except ValidationError:
        aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
        path.rename(aside)
        logger.warning(f"{path} was damaged: it is now {aside}")
        return {}, f" The former thresholds were damaged and are now in {aside}: set them again."
