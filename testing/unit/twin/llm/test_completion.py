import pytest
from openai import APIConnectionError, BadRequestError

from pipecatapp.twin.llm.completion import Completion
from testing.unit.twin.conftest import ModelServer, refuses, writes

MESSAGES = [
    {"role": "system", "content": "Examine what was said."},
    {"role": "user", "content": "an example"},
    {"role": "assistant", "content": "no facts"},
    {"role": "user", "content": "My name is Ada."},
]
GRAMMAR = 'root ::= "name: Ada"'


async def test_it_is_written_in_the_slot_that_no_conversation_has(server: ModelServer) -> None:
    server.replies = [writes("name: Ada")]
    complete = Completion(server, 40)
    assert await complete(MESSAGES, grammar=GRAMMAR, max_tokens=16) == "name: Ada"
    (request,) = server.requests
    assert request["id_slot"] == server.slots - 1
    assert request["messages"] == MESSAGES
    assert (request["grammar"], request["max_tokens"]) == (GRAMMAR, 16)
    assert request["temperature"] == 0
    await complete.close()


async def test_nobody_waits_for_it_so_that_a_failure_is_told_at_once(server: ModelServer) -> None:
    complete = Completion(server, 0)
    # The examples are not left out: without them something else would be written.
    server.replies = [refuses(400, "the request exceeds the available context size")]
    with pytest.raises(BadRequestError):
        await complete(MESSAGES, grammar=GRAMMAR, max_tokens=16)
    await server.stop()
    with pytest.raises(APIConnectionError):
        await complete(MESSAGES, grammar=GRAMMAR, max_tokens=16)
    assert (len(server.requests), server.waited) == (1, 0)
    await complete.close()
