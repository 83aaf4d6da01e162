"""The entry point of the agent: composes the pipeline of each session, and serves the page.

Voice activity is tuned here, by the names below; a change takes effect at the next start.
"""

import asyncio
import signal
import socket

import uvicorn
from loguru import logger
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frameworks.rtvi import RTVIObserverParams
from pipecat.transports.base_transport import BaseTransport
from pipecat.turns.user_start import BaseUserTurnStartStrategy, VADUserTurnStartStrategy
from pipecat.turns.user_stop.base_user_turn_stop_strategy import BaseUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies

from pipecatapp.agent.agent import Agent
from pipecatapp.agent.session import Session
from pipecatapp.agent.startup import open_agent
from pipecatapp.errors import UserError
from pipecatapp.mission_control.server import announce, uvicorn_config
from pipecatapp.mission_control.web import create_app
from pipecatapp.runtime.turn_clock import TurnClock
from pipecatapp.settings import Settings
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.service import TwinService
from pipecatapp.twin.written_answer import WrittenAnswers
from pipecatapp.voice.ahead import AnswerAhead
from pipecatapp.voice.gain import AutomaticGain
from pipecatapp.voice.microphone import MicrophoneGate
from pipecatapp.voice.recognizer import SAMPLE_RATE
from pipecatapp.voice.services import make_stt, make_tts
from pipecatapp.voice.turns import SpeculativeSpeechTimeout, SpeculativeTurnAnalyzer

# -- voice activity ---------------------------------------------------------------------------

VAD_CONFIDENCE = 0.7
"""How sure Silero must be that it hears a voice, from 0 to 1. Lower it for quiet speakers."""
VAD_START_SECS = 0.2
"""A voice must last so long to count as one. Raise it where doors and dishes interrupt."""
VAD_STOP_SECS = 0.2
"""Silence after which the transcript is made and an answer begun, not yet spoken."""
VAD_MIN_VOLUME = 0.6
"""How loud a voice must be, from 0 to 1, once voices are at one level (voice/gain.py)."""

TURN_SILENCE_SECS = 0.5
"""Silence, after VAD_STOP_SECS, that ends a turn (TURN_STRATEGY=speech-timeout).

The twin then speaks, at the earliest VAD_STOP_SECS + TURN_SILENCE_SECS after the last word.
Raise it for people who pause in mid-sentence; it costs no more than what it adds.
"""
TURN_WATCHDOG_SECS = 30.0
"""A turn whose transcript never comes ends after this: slow processors need long to hear."""


def vad_analyzer() -> SileroVADAnalyzer:
    """Return a voice activity detector with this module's values."""
    return SileroVADAnalyzer(
        sample_rate=SAMPLE_RATE,
        params=VADParams(
            confidence=VAD_CONFIDENCE,
            start_secs=VAD_START_SECS,
            stop_secs=VAD_STOP_SECS,
            min_volume=VAD_MIN_VOLUME,
        ),
    )


def turn_strategies(settings: Settings) -> UserTurnStrategies:
    """Return when a spoken turn starts and ends, by the setting TURN_STRATEGY."""
    start: list[BaseUserTurnStartStrategy] = [VADUserTurnStartStrategy()]
    stop: BaseUserTurnStopStrategy
    if settings.turn_strategy == "smart-turn":
        stop = SpeculativeTurnAnalyzer(turn_analyzer=LocalSmartTurnAnalyzerV3())
    else:
        stop = SpeculativeSpeechTimeout(user_speech_timeout=TURN_SILENCE_SECS)
    return UserTurnStrategies(start=start, stop=[stop])


# -- the pipeline of one session --------------------------------------------------------------


