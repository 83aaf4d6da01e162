import pytest

from pipecatapp.mission_control.openai_api.completions import CompletionEnd
from pipecatapp.mission_control.openai_api.replies import CompletionReply

END = CompletionEnd("length", 20, 3, 15, {"total_ms": 5.0}, {"kind": "expert", "name": "coding"})
USAGE = {
    "prompt_tokens": 20,
    "completion_tokens": 3,
    "total_tokens": 23,
    "prompt_tokens_details": {"cached_tokens": 15},
}


def test_a_whole_answer() -> None:
    reply = CompletionReply("twin")
    answer = reply.whole("Hello.", END)
    (choice,) = answer["choices"]
    assert answer["object"] == "chat.completion"
    assert (answer["id"], answer["model"]) == (reply.id, "twin")
    assert choice["message"] == {"role": "assistant", "content": "Hello.", "refusal": None}
    assert choice["finish_reason"] == "length"
    assert answer["usage"] == USAGE
    assert (answer["timings"], answer["action"]) == (END.timings, END.action)


@pytest.mark.parametrize("with_usage", [True, False])
def test_the_chunks_of_a_stream(with_usage: bool) -> None:
    reply = CompletionReply("coding", with_usage)
    last = reply.last_chunks(END)
    chunks = [reply.first_chunk(), reply.text_chunk("Hello."), *last]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({(chunk["id"], chunk["created"], chunk["model"]) for chunk in chunks}) == 1
    assert [c["choices"][0]["delta"] for c in chunks if c["choices"]] == [
        {"role": "assistant", "content": ""},
        {"content": "Hello."},
        {},
    ]
    assert last[0]["choices"][0]["finish_reason"] == "length"
    assert last[0]["timings"] == END.timings
    if with_usage:
        assert [chunk["usage"] for chunk in chunks] == [None, None, None, USAGE]
        assert last[1]["choices"] == []
    else:
        assert not any("usage" in chunk for chunk in chunks)


def test_each_answer_has_an_id_of_its_own() -> None:
    assert CompletionReply("twin").id != CompletionReply("twin").id
