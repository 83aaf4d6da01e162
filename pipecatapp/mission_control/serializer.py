"""The socket's protocol: RTVI messages as JSON text, speech as PCM16 mono in binary."""

import json
from typing import Any

from loguru import logger
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InputTransportMessageFrame,
    OutputAudioRawFrame,
    OutputTransportMessageFrame,
    OutputTransportMessageUrgentFrame,
)
from pipecat.processors.frameworks.rtvi.models import MESSAGE_LABEL
from pipecat.serializers.base_serializer import FrameSerializer

SAMPLE_RATE = 16000
MAX_AUDIO_BYTES = 64 * 1024
MAX_TEXT_CHARACTERS = 8000
MAX_MESSAGE_CHARACTERS = 64 * 1024
CLIENT_MESSAGES = frozenset({"mute", "unmute", "stop", "audio-on", "audio-off"})


class TwinSerializer(FrameSerializer):
    """Lets through what a person's client may say, and answers the rest with an error.

    RTVI also knows messages that forge a tool's result, write into the context or end the bot;
    none of them comes from a client of ours, so only `client-ready`, `send-text` and our own
    `client-message` kinds pass. An error is returned as a frame: the input transport pushes it
    down the pipeline and the output transport sends it back to this client.
    """

    def __init__(self, sample_rate: int = SAMPLE_RATE) -> None:
        """Start with the client's sample rate taken to be right.

        Args:
            sample_rate: Rate of the input audio, in Hz.
        """
        super().__init__(FrameSerializer.InputParams(ignore_rtvi_messages=False))
        self._sample_rate = sample_rate
        self._rate_agreed = True
        self._audio_refused = False

    async def serialize(self, frame: Frame) -> str | bytes | None:
        """Turn a frame into what the client receives.

        Returns:
            PCM16 mono in binary for audio, JSON text for a message, None for other frames.
        """
        if isinstance(frame, OutputAudioRawFrame):
            return frame.audio
        if isinstance(frame, (OutputTransportMessageFrame, OutputTransportMessageUrgentFrame)):
            return json.dumps(frame.message, ensure_ascii=False)
        return None

    async def deserialize(self, data: str | bytes) -> Frame | None:
        """Turn what the client sent into a frame.

        Returns:
            Audio, a permitted RTVI message, an error on its way back to the client, or None for
            what is silently dropped.
        """
        if isinstance(data, bytes):
            return self._audio(data)
        return self._message(data)

    def _audio(self, data: bytes) -> Frame | None:
        if not self._rate_agreed or not data:
            return None
        if len(data) % 2 or len(data) > MAX_AUDIO_BYTES:
            return self._refuse_audio(len(data))
        return InputAudioRawFrame(audio=data, sample_rate=self._sample_rate, num_channels=1)

    def _refuse_audio(self, size: int) -> Frame | None:
        # A client that is wrong once is wrong 50 times a second: say it once.
        if self._audio_refused:
            return None
        self._audio_refused = True
        logger.warning("Dropped an audio chunk of {} bytes", size)
        return error_message(
            "Audio must come as 16-bit samples, an even number of bytes, "
            f"at most {MAX_AUDIO_BYTES} a message."
        )

    def _message(self, text: str) -> Frame | None:
        if len(text) > MAX_MESSAGE_CHARACTERS:
            # Most likely a long send-text; the limit that its writer can act on is that one.
            return error_message(
                f"That is too long: a message may have at most {MAX_TEXT_CHARACTERS} characters."
            )
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            return error_message("That message is not JSON.")
        if not isinstance(message, dict) or message.get("label") != MESSAGE_LABEL:
            return error_message("That message is not RTVI.")
        identifier = message.get("id")
        if not isinstance(identifier, str) or len(identifier) > 100:
            return error_message("An RTVI message needs an id, a string of up to 100 characters.")
        data = message.get("data")
        if data is not None and not isinstance(data, dict):
            return error_message("An RTVI message's data must be an object.", identifier)
        return self._known(str(message.get("type")), identifier, data or {})

    def _known(self, kind: str, identifier: str, data: dict[str, Any]) -> Frame | None:
        match kind:
            case "client-ready":
                return self._client_ready(identifier, data)
            case "send-text":
                return _send_text(identifier, data)
            case "client-message" if str(data.get("t")) in CLIENT_MESSAGES:
                return _incoming(kind, identifier, {"t": data["t"], "d": data.get("d")})
            case _:
                return error_message("This server does not accept that message.", identifier)

    def _client_ready(self, identifier: str, data: dict[str, Any]) -> Frame:
        declared = data.get("sample_rate", self._sample_rate)
        self._rate_agreed = declared == self._sample_rate
        if self._rate_agreed:
            return _incoming("client-ready", identifier, data)
        return error_message(
            f"This server takes audio at {self._sample_rate} Hz, not at {str(declared)[:20]}. "
            "Audio is ignored until client-ready declares that rate.",
            identifier,
            sample_rate=self._sample_rate,
        )


def error_message(
    text: str, identifier: str | None = None, **details: Any
) -> OutputTransportMessageUrgentFrame:
    """Return an RTVI error for the client.

    Args:
        text: One line for a person.
        identifier: The id of the message that it answers, if it is known.
        **details: Further fields of the message's data.
    """
    message: dict[str, Any] = {
        "label": MESSAGE_LABEL,
        "type": "error" if identifier is None else "error-response",
        "data": {"error": text, "fatal": False, **details},
    }
    if identifier is not None:
        message["id"] = identifier
    return OutputTransportMessageUrgentFrame(message=message)


def _send_text(identifier: str, data: dict[str, Any]) -> Frame:
    content = data.get("content")
    if not isinstance(content, str) or not content.strip():
        return error_message("There is no text in that message.", identifier)
    if len(content) > MAX_TEXT_CHARACTERS:
        return error_message(
            f"A message may have at most {MAX_TEXT_CHARACTERS} characters; this one has "
            f"{len(content)}.",
            identifier,
        )
    options = data.get("options")
    spoken = not (isinstance(options, dict) and options.get("audio_response") is False)
    # A lone surrogate is valid JSON but not valid UTF-8: it would break the request to the model.
    text = content.encode("utf-8", "replace").decode("utf-8")
    return _incoming(
        "send-text",
        identifier,
        {"content": text, "options": {"run_immediately": True, "audio_response": spoken}},
    )


def _incoming(kind: str, identifier: str, data: dict[str, Any]) -> Frame:
    message = {"label": MESSAGE_LABEL, "type": kind, "id": identifier, "data": data}
    return InputTransportMessageFrame(message=message)
