import json
import stat
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from openai.types.chat import (
    ChatCompletionAssistantMessageParam,
    ChatCompletionUserMessageParam,
)

from pipecatapp.twin.history import conversation as module
from pipecatapp.twin.history import upcoming_turn
from pipecatapp.twin.history.context import late_result
from pipecatapp.twin.history.conversation import (
    KEPT_TURNS,
    MOST_TURNS,
    Conversation,
)
from pipecatapp.twin.history.log import LogEntry
from pipecatapp.twin.history.messages import (
    LONGEST_RESULT,
    ResultState,
    ToolCall,
    ToolResult,
    new_call_id,
    result_of,
)
from pipecatapp.twin.history.prompt import PENDING, result_text
from pipecatapp.twin.history.store import flush
from pipecatapp.twin.history.turn import ActiveTurn


@pytest.fixture(autouse=True)
def distinct_stamps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stamps to the microsecond: one made anew is never the same by chance."""
    monkeypatch.setattr(upcoming_turn, "STAMP", "(%H:%M:%S.%f) ")


def user(text: str) -> ChatCompletionUserMessageParam:
    return {"role": "user", "content": text}


def assistant(text: str) -> ChatCompletionAssistantMessageParam:
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
        guess: list[Any] = conversation.prompt([*conversation.context.messages, user(heard)])
        assert guess[-1]["content"] == stamp + heard
    conversation.context.add_message(user("What is the capital of France?"))
    assert prompt_of(conversation)[-1]["content"] == stamp + "What is the capital of France?"


def test_an_abandoned_turn_does_not_lend_its_time_to_a_later_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    conversation = Conversation("a")
    (first,) = hold(conversation, 1)
    abandoned = conversation.begin_turn()
    monkeypatch.setattr(upcoming_turn, "STAMP_LIFETIME", -1)
    conversation.context.add_message(user("hello"))
    later = prompt_of(conversation)
    assert not later[-1]["content"].startswith(abandoned)
    assert later[0] == first[0]


def test_what_has_been_answered_keeps_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = Conversation("a")
    hold(conversation, 1)
    answered = prompt_of(conversation)
    monkeypatch.setattr(upcoming_turn, "STAMP_LIFETIME", -1)
    assert prompt_of(conversation) == answered


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
        messages: list[Any] = [
            user(f"question {turn}"),
            {"role": "assistant", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": str(turn), "content": "done"},
            assistant("answer"),
        ]
        conversation.context.add_messages(messages)
    assert conversation.trim()
    kept: list[Any] = conversation.context.messages
    roles = [message["role"] for message in kept]
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
    flush()
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
    flush()
    assert conversation.history()[0]["text"] == "hello"
    assert conversation.unsaved
    with pytest.raises(FileExistsError):
        conversation.restore({"messages": [], "log": []})
    assert conversation.history() == []
    conversation.clear()
    assert conversation.end_turn()


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


# -- tools ---------------------------------------------------------------------------------------


def late(text: str, call_id: str = "unknown") -> Any:
    return late_result(ToolResult(call_id, "lamp.read", text))


def read_lamp(turn: ActiveTurn, text: str, name: str = "lamp.read") -> None:
    """Have a turn call a tool that returns a text."""
    call = ToolCall(new_call_id(), name)
    turn.add_call(call, ToolResult(call.id, "lamp.read", text))


def read_by(text: str) -> str:
    """Return what the model reads of a lamp's state."""
    return result_text(ToolResult("any", "lamp.read", text))


def act(conversation: Conversation, number: int) -> None:
    """Have a turn in which a tool is called."""
    conversation.context.add_message(user(f"question {number}"))
    prompt_of(conversation)
    read_lamp(conversation.turn(), f"result {number}")
    conversation.context.add_message(assistant(f"answer {number}"))


def contents(prompt: list[Any]) -> list[str]:
    return [message["content"].split(") ")[-1] for message in prompt]


def test_a_call_and_its_result_stay_with_their_turn() -> None:
    conversation = Conversation("a")
    act(conversation, 0)
    hold(conversation, 1)
    assert [message["role"] for message in prompt_of(conversation)] == ["user", "assistant"] * 3
    assert contents(prompt_of(conversation)) == [
        "question 0",
        "lamp.read",
        "Result of lamp.read:\nresult 0",
        "answer 0",
        "question 0",
        "answer 0",
    ]


def test_the_prompt_of_a_turn_with_calls_begins_the_prompt_of_the_next() -> None:
    conversation = Conversation("a")
    conversation.context.add_message(user("question"))
    messages = conversation.context.messages
    prompts = [prompt_of(conversation)]
    for number in range(2):
        read_lamp(conversation.turn(messages), "off", f"call{number}")
        prompts.append(prompt_of(conversation))
    conversation.context.add_message(assistant("answer"))
    prompts += hold(conversation, 1)
    for before, after in pairwise(prompts):
        assert json.dumps(after).startswith(json.dumps(before)[:-1])


