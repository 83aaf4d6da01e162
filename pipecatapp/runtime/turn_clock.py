"""Measures how long each stage of a turn takes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field


@dataclass
class TurnTimings:
    """The timings of one finished turn; None for a stage that did not take place.

    Times are in milliseconds. Those marked (*) count from the last voiced sample of a spoken turn,
    or from the arrival of a typed one. Stages overlap, so they do not add up to the total.

    Attributes:
        turn_end_ms: Until the turn was considered ended (*).
        stt_ms: From the pause that ended the speech to its transcript.
        decide_ms: For the choice between an answer, a tool and an expert.
        ttft_ms: From the request to the model's first token.
        tts_first_ms: From the first clause that can be spoken to its first audio.
        first_audio_ms: Until the first audio was sent to the client (*).
        total_ms: Until the answer was complete (*).
        prompt_tokens: The length of the model's prompt, in tokens.
        cached_tokens: How many of them came from the prefix cache.
        tokens_per_s: The speed of generation.
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
        """Return the timings by their public names, rounded to one decimal."""
        return {
            name: round(value, 1) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }


TIMING_NAMES = tuple(TurnTimings.__dataclass_fields__)


@dataclass
class TurnClock:
    """Takes the times of the current turn.

    Each session has one clock, which its services share. After a speculative answer was dropped,
    its stages happen again; the last time of each counts.
    """

    _origin: float | None = None
    _timings: TurnTimings = field(default_factory=TurnTimings)
    _request: float | None = None
    _clause: float | None = None
    _pause: float | None = None

    @staticmethod
    def now() -> float:
        """Return the time of the clock that all timings use, in seconds."""
        return time.monotonic()

    def _since_origin(self) -> float | None:
        return None if self._origin is None else 1000 * (self.now() - self._origin)

    @property
    def running(self) -> bool:
        """Whether a turn has begun and not ended."""
        return self._origin is not None

    def turn_started(self) -> None:
        """Note that a turn begins, and drop the timings of the one before."""
        self._origin = self._request = self._clause = self._pause = None
        self._timings = TurnTimings()

    def typed(self) -> None:
        """Note that a typed turn arrived; the request to the model may have been made before."""
        self._pause = None
        self._origin = self.now()

    def voice_paused(self, silence_secs: float) -> None:
        """Note that voice activity ended `silence_secs` seconds ago."""
        self._pause = self.now()
        self._origin = self._pause - silence_secs

    def transcribed(self) -> None:
        """Note that the speech before the pause has been transcribed."""
        if self._pause is not None:
            self._timings.stt_ms = 1000 * (self.now() - self._pause)

    def turn_ended(self) -> None:
        """Note that the turn is considered ended."""
        self._timings.turn_end_ms = self._since_origin()

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """Measure the decision on what the turn needs, which is made in the block."""
        begun = self.now()
        try:
            yield
        finally:
            self._timings.decide_ms = 1000 * (self.now() - begun)

    def requested(self) -> None:
        """Note that a request was sent to the model."""
        self._request = self.now()
        self._clause = None
        self._timings.ttft_ms = None

    def first_token(self) -> None:
        """Note that the model's first token arrived."""
        if self._request is not None and self._timings.ttft_ms is None:
            self._timings.ttft_ms = 1000 * (self.now() - self._request)

    def first_clause(self) -> None:
        """Note that the first clause of the answer can be spoken."""
        if self._clause is None:
            self._clause = self.now()
            self._timings.tts_first_ms = None

    def first_speech(self) -> None:
        """Note that the first audio of the answer was synthesized."""
        if self._clause is not None and self._timings.tts_first_ms is None:
            self._timings.tts_first_ms = 1000 * (self.now() - self._clause)

    def audio_sent(self) -> None:
        """Note that audio of the answer is sent to the client; only the first time counts."""
        if self._timings.first_audio_ms is None:
            self._timings.first_audio_ms = self._since_origin()

    def tokens(self, prompt: int, cached: int, per_second: float | None) -> None:
        """Note the model's own counts: tokens of the prompt, cached ones, and per second."""
        self._timings.prompt_tokens = prompt
        self._timings.cached_tokens = cached
        self._timings.tokens_per_s = per_second

    def finish(self) -> TurnTimings | None:
        """End the turn and return its timings, or None if no turn had begun."""
        if self._origin is None:
            return None
        self._timings.total_ms = self._since_origin()
        finished = self._timings
        self.turn_started()
        return finished
