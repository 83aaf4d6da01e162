import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.benchmark.locomo import Question, load, recall
from pipecatapp.errors import UserError


def turn(place: int, speaker: str, text: str, **more: str) -> dict[str, str]:
    return {"dia_id": f"D1:{place}", "speaker": speaker, "text": text, **more}


def question(text: str, category: int, *evidence: str) -> dict[str, Any]:
    return {"question": text, "category": category, "evidence": list(evidence)}


SAMPLE = {
    "conversation": {
        "speaker_a": "Ada",
        "session_10_date_time": "1:56 pm on 9 May, 2023",
        "session_10": [{"dia_id": "D10:1", "speaker": "Bob", "text": "Later."}],
        "session_2_date_time": "1:56 pm on 8 May, 2023",
        "session_2": [
            turn(1, "Ada", "Hello Bob!"),
            turn(2, "Bob", "Look.", blip_caption="a photo of a dog"),
            turn(3, "Ada", "Cute!"),
            turn(4, "Bob", "  "),
            turn(5, "Ada", "What is it called?"),
        ],
    },
    "qa": [
        question("What did Bob show?", 4, "D1:2", "D9:9", "D1:2"),
        question("When?", 2, "D10:1", "D1:1"),
        question("Nobody said.", 5, "D1:1"),
        question("Nowhere.", 1, "D7:7"),
    ],
}


@pytest.fixture
def file(tmp_path: Path) -> Callable[[Any], Path]:
    def write(content: Any) -> Path:
        (tmp_path / "dialogues.json").write_text(json.dumps(content))
        return tmp_path / "dialogues.json"

    return write


def test_turns_are_facts_in_the_order_of_their_sessions(file: Callable[[Any], Path]) -> None:
    (dialogue,) = load(file([SAMPLE]))
    assert [fact.text for fact in dialogue.facts] == [
        "Hello Bob!",
        "Look. [a photo of a dog]",
        "Cute!",
        "What is it called?",
        "Later.",
    ]
    assert [fact.told_by for fact in dialogue.facts] == ["Ada", "Bob", "Ada", "Ada", "Bob"]
    assert dialogue.facts[0].at == datetime(2023, 5, 8, 13, 56).timestamp()
    assert dialogue.facts[3].context == "Bob: Look. [a photo of a dog]\nAda: Cute!"
    assert dialogue.facts[4].context == ""


def test_questions_that_evidence_answers_are_asked(file: Callable[[Any], Path]) -> None:
    (dialogue,) = load(file([SAMPLE]))
    assert dialogue.questions == (
        Question("What did Bob show?", (1,)),
        Question("When?", (0, 4)),
    )


@pytest.mark.parametrize("content", [{"a": 1}, [{}], [1], [{"conversation": {}, "qa": [{}]}], 7])
def test_another_file_is_refused_in_one_line(file: Callable[[Any], Path], content: Any) -> None:
    with pytest.raises(UserError, match="LoCoMo's JSON format") as caught:
        load(file(content))
    assert "\n" not in str(caught.value)


def test_recall_is_the_share_of_each_questions_evidence() -> None:
    answers = {"one": [10, 11, 12, 13, 14, 15], "two": list(range(20, 30)), "none": []}
    questions = [Question("one", (0, 5)), Question("two", (6,)), Question("none", (1,))]
    ids = [10, 11, 12, 13, 14, 15, 29]
    assert recall(questions, ids, answers.__getitem__) == {5: [0.5, 0, 0], 10: [1, 1, 0]}


def test_turns_of_the_same_words_are_one_piece_of_evidence() -> None:
    assert recall([Question("q", (0, 1, 2))], [7, 7, 8], lambda _: [7])[5] == [0.5]
