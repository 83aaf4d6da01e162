"""Starts what an agent consists of, in order, and ends it in reverse."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp

from pipecatapp.agent.agent import Agent, Compose
from pipecatapp.agent.memory import AgentMemory
from pipecatapp.agent.parts import AgentParts
from pipecatapp.agent.speech_models import SpeechModels
from pipecatapp.agent.toolbox import Toolbox
from pipecatapp.deployment.selection import choose_deployment
from pipecatapp.experts.client.shared_server import SharedServer
from pipecatapp.runtime.embedding.factory import load_embedder
from pipecatapp.runtime.idle_monitor import IdleMonitor
from pipecatapp.runtime.inference.slots import SlotPlan, Slots
from pipecatapp.settings import Settings
from pipecatapp.twin.history.conversations import Conversations
from pipecatapp.voice.realtime_stt import require_realtime_stt


@asynccontextmanager
async def open_agent(settings: Settings, compose: Compose) -> AsyncIterator[Agent]:
    """Prepare what is missing, start or find llama-server, load the models, and run the agent.

    Args:
        settings: How it is to run.
        compose: Makes the pipeline of one session.

    Yields:
        The agent, ready to answer; at the end its sessions, then its child processes are ended.

    Raises:
        UserError: Something that it needs is missing or does not start.
    """
    if settings.stt_service == "realtimestt":
        require_realtime_stt()
    deployment = choose_deployment(settings)
    settings = deployment.settings
    async with AsyncExitStack() as stack:
        speech = SpeechModels(settings)
        stack.callback(speech.close)
        stack.push_async_callback(deployment.close)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        installed = await deployment.prepare()
        server = await deployment.start()
        plan = SlotPlan.of(server.slots)
        embedder = await asyncio.to_thread(load_embedder, settings, installed.embedder)
        conversations = Conversations(settings.home / "conversations")
        idle_monitor = IdleMonitor()
        memory = await AgentMemory.open(settings, embedder, conversations, idle_monitor)
        stack.push_async_callback(memory.close)

        async def status() -> dict[str, Any]:
            return await agent.status()

        shared = SharedServer(server, plan.experts)
        toolbox = Toolbox(settings, embedder, status, memory, shared=shared)
        stack.push_async_callback(toolbox.close)
        await toolbox.start()
        await asyncio.to_thread(speech.load, installed)
        await deployment.ready()
        await memory.start(server, plan.memory, idle_monitor)
        agent = Agent(
            AgentParts(
                settings=settings,
                deployment=deployment,
                model_server=server,
                slots=Slots.of(server),
                api_slot=plan.api,
                http=http,
                speech=speech,
                conversations=conversations,
                idle_monitor=idle_monitor,
                memory=memory,
                toolbox=toolbox,
            ),
            compose,
        )
        warming = asyncio.create_task(agent.warm_up(plan.conversations))
        stack.push_async_callback(_cancel, warming)
        stack.push_async_callback(agent.end_sessions)
        yield agent


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
