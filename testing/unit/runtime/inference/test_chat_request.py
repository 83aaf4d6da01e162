from pipecatapp.runtime.inference.chat_request import ChatRequest

SYSTEM = {"role": "system", "content": "You are the twin."}
FIRST = {"role": "user", "content": "first"}
ANSWER = {"role": "assistant", "content": "answer"}
LAST = {"role": "user", "content": "last"}


def test_a_shorter_request_has_the_system_prompt_and_the_last_turn() -> None:
    request = ChatRequest([SYSTEM, FIRST, ANSWER, LAST], {"seed": 1}, "small", extra={"a": 1})
    assert request.last_turn_alone() == ChatRequest(
        [SYSTEM, LAST], {"seed": 1}, "small", extra={"a": 1}
    )


def test_a_single_turn_cannot_be_shortened() -> None:
    for messages in ([SYSTEM, LAST], [SYSTEM, LAST, ANSWER], [SYSTEM], []):
        assert ChatRequest(messages, {}).last_turn_alone() is None


def test_what_a_grammar_admits_is_always_the_same() -> None:
    request = ChatRequest.under_grammar([SYSTEM, LAST], 'root ::= "yes"', 8)
    assert request.parameters == {"max_tokens": 8, "temperature": 0.0}
    assert request.extra == {"grammar": 'root ::= "yes"'}
