"""`pipecatapp chat` and `pipecatapp talk`: one turn through the socket that browsers use."""

import asyncio
import json
import wave
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
import soxr

from pipecatapp.client.twin_client import SAMPLE_RATE, TurnResult, TwinClient
from pipecatapp.commands.approval import TerminalApprover
from pipecatapp.errors import UserError
from pipecatapp.settings import load_settings

LONGEST_WAV_SECS = 120


@click.command()
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="Print transcript, reply, timings as JSON.")
def chat(text: str, as_json: bool) -> None:
    """Type TEXT to the twin and print what it answers."""

    async def exchange() -> TurnResult:
        async with TwinClient.connect(load_settings(), TerminalApprover()) as client:
            return await client.say(text)

    _print(asyncio.run(exchange()), as_json)


@click.command(short_help="Speak IN.wav to the twin and print what it answers.")
@click.argument("spoken", metavar="IN.wav", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Write the spoken reply to this WAV.")
@click.option("--json", "as_json", is_flag=True, help="Print transcript, reply, timings as JSON.")
def talk(spoken: Path, out: Path | None, as_json: bool) -> None:
    """Speak IN.wav to the twin, at its own pace, and print what it answers."""
    pcm = read_wav(spoken)

    async def exchange() -> TurnResult:
        async with TwinClient.connect(load_settings(), TerminalApprover()) as client:
            return await client.speak(pcm)

    turn = asyncio.run(exchange())
    if out is not None:
        write_wav(out, turn.audio)
    _print(turn, as_json)


def _print(turn: TurnResult, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(turn.as_dict(), ensure_ascii=False, indent=2))
        return
    click.echo(f"you:  {turn.transcript}")
    click.echo(f"twin: {turn.reply}")


def read_wav(path: Path) -> bytes:
    """Return a WAV file as PCM16 mono at 16 kHz.

    Raises:
        UserError: The file is not a WAV file of 16-bit samples, is empty or too long.
    """
    try:
        with wave.open(str(path), "rb") as file:
            rate, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            frames = file.readframes(min(file.getnframes(), (LONGEST_WAV_SECS + 1) * rate))
    except (OSError, EOFError, wave.Error) as error:
        raise UserError(f"{path} cannot be read as a WAV file: {error}.") from error
    if width != 2:
        raise UserError(f"{path} has {8 * width}-bit samples: convert it to 16-bit PCM first.")
    # A file that was cut off may end in the middle of a frame.
    count = len(frames) // (2 * channels)
    if count == 0:
        raise UserError(f"{path} holds no sound: record something first.")
    samples = np.frombuffer(frames, dtype=np.int16, count=count * channels).reshape(-1, channels)
    if len(samples) > LONGEST_WAV_SECS * rate:
        raise UserError(f"{path} is longer than {LONGEST_WAV_SECS} s: cut it into shorter turns.")
    mono = samples.mean(axis=1)
    resampled: npt.NDArray[np.float64] = (
        soxr.resample(mono, rate, SAMPLE_RATE) if rate != SAMPLE_RATE else mono
    )
    return np.clip(resampled, -32768, 32767).astype(np.int16).tobytes()


def write_wav(path: Path, pcm: bytes) -> None:
    """Write PCM16 mono at 16 kHz as a WAV file.

    Raises:
        UserError: The file cannot be written.
    """
    try:
        with path.open("wb") as raw, wave.open(raw, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes(pcm)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.") from error
