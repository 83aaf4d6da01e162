"""The socket: talks to the running agent as a browser does, in writing and in speech.

Usage: start the agent, then: .venv/bin/python testing/manual/web_socket.py
"""

import asyncio

from report import report

from pipecatapp.benchmark.latency import speak_questions
from pipecatapp.client.twin_client import TwinClient
from pipecatapp.errors import UserError
from pipecatapp.settings import load_settings


async def converse() -> str:
    """Type a question, then speak one, and see that both are answered, the second aloud."""
    settings = load_settings()
    async with TwinClient.connect(settings) as client:
        typed = await client.say("What is the capital of Italy?")
        print(f"  you typed: {typed.transcript}\n  twin: {typed.reply}")
        spoken = await client.speak(speak_questions(settings)[0])
        print(f"  you said: {spoken.transcript}\n  twin: {spoken.reply}")
    if not typed.reply or not spoken.reply:
        raise UserError("There was no answer: see the agent's log.")
    if spoken.voice_to_voice is None:
        raise UserError("The answer was not spoken: see the agent's log.")
    seconds = len(spoken.audio) / 32000
    return f"{seconds:.1f} s of speech came back, {spoken.voice_to_voice:.2f} s after the question"


if __name__ == "__main__":
    report("The socket: I type and speak to the running agent.", lambda: asyncio.run(converse()))
