import json
import stat
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.twin import conversation as module
from pipecatapp.twin.conversation import (
    KEPT_TURNS,
    MOST_TURNS,
    Conversation,
    Conversations,
    LogEntry,
    SlotPool,
)


@pytest.fixture(autouse=True)
def distinct_stamps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stamps to the microsecond: one made anew is never the same by chance."""
    monkeypatch.setattr(module, "STAMP", "(%H:%M:%S.%f) ")


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def assistant(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def prompt_of(conversation: Conversation) -> list[Any]:
    return conversation.prompt(conversation.context.messages)


def hold(conversation: Conversation, turns: int) -> list[list[Any]]:
    """Hold a conversation, and return the prompt of each turn's request."""
    prompts = []
    for turn in range(turns):
        conversation.context.add_message(user(f"question {turn}"))
        prompts.append(prompt_of(conversation))
        conversation.context.add_message(assistant(f"answer {turn}"))
    return prompts


def test_what_stands_before_a_turn_is_the_same_to_the_byte() -> None:
    prompts = hold(Conversation("a"), 5)
    for before, after in pairwise(prompts):
        assert json.dumps(after).startswith(json.dumps(before)[:-1])
    stamps = [message["content"].split(") ")[0] for message in prompts[-1][::2]]
    assert len(set(stamps)) == 5


def test_a_voice_that_starts_fixes_the_time_for_all_requests_of_its_turn() -> None:
    conversation = Conversation("a")
    hold(conversation, 1)
    stamp = conversation.begin_turn()
    # Two guesses at what is said, then what was said: each another request of the same turn.
    for heard in ("What is", "What is the capital"):
        guess = conversation.prompt([*conversation.context.messages, user(heard)])
        assert guess[-1]["content"] == stamp + heard
    conversation.context.add_message(user("What is the capital of France?"))
    assert prompt_of(conversation)[-1]["content"] == stamp + "What is the capital of France?"


def test_an_abandoned_turn_does_not_lend_its_time_to_a_later_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    conversation = Conversation("a")
    (first,) = hold(conversation, 1)
    abandoned = conversation.begin_turn()
    monkeypatch.setattr(module, "STAMP_LIFETIME", -1)
    conversation.context.add_message(user("hello"))
    later = prompt_of(conversation)
    assert not later[-1]["content"].startswith(abandoned)
    assert later[0] == first[0]


def test_the_context_itself_stays_as_it_was_said() -> None:
    conversation = Conversation("a")
    hold(conversation, 2)
    assert conversation.context.messages[2] == user("question 1")


def test_history_is_cut_in_blocks_and_what_remains_keeps_its_bytes() -> None:
    conversation = Conversation("a")
    hold(conversation, MOST_TURNS)
    assert not conversation.trim()
    whole = hold(conversation, 1)[0]
    assert conversation.trim()
    # The messages that remain, without the last answer, which the last request did not hold.
    assert prompt_of(conversation)[:-1] == whole[-(2 * KEPT_TURNS - 1) :]
    hold(conversation, MOST_TURNS - KEPT_TURNS)
    assert not conversation.trim()


def test_a_cut_never_parts_a_tool_call_from_its_result() -> None:
    conversation = Conversation("a")
    for turn in range(MOST_TURNS + 1):
        call = {"id": str(turn), "type": "function", "function": {"name": "f", "arguments": "{}"}}
        for message in (
            user(f"question {turn}"),
            {"role": "assistant", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": str(turn), "content": "done"},
            assistant("answer"),
        ):
            conversation.context.add_message(message)
    assert conversation.trim()
    roles = [message["role"] for message in conversation.context.messages]
    assert roles == ["user", "assistant", "tool", "assistant"] * KEPT_TURNS


def test_a_conversation_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "conversations" / "a.json"
    before = Conversation("a", path)
    hold(before, 3)
    before.record("user", "Grüße \ud800 ☃", by=None)
    before.record("assistant", "Hello.", timings={"ttft_ms": 12.5}, by=None)
    after = Conversation("a", path)
    assert after.history() == before.history()
    after.context.add_message(user("and now?"))
    assert prompt_of(after)[:-1] == prompt_of(before)


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "conversations" / "a.json"
    Conversation("a", path).record("user", "a secret", by=None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"messages": [',
        b"null",
        b"\xff\xfe",
        b"{}",
        b'{"messages": 5, "stamps": [], "log": []}',
        b'{"messages": ["hello"], "stamps": [], "log": []}',
        b'{"messages": [], "stamps": [3], "log": []}',
        b'{"messages": [], "stamps": [], "log": [{"who": "me"}]}',
    ],
)
def test_a_damaged_file_is_put_aside_and_not_lost(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    conversation = Conversation("a", path)
    assert (tmp_path / "a.damaged").read_bytes() == content
    assert conversation.history() == []
    hold(conversation, 1)
    conversation.record("user", "again", by=None)
    assert Conversation("a", path).history() == conversation.history()


def test_a_conversation_that_cannot_be_kept_goes_on(tmp_path: Path) -> None:
    (tmp_path / "conversations").write_text("a file where the directory should be")
    conversation = Conversation("a", tmp_path / "conversations" / "a.json")
    conversation.record("user", "hello", by=None)
    assert conversation.history()[0]["text"] == "hello"


def test_a_message_is_shown_in_every_tab_but_its_own() -> None:
    conversation = Conversation("a")
    here: list[LogEntry] = []
    there: list[LogEntry] = []
    conversation.listeners |= {here.append, there.append}
    own = next(listener for listener in conversation.listeners if listener == here.append)
    entry = conversation.record("user", "hello", by=own)
    assert (here, there) == ([], [entry])


def test_the_log_has_an_end() -> None:
    conversation = Conversation("a")
    for number in range(module.LONGEST_LOG + 5):
        conversation.record("user", str(number), by=None)
    assert len(conversation.log) == module.LONGEST_LOG
    assert conversation.log[-1].text == str(module.LONGEST_LOG + 4)


def test_tabs_of_one_session_share_a_conversation(tmp_path: Path) -> None:
    conversations = Conversations(tmp_path)
    assert conversations.get("one") is conversations.get("one")
    assert conversations.get("one") is not conversations.get("two")


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a/b", "a.json", "-", "a b"])
def test_a_conversation_never_leads_out_of_its_directory(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="conversation id"):
        Conversations(tmp_path).get(name)


def test_each_conversation_keeps_its_slot_while_there_are_enough() -> None:
    slots = SlotPool(2)
    assert [slots.slot(name) for name in ("a", "b", "a", "b")] == [0, 1, 0, 1]


def test_the_longest_unused_slot_is_given_away() -> None:
    slots = SlotPool(2)
    for name in ("a", "b", "a"):
        slots.slot(name)
    assert slots.slot("c") == 1
    assert slots.slot("a") == 0
    assert slots.slot("b") == 1
