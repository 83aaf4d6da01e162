"""The language model: starts llama-server, asks it something, and stops it again.

Usage: .venv/bin/python testing/manual/llm.py [QUESTION]
"""

import asyncio
import json
import sys

import httpx
from report import report

from pipecatapp.errors import UserError
from pipecatapp.runtime.llama_cpp.server import LlamaServer
from pipecatapp.runtime.process.orchestrator import LocalOrchestrator
from pipecatapp.runtime.setup import set_up
from pipecatapp.settings import load_settings
from pipecatapp.twin.history.personas import load_persona

QUESTION = "What is the capital of France?"
START_SECS = 300


async def ask(server: LlamaServer, question: str) -> str:
    """Print the answer as it comes, and return how fast it was."""
    messages = [
        {"role": "system", "content": load_persona(load_settings().prompts)},
        {"role": "user", "content": question},
    ]
    body = {"messages": messages, "stream": True, "max_tokens": 200}
    headers = {"Authorization": f"Bearer {server.api_key}"}
    timings: dict[str, float] = {}
    said = ""
    async with (
        httpx.AsyncClient(headers=headers, timeout=120, trust_env=False) as client,
        client.stream("POST", f"{server.url}/v1/chat/completions", json=body) as stream,
    ):
        stream.raise_for_status()
        async for line in stream.aiter_lines():
            if not line.startswith("data: {"):
                continue
            chunk = json.loads(line.removeprefix("data: "))
            timings = chunk.get("timings") or timings
            for choice in chunk["choices"]:
                text = choice["delta"].get("content") or ""
                said += text
                print(text, end="", flush=True)
    print()
    if not said.strip():
        raise UserError(f"The model said nothing: see {load_settings().log_dir}.")
    return (
        f"{timings.get('prompt_per_second', 0):.0f} tokens/s read, "
        f"{timings.get('predicted_per_second', 0):.1f} tokens/s written"
    )


async def converse() -> str:
    """Prepare what is missing, start the server and ask."""
    settings = load_settings()
    prepared = await asyncio.to_thread(set_up, settings)
    print(f"  {prepared.llm.name}: {prepared.llm.reason}")
    server = LlamaServer(prepared.llama, prepared.llm.path, settings, name="manual-test")
    async with LocalOrchestrator([server.spec()], settings.log_dir) as orchestrator:
        await orchestrator.start("manual-test")
        await orchestrator.wait_healthy("manual-test", START_SECS)
        question = sys.argv[1] if len(sys.argv) > 1 else QUESTION
        print(f"  you:  {question}\n  twin: ", end="", flush=True)
        try:
            return await ask(server, question)
        except httpx.HTTPError as error:
            raise UserError(f"llama-server failed ({error!r}): see {settings.log_dir}.") from error


if __name__ == "__main__":
    report(
        "The language model: I start it, ask it something and stop it.",
        lambda: asyncio.run(converse()),
    )