def compose(
    agent: Agent, transport: BaseTransport, conversation: Conversation, person: str | None
) -> tuple[PipelineWorker, Session]:
    """Compose a session's pipeline: voice in, TwinService, voice out.

    Args:
        agent: What all sessions share.
        transport: Where audio comes from and goes to.
        conversation: What the session continues.
        person: Who speaks, where that is known.
    """
    settings, clock, microphone = agent.settings, TurnClock(), MicrophoneGate()
    speech = agent.speech_ahead(clock)
    context = agent.turn_context(conversation, clock, person)
    twin = TwinService(
        context,
        agent.model_server,
        agent.slots.slot(conversation.id),
        ahead=AnswerAhead(speech) if speech else None,
        presence=agent.idle_monitor.presence(conversation.id),
    )
    written = WrittenAnswers()
    aggregators = _aggregators(settings, conversation, written)
    pipeline = Pipeline(
        [
            transport.input(),
            microphone,
            AutomaticGain(SAMPLE_RATE),
            # Before recognition, which thus sees a voice begin and end at its place in the audio,
            # however late the audio comes and however slow the machine is.
            VADProcessor(vad_analyzer=vad_analyzer()),
            make_stt(settings, agent.speech.recognizer, agent.speech.stt_dir, clock),
            microphone.transcripts(),
            aggregators.user(),
            twin,
            written,
            make_tts(settings, agent.speech.speaker, speech, agent.http),
            transport.output(),
            microphone.played(),
            written.heard(),
            aggregators.assistant(),
        ]
    )
    worker = _worker(pipeline)
    session = Session(context, worker, microphone, twin, written, agent)
    session.attach(aggregators)
    return worker, session


def _aggregators(
    settings: Settings, conversation: Conversation, written: WrittenAnswers
) -> LLMContextAggregatorPair:
    return LLMContextAggregatorPair(
        conversation.view(written.message),
        user_params=LLMUserAggregatorParams(
            user_turn_strategies=turn_strategies(settings),
            user_turn_stop_timeout=TURN_WATCHDOG_SECS,
        ),
    )


def _worker(pipeline: Pipeline) -> PipelineWorker:
    return PipelineWorker(
        pipeline,
        params=PipelineParams(
            audio_in_sample_rate=SAMPLE_RATE,
            audio_out_sample_rate=SAMPLE_RATE,
            enable_metrics=True,
            enable_usage_metrics=True,
        ),
        # A page may stay open for days: silence is no reason to end its session.
        idle_timeout_secs=None,
        # What the model is sent is not the client's business; its log comes from `user-input`.
        rtvi_observer_params=RTVIObserverParams(user_llm_enabled=False),
    )


# -- the process ------------------------------------------------------------------------------


async def run(settings: Settings) -> None:
    """Run the agent until it is interrupted.

    Raises:
        UserError: Something that it needs is missing or taken.
    """
    listener = _listen(settings)
    async with open_agent(settings, compose) as agent:
        app = create_app(agent)
        for ended in app.state.auth.sessions.drop_expired():
            await agent.logged_out(ended)
        server = uvicorn.Server(uvicorn_config(settings, app))
        loop = asyncio.get_running_loop()
        # While uvicorn serves, it handles signals itself, and afterwards it raises them again: with
        # these handlers they do not interrupt the end of the child processes.
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, lambda: setattr(server, "should_exit", True))
        port = listener.getsockname()[1]
        announce(settings, port)
        agent.say_ready(port, app.state.auth.tokens.create())
        local_audio = asyncio.create_task(agent.serve_local_audio())
        await server.serve(sockets=[listener])
        local_audio.cancel()
        logger.info("Stopping")


def _listen(settings: Settings) -> socket.socket:
    """Open the port before anything is loaded, so that a port in use is reported at once.

    Raises:
        UserError: Another program has it.
    """
    host = "0.0.0.0" if settings.lan else settings.host  # noqa: S104 - asked for by --lan
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, settings.port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise UserError(
            f"Port {settings.port} on {host} cannot be used ({error.strerror}): stop the program "
            "that has it, or set PIPECATAPP_PORT to another."
        ) from error
    return listener
