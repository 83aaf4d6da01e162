import struct
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from pipecatapp.client.twin_client import SAMPLE_RATE
from pipecatapp.commands.talk import LONGEST_WAV_SECS, read_wav, write_wav
from pipecatapp.errors import UserError


def tone(seconds: float, rate: int, hertz: float = 440) -> npt.NDArray[np.int16]:
    time = np.arange(int(seconds * rate)) / rate
    return (12000 * np.sin(2 * np.pi * hertz * time)).astype(np.int16)


def write(
    path: Path, frames: bytes, *, rate: int = SAMPLE_RATE, channels: int = 1, width: int = 2
) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(frames)
    return path


def pitch(pcm: bytes) -> float:
    """Return the loudest frequency, in hertz."""
    samples = np.frombuffer(pcm, np.int16).astype(np.float64)
    return float(np.abs(np.fft.rfft(samples)).argmax() * SAMPLE_RATE / len(samples))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spoken.wav"


def test_what_was_written_is_read_to_the_byte(path: Path) -> None:
    pcm = tone(0.5, SAMPLE_RATE).tobytes()
    write_wav(path, pcm)
    assert read_wav(path) == pcm


@pytest.mark.parametrize("rate", [8000, 44100, 48000])
def test_another_rate_keeps_length_and_pitch(path: Path, rate: int) -> None:
    pcm = read_wav(write(path, tone(1, rate).tobytes(), rate=rate))
    assert abs(len(pcm) / 2 - SAMPLE_RATE) <= 2
    assert abs(pitch(pcm) - 440) < 3


def test_stereo_becomes_the_mean_of_its_channels(path: Path) -> None:
    left, right = tone(1, 44100), np.zeros(44100, np.int16)
    frames = np.stack([left, right], axis=1).tobytes()
    pcm = read_wav(write(path, frames, rate=44100, channels=2))
    assert abs(pitch(pcm) - 440) < 3
    assert abs(int(np.abs(np.frombuffer(pcm, np.int16)).max()) - 6000) < 300


def test_loud_audio_does_not_wrap_around(path: Path) -> None:
    # A filter overshoots at the edges of a square wave, here beyond the largest sample.
    square = np.where(tone(1, 44100) > 0, 32767, 0).astype(np.int16)
    samples = np.frombuffer(read_wav(write(path, square.tobytes(), rate=44100)), np.int16)
    assert samples.max() == 32767
    assert samples.min() > -8000


@pytest.mark.parametrize(("width", "bits"), [(1, "8-bit"), (3, "24-bit"), (4, "32-bit")])
def test_other_sample_formats_are_named(path: Path, width: int, bits: str) -> None:
    write(path, bytes(width * 1600), width=width)
    with pytest.raises(UserError, match=f"{bits} samples: convert it to 16-bit"):
        read_wav(path)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"OggS" + bytes(100), b"\xff" * 5000])
def test_garbage_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(UserError, match="cannot be read as a WAV file"):
        read_wav(path)


def test_a_missing_file_is_named(path: Path) -> None:
    with pytest.raises(UserError, match=r"spoken\.wav cannot be read"):
        read_wav(path)


def test_a_file_without_sound_is_refused(path: Path) -> None:
    with pytest.raises(UserError, match="holds no sound"):
        read_wav(write(path, b""))


def test_a_download_cut_off_in_the_middle_of_a_sample_is_read_as_far_as_it_goes(path: Path) -> None:
    frames = np.stack([tone(1, SAMPLE_RATE)] * 2, axis=1).tobytes()
    write(path, frames, channels=2)
    path.write_bytes(path.read_bytes()[:-16001])
    pcm = read_wav(path)
    assert 0 < len(pcm) <= len(frames) // 2 - 8000


def test_a_header_without_a_rate_is_refused(path: Path) -> None:
    write(path, tone(1, SAMPLE_RATE).tobytes())
    content = bytearray(path.read_bytes())
    content[24:28] = struct.pack("<I", 0)
    path.write_bytes(content)
    with pytest.raises(UserError, match="holds no sound"):
        read_wav(path)


def test_an_hour_is_refused_without_reading_it(path: Path) -> None:
    write(path, bytes(2 * 100 * (LONGEST_WAV_SECS + 2)), rate=100)
    with pytest.raises(UserError, match=f"longer than {LONGEST_WAV_SECS} s"):
        read_wav(path)


def test_a_reply_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written: No such file or directory"):
        write_wav(tmp_path / "missing" / "out.wav", b"")
