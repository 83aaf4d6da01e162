"""What an agent is put together from."""

from dataclasses import dataclass

import aiohttp

from pipecatapp.agent.memory import AgentMemory
from pipecatapp.agent.speech_models import SpeechModels
from pipecatapp.agent.toolbox import Toolbox
from pipecatapp.deployment.deployment import Deployment
from pipecatapp.runtime.idle_monitor import IdleMonitor
from pipecatapp.runtime.inference.model_server import ModelServer
from pipecatapp.runtime.inference.slots import Slots
from pipecatapp.settings import Settings
from pipecatapp.twin.history.conversations import Conversations


@dataclass(frozen=True)
class AgentParts:
    """What an agent is put together from, all of it started.

    Attributes:
        settings: How it runs.
        deployment: Where it runs.
        model_server: Where the language model runs.
        slots: Gives each conversation its slot of the model server.
        api_slot: The slot for callers of the API.
        http: For speech services elsewhere.
        speech: The loaded recognizer and voice.
        conversations: All conversations.
        idle_monitor: Knows when nobody speaks or is answered.
        memory: Long-term memory.
        toolbox: Tools, experts and decisions.
    """

    settings: Settings
    deployment: Deployment
    model_server: ModelServer
    slots: Slots
    api_slot: int
    http: aiohttp.ClientSession
    speech: SpeechModels
    conversations: Conversations
    idle_monitor: IdleMonitor
    memory: AgentMemory
    toolbox: Toolbox
