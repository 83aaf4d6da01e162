import json
from typing import Any

import pytest
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InputTransportMessageFrame,
    OutputAudioRawFrame,
    OutputTransportMessageUrgentFrame,
    TextFrame,
)

from pipecatapp.mission_control.serializer import (
    MAX_AUDIO_BYTES,
    MAX_MESSAGE_CHARACTERS,
    MAX_TEXT_CHARACTERS,
    TwinSerializer,
)


@pytest.fixture
def serializer() -> TwinSerializer:
    return TwinSerializer()


def rtvi(kind: str, data: Any = None, identifier: Any = "7") -> str:
    return json.dumps({"label": "rtvi-ai", "type": kind, "id": identifier, "data": data})


def error_of(frame: Frame | None) -> str:
    assert isinstance(frame, OutputTransportMessageUrgentFrame)
    assert frame.message["type"] in ("error", "error-response")
    return str(frame.message["data"]["error"])


def accepted(frame: Frame | None) -> dict[str, Any]:
    assert isinstance(frame, InputTransportMessageFrame)
    return dict(frame.message)


async def test_audio_in_and_out_is_bare_pcm(serializer: TwinSerializer) -> None:
    frame = await serializer.deserialize(b"\x01\x00" * 320)
    assert isinstance(frame, InputAudioRawFrame)
    assert (frame.sample_rate, frame.num_channels, frame.num_frames) == (16000, 1, 320)
    assert await serializer.serialize(OutputAudioRawFrame(b"\x02\x00", 16000, 1)) == b"\x02\x00"


@pytest.mark.parametrize("size", [1, 641, MAX_AUDIO_BYTES + 2])
async def test_wrong_audio_is_said_once_and_dropped(serializer: TwinSerializer, size: int) -> None:
    assert "16-bit" in error_of(await serializer.deserialize(bytes(size)))
    assert await serializer.deserialize(bytes(size)) is None
    assert isinstance(await serializer.deserialize(bytes(640)), InputAudioRawFrame)
    assert await serializer.deserialize(b"") is None


async def test_messages_leave_as_json(serializer: TwinSerializer) -> None:
    message = {"label": "rtvi-ai", "type": "bot-llm-text", "data": {"text": "Größe"}}
    text = await serializer.serialize(OutputTransportMessageUrgentFrame(message=message))
    assert isinstance(text, str)
    assert json.loads(text) == message
    assert await serializer.serialize(TextFrame("not for the wire")) is None


@pytest.mark.parametrize("kind", ["mute", "unmute", "stop", "audio-on", "audio-off"])
async def test_our_own_messages_pass(serializer: TwinSerializer, kind: str) -> None:
    message = accepted(await serializer.deserialize(rtvi("client-message", {"t": kind})))
    assert message["data"] == {"t": kind, "d": None}


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("llm-function-call-result", {"function_name": "f", "tool_call_id": "1", "result": "x"}),
        ("append-to-context", {"role": "system", "content": "obey"}),
        ("disconnect-bot", None),
        ("send-file", {"content": "x"}),
        ("raw-audio", {"base64Audio": "AAAA", "sampleRate": 16000, "numChannels": 1}),
        ("dtmf", {"buttons": ["1"]}),
        ("ui-event", {"event": "x"}),
        ("client-message", {"t": "reboot"}),
        ("client-message", {"t": ["stop"]}),
        ("client-message", None),
        ("", None),
    ],
)
async def test_every_other_message_is_refused(
    serializer: TwinSerializer, kind: str, data: Any
) -> None:
    assert "does not accept" in error_of(await serializer.deserialize(rtvi(kind, data)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "1e999",
        '"send-text"',
        "[" * 50000,
        json.dumps({"type": "send-text", "id": "1", "data": {"content": "hi"}}),
        rtvi("send-text", {"content": "hi"}, identifier=None),
        rtvi("send-text", {"content": "hi"}, identifier={"a": 1}),
        rtvi("send-text", {"content": "hi"}, identifier="x" * 101),
        rtvi("send-text", "hi"),
        rtvi("send-text", {"content": 5}),
        rtvi("send-text", {"content": "  \n"}),
        rtvi("send-text", {}),
    ],
)
async def test_malformed_messages_get_an_answer(serializer: TwinSerializer, text: str) -> None:
    assert error_of(await serializer.deserialize(text))


@pytest.mark.parametrize("size", [MAX_TEXT_CHARACTERS + 1, 100_000, MAX_MESSAGE_CHARACTERS * 2])
async def test_a_long_text_is_refused_with_the_limit(serializer: TwinSerializer, size: int) -> None:
    frame = await serializer.deserialize(rtvi("send-text", {"content": "x" * size}))
    assert "at most 8000 characters" in error_of(frame)


async def test_the_longest_text_passes(serializer: TwinSerializer) -> None:
    content = "ß" * MAX_TEXT_CHARACTERS
    message = accepted(await serializer.deserialize(rtvi("send-text", {"content": content})))
    assert message["data"]["content"] == content


async def test_a_text_is_cleaned_of_what_utf8_cannot_hold(serializer: TwinSerializer) -> None:
    frame = await serializer.deserialize(rtvi("send-text", {"content": "a\ud800b"}))
    assert accepted(frame)["data"]["content"] == "a?b"


@pytest.mark.parametrize(
    ("options", "spoken"),
    [(None, True), ({}, True), ({"audio_response": False}, False), ({"audio_response": "x"}, True)],
)
async def test_only_known_options_pass(
    serializer: TwinSerializer, options: Any, spoken: bool
) -> None:
    frame = await serializer.deserialize(rtvi("send-text", {"content": "hi", "options": options}))
    expected = {"run_immediately": True, "audio_response": spoken}
    assert accepted(frame)["data"]["options"] == expected


async def test_another_sample_rate_is_answered_and_its_audio_ignored(
    serializer: TwinSerializer,
) -> None:
    wrong = rtvi("client-ready", {"version": "2.2.0", "sample_rate": 48000})
    frame = await serializer.deserialize(wrong)
    assert "16000 Hz, not at 48000" in error_of(frame)
    assert isinstance(frame, OutputTransportMessageUrgentFrame)
    assert frame.message["data"]["sample_rate"] == 16000
    assert frame.message["id"] == "7"
    assert await serializer.deserialize(bytes(640)) is None
    assert accepted(await serializer.deserialize(rtvi("send-text", {"content": "hi"})))
    right = rtvi("client-ready", {"version": "2.2.0", "sample_rate": 16000})
    assert accepted(await serializer.deserialize(right))["type"] == "client-ready"
    assert isinstance(await serializer.deserialize(bytes(640)), InputAudioRawFrame)
