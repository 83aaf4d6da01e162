import shutil
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.errors import UserError
from pipecatapp.settings import Settings
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.twin.history.prompt import written
from pipecatapp.twin.routing.actions import (
    Actions,
    Decision,
    MalformedActionError,
    TalkExamples,
)
from testing.unit.twin.conftest import RHYMES, Lamp


def test_the_talk_file_of_the_prompts_is_a_good_one(talk: TalkExamples) -> None:
    assert "what is the capital of france" in talk.answer
    assert not set(talk.answer) & set(talk.again)


@pytest.mark.parametrize("text", ["answer: [a]", "again: 5", "- a", "answer: [1,2,3,4,5]\n", "{"])
def test_a_bad_talk_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "talk.yaml").write_text(text)
    with pytest.raises(UserError, match=r"talk\.yaml"):
        TalkExamples.load(tmp_path)


def test_a_missing_talk_file_is_named(tmp_path: Path) -> None:
    shutil.copytree(Settings().prompts, tmp_path / "prompts")
    (tmp_path / "prompts" / "talk.yaml").unlink()
    with pytest.raises(UserError, match=r"talk\.yaml"):
        TalkExamples.load(tmp_path / "prompts")


def test_the_model_reads_a_line_of_each_action(actions: Actions) -> None:
    assert actions.description().splitlines() == [
        '- lamp.dim: Sets the lamp\'s brightness; {"percent": of its full power (integer)}',
        "- lamp.read: Tells whether the lamp is on",
        '- lamp.switch: Switches the lamp; {"on": whether it is to shine (boolean)}',
        "- rhyming_expert: makes rhymes",
        "- answer: anything else; just talk",
    ]


def test_the_same_actions_make_the_same_prompt(actions: Actions, talk: TalkExamples) -> None:
    assert Actions(tools_of(Lamp()), [RHYMES], talk).description() == actions.description()


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("answer", Decision("answer")),
        (" answer\n", Decision("answer")),
        ("rhyming_expert", Decision("expert", "rhyming")),
        ("lamp.read", Decision("tool", "lamp.read")),
        ('lamp.switch {"on":true}', Decision("tool", "lamp.switch", {"on": True})),
        ("lamp.dim {}", Decision("tool", "lamp.dim", {"percent": 50})),
        # Not what the tool takes: the runner refuses it, and the model reads why.
        ('lamp.dim {"percent":500}', Decision("tool", "lamp.dim", {"percent": 500})),
    ],
)
def test_what_the_model_writes_is_understood(
    actions: Actions, text: str, decision: Decision
) -> None:
    assert actions.parse(text) == decision


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sure! I will switch it on.",
        "lamp.explode",
        "lamp.switch",
        "lamp.switch ",
        'lamp.switch {"on":tr',
        "lamp.switch [true]",
        "lamp.switch true",
        "again",
        "lamp.switch " + "[" * 100_000,
    ],
)
def test_what_is_no_action_is_refused(actions: Actions, text: str) -> None:
    with pytest.raises(MalformedActionError):
        actions.parse(text)


def test_only_a_call_with_arguments_needs_the_model(actions: Actions) -> None:
    assert actions.settled("answer", "head") == Decision("answer", by="head")
    assert actions.settled("lamp.read", "head") == Decision("tool", "lamp.read", by="head")
    assert actions.settled("rhyming_expert", "head") == Decision("expert", "rhyming", by="head")
    assert actions.settled("lamp.switch", "head") is None


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "t.u"),
        ({"a": None}, "t.u"),
        ({"a": "é", "b": None, "c": False}, 't.u {"a":"é","c":false}'),
    ],
)
def test_a_call_is_written_as_the_model_writes_it(arguments: dict[str, Any], text: str) -> None:
    assert written("t.u", arguments) == text


@pytest.mark.parametrize(
    ("text", "is_one", "may_be_one"),
    [
        ("", False, True),
        ("la", False, True),
        ("lamp.switch", True, True),
        ('lamp.switch {"on":true}', True, False),
        ("rhyming_expert", True, True),
        ("Act", False, True),
        ("Action: la", True, False),
        ("\nAction: lamp.read", True, False),
        ("radio.pl", False, True),
        ('radio.play {"', True, False),
        ("console.log(", False, False),
        ("e.g. the lamp", False, False),
        ("the lamp is on.", False, False),
        ("Actions speak louder than words.", False, False),
        ("The lamp is on.", False, False),
        ("Action: none is needed.", True, False),
    ],
)
def test_an_action_in_place_of_words_is_seen_as_early_as_can_be(
    actions: Actions, text: str, is_one: bool, may_be_one: bool
) -> None:
    assert actions.is_written(text) is is_one
    assert actions.may_be_written(text) is may_be_one
