"""Makes the speech services that the settings name."""

from pathlib import Path
from typing import Any

import aiohttp
from pipecat.services.piper.tts import PiperHttpTTSService
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService

from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.settings import Settings
from pipecatapp.voice.clauses import AnswerAggregator
from pipecatapp.voice.code import CODE, spoken_code
from pipecatapp.voice.piper import PiperTextToSpeech, Speaker, SpeechAhead
from pipecatapp.voice.realtime_stt import RealtimeSpeechToText
from pipecatapp.voice.recognizer import Recognizer
from pipecatapp.voice.whisper import WhisperSpeechToText

# A turn ends without its transcript if Whisper takes longer after the voice paused. It ends as soon
# as the transcript is there; this limit only matters on a slow processor.
STT_P99_SECS = 20.0


class PiperHttpTextToSpeech(PiperHttpTTSService):
    """Speaks through Piper's own server; code is shown and not spoken."""

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        language = self._text_aggregator.language
        self._text_aggregator = AnswerAggregator(language=language)
        self._skipped_text_aggregator = AnswerAggregator(language=language)


def make_stt(
    settings: Settings, recognizer: Recognizer | None, stt_dir: Path, clock: TurnClock
) -> STTService:
    """Return the speech recognition service of one session (STT_SERVICE).

    Args:
        settings: Which service, and the language.
        recognizer: The shared Whisper model; `None` for RealtimeSTT, which loads its own.
        stt_dir: The directory of the chosen Whisper model.
        clock: The session's clock.

    Raises:
        UserError: It needs an extra that is not installed.
    """
    if settings.stt_service == "realtimestt" or recognizer is None:
        return RealtimeSpeechToText(stt_dir, clock, language=settings.language)
    return WhisperSpeechToText(recognizer, clock, ttfs_p99_latency=STT_P99_SECS)


def make_tts(
    settings: Settings,
    speaker: Speaker | None,
    ahead: SpeechAhead | None,
    http: aiohttp.ClientSession,
) -> TTSService:
    """Return the speech synthesis service of one session (TTS_SERVICE)."""
    if speaker is None or ahead is None:
        return PiperHttpTextToSpeech(
            base_url=settings.piper_http_url.rstrip("/"),
            aiohttp_session=http,
            settings=PiperHttpTTSService.Settings(voice=settings.tts_model),
            max_consecutive_zero_audio_contexts=0,
            text_transforms=[(CODE, spoken_code)],
        )
    return PiperTextToSpeech(speaker, ahead)
