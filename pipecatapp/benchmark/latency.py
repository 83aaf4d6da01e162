"""`pipecatapp bench latency`: times ten spoken turns from the last word to the first audio."""

import asyncio
import json
import statistics
from typing import Any

import click
import numpy as np
import soxr

from pipecatapp.client.api import ask_agent
from pipecatapp.client.twin_client import SAMPLE_RATE, TurnResult, TwinClient
from pipecatapp.errors import UserError
from pipecatapp.runtime.models.catalogue import Catalogue
from pipecatapp.runtime.models.speech import tts_model, voice_file
from pipecatapp.settings import Settings, load_settings

QUESTIONS = (
    "What is the capital of France?",
    "Who wrote Romeo and Juliet?",
    "How many days are there in a leap year?",
    "Tell me a short joke about computers.",
    "What is the largest planet in the solar system?",
    "Can you explain what a rainbow is?",
    "Name three animals that live in the sea.",
    "What should I cook for dinner tonight?",
    "How do I boil an egg?",
    "What is seventeen times three?",
)
SPEAKING_RATE = 1.15
"""Piper's length scale: slower than the twin's voice, so that it sounds like another speaker."""


@click.command(short_help="Time ten spoken turns of the running agent.")
@click.option("--json", "as_json", is_flag=True, help="Print every figure as JSON.")
def latency(as_json: bool) -> None:
    """Speak ten turns to the running agent and print what each stage took."""
    settings = load_settings()
    turns = asyncio.run(_converse(settings, speak_questions(settings)))
    report = summarize(turns) | {"agent": ask_agent(settings, "GET", "/api/status")}
    click.echo(json.dumps(report, indent=2) if as_json else _table(report))


def speak_questions(settings: Settings) -> list[bytes]:
    """Return the questions as PCM16 mono at 16 kHz, spoken by the catalogue's voice.

    Raises:
        UserError: The catalogue has no voice.
    """
    model = tts_model(
        Catalogue.load(settings.catalogue), settings.model_copy(update={"tts_service": "piper"})
    )
    # Imported here, as it takes a second that the other commands need not wait for.
    from piper import PiperVoice, SynthesisConfig

    if model is None:
        raise UserError(f"There is no voice for Piper in {settings.catalogue}: add one.")
    voice = PiperVoice.load(voice_file(model.directory(settings.models_dir)))
    config = SynthesisConfig(length_scale=SPEAKING_RATE)
    spoken = []
    for question in QUESTIONS:
        chunks = voice.synthesize(question, syn_config=config)
        audio = np.concatenate([chunk.audio_float_array for chunk in chunks])
        resampled = soxr.resample(audio, voice.config.sample_rate, SAMPLE_RATE)
        spoken.append((np.clip(resampled, -1, 1) * 32767).astype(np.int16).tobytes())
    return spoken


async def _converse(settings: Settings, spoken: list[bytes]) -> list[TurnResult]:
    turns = []
    async with TwinClient.connect(settings) as client:
        for number, pcm in enumerate(spoken, 1):
            turns.append(await client.speak(pcm))
            click.echo(f"[{number}/{len(spoken)}] {turns[-1].transcript}", err=True)
    return turns


def summarize(turns: list[TurnResult]) -> dict[str, Any]:
    """Return the median and 95th percentile of each stage in ms, and the cached share."""
    figures: dict[str, list[float]] = {}
    for turn in turns:
        if turn.voice_to_voice is not None:
            figures.setdefault("voice_to_voice_ms", []).append(1000 * turn.voice_to_voice)
        for name, value in turn.timings.items():
            if value is not None:
                figures.setdefault(name, []).append(value)
    later = [t.timings for t in turns[1:] if t.timings.get("prompt_tokens")]
    cached, prompt = (sum(t[n] or 0 for t in later) for n in ("cached_tokens", "prompt_tokens"))
    return {
        "turns": [turn.as_dict() for turn in turns],
        "stages": {
            name: {
                "median": round(statistics.median(values), 1),
                "p95": round(float(np.percentile(values, 95)), 1),
                "count": len(values),
            }
            for name, values in figures.items()
        },
        "cached_share_from_second_turn": round(cached / prompt, 3) if prompt else None,
    }


def _table(report: dict[str, Any]) -> str:
    lines = [f"{'stage':<20}{'median':>10}{'p95':>10}{'turns':>7}"]
    for name, row in report["stages"].items():
        lines.append(f"{name:<20}{row['median']:>10}{row['p95']:>10}{row['count']:>7}")
    share = report["cached_share_from_second_turn"]
    if share is not None:
        lines.append(f"prompt served from the prefix cache from the second turn on: {share:.1%}")
    lines.append(f"the agent without llama-server: {report['agent']['memory_mb']} MiB resident")
    return "\n".join(lines)