def test_calls_of_a_turn_that_is_answered_ahead_stay_with_it() -> None:
    conversation = Conversation("a")
    hold(conversation, 1)
    ahead: list[Any] = [*conversation.context.messages, user("question")]
    conversation.prompt(ahead)
    read_lamp(conversation.turn(ahead), "off")
    before = conversation.prompt(ahead)
    conversation.context.add_message(user("question"))
    assert prompt_of(conversation) == before


def test_calls_survive_a_restart_and_a_trim(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    conversation = Conversation("a", path)
    for turn in range(MOST_TURNS + 1):
        act(conversation, turn)
    conversation.record("assistant", "done", by=None)
    whole = prompt_of(conversation)
    assert prompt_of(Conversation("a", path)) == whole
    assert conversation.end_turn()
    assert prompt_of(conversation) == whole[-4 * KEPT_TURNS :]
    assert prompt_of(Conversation("a", path)) == whole[-4 * KEPT_TURNS :]


def test_a_conversation_kept_by_an_earlier_version_is_taken_up(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    state = {"messages": [user("hello")], "stamps": [[0, "(then) "]], "log": []}
    path.write_text(json.dumps(state))
    assert prompt_of(Conversation("a", path)) == [user("(then) hello")]


def test_a_late_result_has_no_time_of_its_own_whatever_comes_after_it() -> None:
    conversation = Conversation("a")
    act(conversation, 0)
    # A voice had begun a turn, and come to nothing.
    conversation.begin_turn()
    conversation.context.add_message(late("on"))
    first = prompt_of(conversation)
    assert first[-1] == user("Result of lamp.read:\non")
    conversation.context.add_message(assistant("It is on."))
    conversation.begin_turn()
    conversation.context.add_message(user("Thank you."))
    later = prompt_of(conversation)
    assert later[: len(first)] == first
    assert later[-1]["content"].startswith("(")


def test_a_prefill_after_a_late_result_changes_nothing_before_it() -> None:
    conversation = Conversation("a")
    act(conversation, 0)
    conversation.context.add_message(late("on"))
    first = prompt_of(conversation)
    conversation.context.add_message(assistant("It is on."))
    assert prompt_of(conversation)[: len(first)] == first


def test_a_late_result_is_no_turn() -> None:
    conversation = Conversation("a")
    for turn in range(MOST_TURNS):
        act(conversation, turn)
        conversation.context.add_message(late("on"))
        conversation.context.add_message(assistant("It is on."))
    assert not conversation.trim()
    assert conversation.turns()[0] == ("question 0", "answer 0 It is on.")
    assert len(conversation.turns()) == MOST_TURNS
    act(conversation, MOST_TURNS)
    whole = prompt_of(conversation)
    assert conversation.trim()
    assert len(conversation.turns()) == KEPT_TURNS
    kept = prompt_of(conversation)
    assert kept == whole[-len(kept) :]


# -- several turns at once ------------------------------------------------------------------------


def test_a_turn_sees_nothing_of_what_is_said_meanwhile_and_keeps_its_own_notes() -> None:
    conversation = Conversation("a")
    hold(conversation, 1)
    conversation.context.add_message(user("question"))
    turn = conversation.turn(conversation.context.messages)
    first = conversation.prompt(turn)
    conversation.context.add_message(late("on"))
    conversation.context.add_message(user("of another tab"))
    read_lamp(turn, "off")
    called = [assistant("lamp.read"), user(read_by("off"))]
    assert conversation.prompt(turn) == [*first, *called]
    assert prompt_of(conversation)[:-2] == [*first, *called]
    assert contents(prompt_of(conversation))[-1] == "of another tab"


def test_what_comes_before_a_turn_that_is_answered_ahead_takes_none_of_its_notes() -> None:
    conversation = Conversation("a")
    hold(conversation, 1)
    stamp = conversation.begin_turn()
    guess = conversation.turn([*conversation.context.messages, user("question")])
    conversation.prompt(guess)
    conversation.context.add_message(late("on"))
    conversation.context.add_message(user("of another tab"))
    read_lamp(guess, "off")
    other = prompt_of(conversation)
    conversation.context.add_message(user("question"))
    assert prompt_of(conversation) == [
        *other,
        user(stamp + "question"),
        assistant("lamp.read"),
        user(read_by("off")),
    ]
    assert contents(other)[-2:] == ["Result of lamp.read:\non", "of another tab"]


def test_a_turn_keeps_its_messages_and_notes_through_a_trim() -> None:
    conversation = Conversation("a")
    hold(conversation, MOST_TURNS)
    conversation.context.add_message(user("question"))
    turn = conversation.turn(conversation.context.messages)
    before = conversation.prompt(turn)
    assert conversation.trim()
    read_lamp(turn, "off")
    after = conversation.prompt(turn)
    assert after[:-2] == before
    assert prompt_of(conversation) == after[-len(prompt_of(conversation)) :]
    assert contents(prompt_of(conversation))[-3:-1] == ["question", "lamp.read"]


def test_what_waits_for_a_turns_end_waits_for_that_of_every_turn() -> None:
    conversation = Conversation("a")
    hold(conversation, 1)
    conversation.clear()
    with conversation.under_way():
        assert not conversation.end_turn()
        assert conversation.turns()
    assert conversation.end_turn()
    assert not conversation.turns()


def test_what_is_forgotten_is_forgotten_at_the_end_of_the_turn_and_in_the_file_too(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.json"
    conversation = Conversation("a", path)
    act(conversation, 0)
    conversation.record("user", "a secret", by=None)
    conversation.clear()
    assert len(prompt_of(conversation)) == 4
    assert conversation.end_turn()
    for remembered in (conversation, Conversation("a", path)):
        assert prompt_of(remembered) == []
        assert remembered.history() == []
        assert remembered.turns() == []
    assert "secret" not in path.read_text()
    assert "result 0" not in path.read_text()
    act(conversation, 1)
    assert contents(prompt_of(conversation))[0] == "question 1"
    assert not conversation.end_turn()


def test_a_full_context_keeps_the_last_turn_with_its_calls() -> None:
    conversation = Conversation("a")
    for turn in range(3):
        act(conversation, turn)
    whole = prompt_of(conversation)
    conversation.shrink()
    assert len(prompt_of(conversation)) == len(whole)
    assert conversation.end_turn()
    assert prompt_of(conversation) == whole[-4:]
    hold(conversation, 1)
    assert not conversation.end_turn()


def test_a_long_result_is_cut_and_says_so() -> None:
    text = result_text(result_of("1", "t.u", "a" * 5000 + "the end"))
    assert len(text) < LONGEST_RESULT + 100
    assert text.startswith("Result of t.u:\naaa")
    assert text.endswith("the end")
    assert "characters left out" in text


def test_a_summary_stands_before_the_first_turn_and_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    conversation = Conversation("a", path)
    hold(conversation, MOST_TURNS + 1)
    assert conversation.end_turn()
    assert len(conversation.cut) == MOST_TURNS + 1 - KEPT_TURNS
    before = prompt_of(conversation)
    conversation.summarize("User: the roof is new")
    for kept in (conversation, Conversation("a", path)):
        prompt = prompt_of(kept)
        assert "User: the roof is new" in prompt[0]["content"]
        assert prompt[0]["content"].endswith(before[0]["content"])
        assert prompt[1:] == before[1:]


def test_what_was_remembered_stays_with_its_turn_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    conversation = Conversation("a", path)
    conversation.context.add_message(user("who is she"))
    turn = conversation.turn(conversation.context.messages)
    assert not turn.has_recalled("who is she")
    turn.recall("who is she", "\n(You remember: Ada.)")
    assert turn.has_recalled("who is she")
    # The words went on after a pause: it is another question.
    assert not turn.has_recalled("who is she and why")
    first = prompt_of(conversation)
    assert first[0]["content"].endswith("who is she\n(You remember: Ada.)")
    conversation.context.add_message(assistant("Ada."))
    conversation.context.add_message(user("and now"))
    conversation.record("user", "and now", by=None)
    assert conversation.turn(conversation.context.messages).holds_recalled("Ada.")
    for kept in (conversation, Conversation("a", path)):
        assert prompt_of(kept)[:1] == first


def test_a_conversation_becomes_another_and_says_so(tmp_path: Path) -> None:
    told: list[str] = []
    conversation = Conversation("a", tmp_path / "a.json")
    act(conversation, 0)
    conversation.record("user", "question 0", by=None)
    state, prompt = conversation.state(), prompt_of(conversation)
    other = Conversation("b", tmp_path / "b.json")
    other.replaced.add(lambda: told.append("replaced"))
    other.restore(json.loads(json.dumps(state)))
    assert told == ["replaced"]
    for kept in (other, Conversation("b", tmp_path / "b.json")):
        assert prompt_of(kept) == prompt
        assert kept.history() == conversation.history()


def test_what_is_no_conversation_is_refused_and_changes_nothing() -> None:
    conversation = Conversation("a")
    act(conversation, 0)
    before = prompt_of(conversation)
    for state in ({}, {"messages": [1], "log": []}, {"messages": [], "log": [{"x": 1}]}):
        with pytest.raises((LookupError, TypeError, ValueError)):
            conversation.restore(state)
    assert prompt_of(conversation) == before


def test_a_turn_that_was_set_aside_is_kept_but_not_shown_to_the_model(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    conversation = Conversation("a", path)
    act(conversation, 0)
    conversation.context.add_message(user("remember the roof"))
    conversation.turn().hide()
    conversation.context.add_message(assistant("I will remember it."))
    act(conversation, 2)
    conversation.record("assistant", "done", by=None)
    for kept in (conversation, Conversation("a", path)):
        assert contents(prompt_of(kept))[::4] == ["question 0", "question 2"]
        assert "roof" not in str(prompt_of(kept))
        assert ("remember the roof", "I will remember it.") in kept.turns()
        kept.summarize("User: hello")
        assert "hello" in prompt_of(kept)[0]["content"]


# -- calls and results are joined by ids ----------------------------------------------------------


def wait_for_approval(conversation: Conversation, words: str, call_id: str) -> None:
    """Have a turn end with a call that a person has to approve."""
    conversation.context.add_message(user(words))
    turn = conversation.turn()
    pending = ToolResult(call_id, "lamp.read", "", ResultState.AWAITS_APPROVAL)
    turn.add_call(ToolCall(call_id, "lamp.read"), pending)
    conversation.context.add_message(assistant("I need your yes."))


def test_a_late_result_takes_the_place_of_the_one_it_is_joined_with() -> None:
    conversation = Conversation("a")
    wait_for_approval(conversation, "Is it on?", "one")
    assert contents(prompt_of(conversation))[1:] == [
        "lamp.read",
        f"Result of lamp.read:\n{PENDING}",
        "I need your yes.",
    ]
    conversation.context.add_message(late("on", "one"))
    assert contents(prompt_of(conversation))[1:] == ["lamp.read", read_by("on")]


def test_a_result_of_the_same_words_is_not_taken_for_that_of_another_call() -> None:
    conversation = Conversation("a")
    wait_for_approval(conversation, "Is it on?", "one")
    # Another call of the same tool brings the same text: the first still waits.
    conversation.context.add_message(late("on", "two"))
    assert contents(prompt_of(conversation))[1:] == [
        "lamp.read",
        f"Result of lamp.read:\n{PENDING}",
        "I need your yes.",
        read_by("on"),
    ]
    assert conversation.turn().arrived("two")
    assert not conversation.turn().arrived("one")
    conversation.context.add_message(late("on", "one"))
    assert conversation.turn().arrived("one")
    assert contents(prompt_of(conversation)).count(read_by("on")) == 2


def test_a_conversation_of_version_0_1_makes_the_same_prompt(tmp_path: Path) -> None:
    """The file as that version wrote it: notes by number, calls as text, a late result by name."""
    pending = "Result of lamp.switch:\nIt goes on; its result comes later."
    asks = "I need your yes to switch the lamp. I am waiting for it on your screen."
    state = {
        "messages": [
            user("What is she called?"),
            assistant("Ada."),
            user("Remember the roof."),
            assistant("I will remember it."),
            user("Switch on the lamp."),
            assistant(asks),
            {"role": "user", "name": "tool_result", "content": "Result of lamp.switch:\nDone."},
            assistant("It is on."),
            user("And in the kitchen?"),
            assistant("Two moments."),
        ],
        "notes": [
            [0, {"stamp": "(1) ", "words": "What is she called?", "recalled": "\n(Ada.)"}],
            [1, {"stamp": "(2) ", "aside": True}],
            [2, {"stamp": "(3) ", "steps": [['lamp.switch {"on":true}', pending]]}],
            [4, {"stamp": "(5) ", "experts": "\n(none)", "expert": "coding"}],
        ],
        "summary": "User: hello",
        "log": [{"role": "user", "text": "hello", "at": "then", "id": "1", "timings": None}],
    }
    path = tmp_path / "a.json"
    path.write_text(json.dumps(state))
    expected = [
        user("(Earlier in this conversation:\nUser: hello)\n\n(1) What is she called?\n(Ada.)"),
        assistant("Ada."),
        user("(3) Switch on the lamp."),
        assistant('lamp.switch {"on":true}'),
        user("Result of lamp.switch:\nDone."),
        assistant("It is on."),
        user("(5) And in the kitchen?\n(none)"),
        assistant("Two moments."),
    ]
    conversation = Conversation("a", path)
    assert prompt_of(conversation) == expected
    conversation.record("user", "again", by=None)
    kept = Conversation("a", path)
    assert prompt_of(kept) == expected
    assert [entry["text"] for entry in kept.history()] == ["hello", "again"]
    kept.context.add_message(user("Thanks."))
    assert kept.turn().last_action == "coding_expert"
    assert kept.turn().holds_recalled("Ada.")
