"""The recognizer and the voice that all sessions of an agent share."""

from typing import Any

from pipecatapp.runtime.setup import InstalledModels
from pipecatapp.settings import Settings
from pipecatapp.voice.piper import Speaker
from pipecatapp.voice.recognizer import Recognizer
from pipecatapp.voice.selection import SttChoice, choose_stt, load_recognizer


class SpeechModels:
    """The speech models of one agent, loaded once because they are large."""

    def __init__(self, settings: Settings):
        """Prepare; `load` takes seconds."""
        self._settings = settings
        self._choice: SttChoice | None = None
        self.recognizer: Recognizer | None = None
        self.speaker: Speaker | None = None

    def load(self, installed: InstalledModels) -> None:
        """Load the models and use them once, so that the first turn need not wait for that.

        Args:
            installed: The models that are here.
        """
        settings = self._settings
        if installed.tts is not None:
            self.speaker = Speaker(installed.tts)
            self.speaker.speak_now("Ready.")
        self._choice = choose_stt(installed.stt_candidates, settings, self.speaker)
        chosen = next(m for m in installed.stt_candidates if m.name == self._choice.model)
        self.stt_dir = chosen.directory(settings.models_dir)
        if settings.stt_service == "faster-whisper":
            self.recognizer = load_recognizer(chosen, settings)
            self.recognizer.warm_up()

    def status_fields(self) -> dict[str, Any]:
        """Return the fields of the status about them."""
        return {
            "stt": {
                "service": self._settings.stt_service,
                "model": self._choice.model if self._choice else None,
                "reason": self._choice.reason if self._choice else None,
            },
            "tts": {
                "service": self._settings.tts_service,
                "voice": self.speaker.name if self.speaker else self._settings.tts_model,
            },
            "language": self._settings.language,
        }

    def close(self) -> None:
        """Release the models."""
        if self.recognizer:
            self.recognizer.close()
        if self.speaker:
            self.speaker.close()
