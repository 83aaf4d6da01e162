"""The measure of answers from memory; what the model does with the suites is their own matter."""

from pathlib import Path
from typing import Any

import pytest

from pipecatapp.errors import UserError
from pipecatapp.runtime.yaml_file import read_yaml
from pipecatapp.settings import Settings
from pipecatapp.twin.routing.actions import RequestExamples
from prompt_engineering.household import Answered
from prompt_engineering.recollection_cases import RecollectionQuestion, load_scenes
from prompt_engineering.recollection_scoring import Asked, recollection_report

FOLDER = Path(__file__).resolve().parents[3] / "prompt_engineering"


def asked(text: str, by: str = "model", **judged: Any) -> Asked:
    question = RecollectionQuestion.model_validate({"say": "who is my vet", **judged})
    return Asked("scene", question, Answered(text, by, 0.1))


def test_the_suites_have_the_promised_cases() -> None:
    for half in ("dev", "held_out"):
        scenes = load_scenes(FOLDER / "facts_suite" / half)
        questions = [question for scene in scenes for question in scene.questions]
        assert len(questions) == 40
        assert sum(question.unknown for question in questions) == 8
        assert all(5 <= len(scene.facts) <= 10 for scene in scenes)
    talks = [load_scenes(FOLDER / "conversation_suite" / half) for half in ("dev", "held_out")]
    assert [sum(len(talk.questions) for talk in half) for half in talks] == [10, 20]
    assert all(len(talk.said) == 60 for half in talks for talk in half)


def test_nothing_of_the_suites_is_among_the_examples() -> None:
    text = (Settings().prompts / "requests.yaml").read_text().lower()
    assert read_yaml(Settings().prompts / "requests.yaml", RequestExamples)
    for suite in ("facts_suite", "conversation_suite"):
        for scene in load_scenes(FOLDER / suite / "held_out"):
            assert not any(question.say.lower() in text for question in scene.questions)


@pytest.mark.parametrize(
    ("text", "right"),
    [("Your vet is Dr. Moon.", True), ("Your vet is Dr. Sun.", False), ("", False)],
)
def test_an_answer_says_what_it_has_to(text: str, right: bool) -> None:
    assert asked(text, expect=["moon"]).right is right


def test_what_must_not_be_said_is_wrong() -> None:
    assert not asked("Dr. Moon, or Dr. Sun.", expect=["moon"], reject=["sun"]).right


def test_some_of_several_points_are_enough() -> None:
    points: dict[str, Any] = {"any_of": ["bees", "chess", "tea"], "at_least": 2}
    assert asked("Bees and tea.", **points).right
    assert not asked("Bees alone.", **points).right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("I do not know that: you have not told me yet.", True),
        ("I'm sorry, I don't have that information.", True),
        ("Your vet is Dr. Moon.", False),
    ],
)
def test_what_is_unknown_has_to_be_owned_up_to(text: str, right: bool) -> None:
    assert asked(text, unknown=True).right is right


def test_the_report_counts_by_kind_and_names_the_wrong_answers() -> None:
    report = recollection_report(
        [asked("Moon", "words", expect=["moon"]), asked("Sun", expect=["moon"])]
    )
    assert report["by"]["all"] == {"right": 1, "of": 2, "share": 0.5}
    assert report["by"]["answered by code"]["right"] == 1
    assert [one["answer"] for one in report["wrong"]] == ["Sun"]


def test_a_wrong_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "scenes.yaml").write_text("- id: a\n  questions: [{say: x, expect: ['(']}]\n")
    with pytest.raises(UserError, match="regular expression"):
        load_scenes(tmp_path)
