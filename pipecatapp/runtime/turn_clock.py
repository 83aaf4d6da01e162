"""What each stage of one turn of conversation took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field


@dataclass
class TurnTimings:
    """The figures of one finished turn; `None` where a stage did not take place.

    Times are milliseconds. Those marked (*) count from the last voiced sample of a spoken turn,
    or from the arrival of a typed one; stages overlap, so they do not add up to the total.

    Attributes:
        turn_end_ms: Until the turn was taken to be over (*).
        stt_ms: From the pause that ended the speech to its transcript.
        decide_ms: Choosing between an answer, a tool and an expert.
        ttft_ms: From the request to the model's first token.
        tts_first_ms: From the first speakable clause to its first audio.
        first_audio_ms: Until the first audio left for the client (*).
        total_ms: Until the answer was complete (*).
        prompt_tokens: Length of the model's prompt, in tokens.
        cached_tokens: How many of those the prefix cache served.
        tokens_per_s: Generation speed.
    """

    turn_end_ms: float | None = None
    stt_ms: float | None = None
    decide_ms: float | None = None
    ttft_ms: float | None = None
    tts_first_ms: float | None = None
    first_audio_ms: float | None = None
    total_ms: float | None = None
    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    tokens_per_s: float | None = None

    def as_dict(self) -> dict[str, float | int | None]:
        """Return the figures by their public names, rounded to a tenth."""
        return {
            name: round(value, 1) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }


TIMING_NAMES = tuple(TurnTimings.__dataclass_fields__)


@dataclass
class TurnClock:
    """Collects the marks of the turn under way.

    One session has one clock, which its services share. A speculative start that is withdrawn
    simply marks again: the latest mark counts.
    """

    _origin: float | None = None
    _timings: TurnTimings = field(default_factory=TurnTimings)
    _request: float | None = None
    _clause: float | None = None
    _pause: float | None = None

    @staticmethod
    def now() -> float:
        """Return the time all marks are taken with, in seconds."""
        return time.monotonic()

    def _since_origin(self) -> float | None:
        return None if self._origin is None else 1000 * (self.now() - self._origin)

    @property
    def running(self) -> bool:
        """Whether a turn is under way."""
        return self._origin is not None

    def turn_started(self) -> None:
        """A new turn begins: forget the one before."""
        self._origin = self._request = self._clause = self._pause = None
        self._timings = TurnTimings()

    def typed(self) -> None:
        """A typed turn arrived; the request to the model may have been marked already."""
        self._pause = None
        self._origin = self.now()

    def voice_paused(self, silence_secs: float) -> None:
        """Voice activity ended `silence_secs` ago."""
        self._pause = self.now()
        self._origin = self._pause - silence_secs

    def transcribed(self) -> None:
        """The transcript of the speech before the pause is there."""
        if self._pause is not None:
            self._timings.stt_ms = 1000 * (self.now() - self._pause)

    def turn_ended(self) -> None:
        """The turn is taken to be over."""
        self._timings.turn_end_ms = self._since_origin()

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """It is being decided what the turn needs."""
        begun = self.now()
        try:
            yield
        finally:
            self._timings.decide_ms = 1000 * (self.now() - begun)

    def requested(self) -> None:
        """A request went to the model."""
        self._request = self.now()
        self._clause = None
        self._timings.ttft_ms = None

    def first_token(self) -> None:
        """The model's first token arrived."""
        if self._request is not None and self._timings.ttft_ms is None:
            self._timings.ttft_ms = 1000 * (self.now() - self._request)

    def first_clause(self) -> None:
        """There is something to speak."""
        if self._clause is None:
            self._clause = self.now()
            self._timings.tts_first_ms = None

    def first_speech(self) -> None:
        """The first audio of the answer was synthesized."""
        if self._clause is not None and self._timings.tts_first_ms is None:
            self._timings.tts_first_ms = 1000 * (self.now() - self._clause)

    def audio_sent(self) -> None:
        """Audio of the answer goes to the client; only the first counts."""
        if self._timings.first_audio_ms is None:
            self._timings.first_audio_ms = self._since_origin()

    def tokens(self, prompt: int, cached: int, per_second: float | None) -> None:
        """The model reported its counts."""
        self._timings.prompt_tokens = prompt
        self._timings.cached_tokens = cached
        self._timings.tokens_per_s = per_second

    def finish(self) -> TurnTimings | None:
        """End the turn and return its figures, or `None` when no turn was under way."""
        if self._origin is None:
            return None
        self._timings.total_ms = self._since_origin()
        finished = self._timings
        self.turn_started()
        return finished
