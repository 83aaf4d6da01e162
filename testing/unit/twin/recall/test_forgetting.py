from typing import Any

import pytest

from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.messages import ToolCall, ToolResult
from pipecatapp.twin.recall.forgetting import ForgottenFact, without

ADA = ForgottenFact("The user's daughter is named Ada.", "um my daughter's name is ada you know")


def talk(*turns: tuple[str, str]) -> Conversation:
    conversation = Conversation("a")
    for said, answered in turns:
        conversation.context.add_message({"role": "user", "content": said})
        conversation.record("user", said, by=None)
        conversation.prompt(conversation.context.messages)
        conversation.context.add_message({"role": "assistant", "content": answered})
        conversation.record("assistant", answered, by=None)
    return conversation


def left(conversation: Conversation, *facts: ForgottenFact) -> Conversation:
    remaining = Conversation("a")
    remaining.restore(without(conversation.state(), facts))
    return remaining


def contents(conversation: Conversation) -> str:
    shown = [entry["text"] for entry in conversation.history()]
    return str(conversation.prompt(conversation.context.messages)) + str(shown)


@pytest.mark.parametrize(
    "telling",
    [
        ("um my daughter's name is ada you know", "Nice name!"),
        ("what is my daughter called?", "Your daughter is called Ada."),
        ("My daughter Ada starts school.", "Good luck to her."),
        ("Forget that my daughter's name is Ada.", "Shall I?"),
        ("what is the name of my daughter", "It is Ada."),
    ],
)
def test_a_turn_that_tells_the_fact_goes_as_a_whole(telling: tuple[str, str]) -> None:
    conversation = left(talk(("hello", "Hi."), telling, ("and the time?", "It is late.")), ADA)
    assert conversation.turns() == [("hello", "Hi."), ("and the time?", "It is late.")]
    assert "ada" not in contents(conversation).lower()
    assert [entry["text"] for entry in conversation.history()] == [
        "hello",
        "Hi.",
        "and the time?",
        "It is late.",
    ]


@pytest.mark.parametrize(
    "harmless",
    [
        ("My daughter is tall.", "Is she?"),
        ("Who was Ada Lovelace?", "A mathematician."),
        ("What is my name?", "You have not told me."),
    ],
)
def test_what_does_not_tell_it_stays(harmless: tuple[str, str]) -> None:
    assert left(talk(harmless), ADA).turns() == [harmless]


def test_a_fact_without_names_goes_by_most_of_its_words() -> None:
    nuts = ForgottenFact("The user is allergic to nuts.")
    conversation = talk(("i am allergic to nuts", "Noted."), ("do you like nuts", "I do not eat."))
    assert left(conversation, nuts).turns() == [("do you like nuts", "I do not eat.")]


def test_what_was_remembered_and_called_goes_with_its_turn_and_the_others_keep_theirs() -> None:
    conversation = talk(("hello", "Hi."), ("who is she", "I see."), ("and now", "Now."))
    messages: list[Any] = conversation.context.messages
    conversation.turn(messages[:3]).recall(
        "who is she", " (You remember: the user's daughter is named Ada.)"
    )
    conversation.turn(messages).recall("and now", " (You remember: tea.)")
    conversation.turn(messages).add_call(ToolCall("1", "t.u"), ToolResult("1", "t.u", "4"))
    before = conversation.prompt(messages)
    remaining = left(conversation, ADA)
    prompt = remaining.prompt(remaining.context.messages)
    assert "Ada" not in str(prompt)
    assert prompt == [*before[:2], *before[4:]]


def test_a_summary_that_tells_it_goes() -> None:
    conversation = talk(("hello", "Hi."))
    conversation.summarize("User: my daughter Ada is tall")
    assert "Ada" not in contents(left(conversation, ADA))
    other = ForgottenFact("The user has a cat.")
    assert "Ada" in contents(left(conversation, other))


def test_the_conversation_that_is_given_is_left_as_it_is() -> None:
    conversation = talk(("My daughter Ada is tall.", "Is she?"))
    before = conversation.state()
    without(before, [ADA])
    assert conversation.state() == before
    assert len(conversation.turns()) == 1


@pytest.mark.parametrize(
    ("fact", "telling"),
    [
        ("the router's password is Tulpe77", "it says tulpe77"),
        ("the gate code is 4711", "I typed 4711 and it opened."),
        ("the safe word is blue heron", "Blue heron, was it?"),
    ],
)
def test_a_password_gives_itself_away(fact: str, telling: str) -> None:
    conversation = talk(("hello", "Hi."), (telling, "Right."))
    assert left(conversation, ForgottenFact(fact)).turns() == [("hello", "Hi.")]


@pytest.mark.parametrize("harmless", ["I typed 47110.", "a heron is blue", "what is a safe word"])
def test_a_part_of_a_password_is_not_the_password(harmless: str) -> None:
    facts = [ForgottenFact("the gate code is 4711"), ForgottenFact("the safe word is blue heron")]
    assert left(talk((harmless, "Yes.")), *facts).turns() == [(harmless, "Yes.")]


def test_a_fact_of_signs_alone_takes_no_other_turn_with_it() -> None:
    conversation = talk(("hello", "Hi."), ("remember \u2665\u2665", "Yes."))
    assert left(conversation, ForgottenFact("\u2665\u2665")).turns() == [("hello", "Hi.")]


def test_an_accent_of_its_own_hides_nothing() -> None:
    cellist = ForgottenFact("My favourite cellist is Andr\u00e9 Dupr\u00e9.")
    apart = "my favourite cellist is ANDRE\u0301 dupre\u0301"
    assert left(talk((apart, "Ah.")), cellist).turns() == []


def test_a_request_to_forget_goes_by_its_words_alone() -> None:
    request = ForgottenFact("", "Forget our shed.")
    conversation = talk(("forget  our shed", "Shall I?"), ("our shed is old", "Is it?"))
    assert left(conversation, request).turns() == [("our shed is old", "Is it?")]
