"""What another machine of the house does; run by test_lan.py in a network namespace.

    lan_client.py get URL CA           prints the status and the body, or why it was not trusted
    lan_client.py ask URL CA KEY TEXT  types TEXT and prints the reply, or the status of a refusal

CA is the authority's certificate; empty: those that the machine trusts by itself.
"""

import asyncio
import json
import ssl
import sys
import urllib.error
import urllib.request

import websockets

SECONDS = 60


def get(url: str, authority: str) -> str:
    context = ssl.create_default_context(cafile=authority or None)
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    try:
        with opener.open(url, timeout=SECONDS) as answer:
            return f"{answer.status} {answer.read().decode()}"
    except urllib.error.HTTPError as error:
        with error:
            return f"{error.code} {error.read().decode()}"
    except urllib.error.URLError as error:
        return str(error.reason)


async def ask(url: str, authority: str, key: str, text: str) -> str:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        async with (
            asyncio.timeout(SECONDS),
            websockets.connect(
                url,
                ssl=ssl.create_default_context(cafile=authority),
                additional_headers=headers,
                proxy=None,
            ) as socket,
        ):
            for kind, data in (("client-ready", {}), ("send-text", {"content": text})):
                message = {"label": "rtvi-ai", "type": kind, "id": kind, "data": data}
                await socket.send(json.dumps(message))
            return await reply(socket)
    except websockets.InvalidStatus as error:
        return str(error.response.status_code)


async def reply(socket: websockets.ClientConnection) -> str:
    words = ""
    async for message in socket:
        told = json.loads(message) if isinstance(message, str) else {}
        if told.get("type") == "bot-llm-text":
            words += told["data"]["text"]
        elif told.get("data", {}).get("kind") == "timings":
            break
    return words


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    print(get(*arguments) if command == "get" else asyncio.run(ask(*arguments)))
