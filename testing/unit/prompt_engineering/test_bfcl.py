import json
from pathlib import Path
from typing import Any

import pytest

from pipecatapp.errors import UserError
from prompt_engineering.bfcl import Question, load_questions, mistake

PROPERTIES: dict[str, Any] = {
    "city": {"type": "string"},
    "days": {"type": "integer"},
    "wind": {"type": "float"},
    "hourly": {"type": "boolean"},
    "names": {"type": "array", "items": {"type": "string"}},
    "point": {"type": "tuple", "items": {"type": "float"}},
    "range": {"type": "dict"},
    "orders": {"type": "array", "items": {"type": "dict"}},
    "table": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
    "data": {"type": "any"},
}


def wrong(possible: dict[str, list[Any]], given: dict[str, Any], *required: str) -> str | None:
    parameters = {"type": "dict", "properties": PROPERTIES, "required": list(required)}
    functions = [{"name": "other", "parameters": {}}, {"name": "f", "parameters": parameters}]
    return mistake(Question("simple_0", "", functions, ("f", possible)), ("f", given))


@pytest.mark.parametrize(
    ("possible", "given"),
    [
        pytest.param({"city": ["New York, NY"]}, {"city": "new york NY"}, id="punctuation"),
        pytest.param({"city": ["a/b-c_d*e^f.g"]}, {"city": "A B C D E F G"}, id="all of it"),
        pytest.param({"city": ["the 'Bell'"]}, {"city": 'The "bell"'}, id="quotes"),
        pytest.param({"city": ["NYC", "New York"]}, {"city": "nyc"}, id="one of several"),
        pytest.param({"wind": [5.0]}, {"wind": 5}, id="whole number for a float"),
        pytest.param({"hourly": [True]}, {"hourly": True}, id="boolean"),
        pytest.param({"city": ["x"], "days": ["", 3]}, {"city": "x"}, id="optional left out"),
        pytest.param({"city": ["x"], "days": ["", 3]}, {"city": "x", "days": 3}, id="optional"),
        pytest.param({"names": [["Ann B.", "Cy"]]}, {"names": ["ann b", "CY"]}, id="list"),
        pytest.param({"names": [[]]}, {"names": []}, id="empty list"),
        pytest.param({"point": [[1.5, 2.0]]}, {"point": [1.5, 2]}, id="tuple"),
        pytest.param({"table": [[[1, 2], [3, 4]]]}, {"table": [[1, 2], [3, 4]]}, id="lists in it"),
        pytest.param(
            {"range": [{"min": [1, 2], "unit": ["", "EUR"]}]}, {"range": {"min": 2}}, id="dict"
        ),
        pytest.param(
            {"range": [{"at": [{"x": 1, "of": "A b"}]}]},
            {"range": {"at": {"x": 1, "of": "ab"}}},
            id="dict in a dict",
        ),
        pytest.param(
            {"orders": [[{"item": ["tea"]}, {"item": ["milk", "cream"]}]]},
            {"orders": [{"item": "Tea"}, {"item": "cream"}]},
            id="list of dicts",
        ),
        pytest.param({"names": ["all_names"]}, {"names": "all_names"}, id="variable"),
        pytest.param({"data": ["my_data"]}, {"data": "my_data"}, id="any"),
    ],
)
def test_a_right_call(possible: dict[str, list[Any]], given: dict[str, Any]) -> None:
    assert wrong(possible, given) is None


@pytest.mark.parametrize(
    ("possible", "given"),
    [
        pytest.param({"city": ["Rome"]}, {"city": "Romes"}, id="another string"),
        pytest.param({"city": ["5"]}, {"city": 5}, id="number for a string"),
        pytest.param({"days": [3]}, {"days": "3"}, id="string for a number"),
        pytest.param({"days": [3]}, {"days": 3.0}, id="float for an integer"),
        pytest.param({"days": [1]}, {"days": True}, id="boolean for an integer"),
        pytest.param({"wind": [1.0]}, {"wind": True}, id="boolean for a float"),
        pytest.param({"hourly": [True]}, {"hourly": 1}, id="integer for a boolean"),
        pytest.param({"hourly": [True]}, {"hourly": False}, id="another boolean"),
        pytest.param({"city": ["x"], "days": [3]}, {"city": "x"}, id="left out"),
        pytest.param({"city": ["x"]}, {"city": "x", "days": 3}, id="unexpected"),
        pytest.param({"city": ["x"]}, {"city": "x", "made_up": 3}, id="made up"),
        pytest.param({"names": [["a", "b"]]}, {"names": ["b", "a"]}, id="another order"),
        pytest.param({"names": [["a", "b"]]}, {"names": ["a"]}, id="shorter list"),
        pytest.param({"names": [["a"]]}, {"names": "a"}, id="no list"),
        pytest.param({"names": [["1"]]}, {"names": [1]}, id="list of another type"),
        pytest.param({"range": [{"min": [1]}]}, {"range": {}}, id="key left out"),
        pytest.param({"range": [{"min": [1]}]}, {"range": {"min": 1, "max": 2}}, id="key too many"),
        pytest.param({"range": [{"min": [1]}]}, {"range": {"min": 2}}, id="another value"),
        pytest.param({"range": [{"min": [1]}]}, {"range": {"min": True}}, id="boolean in a dict"),
        pytest.param(
            {"orders": [[{"item": ["tea"]}, {"item": ["milk"]}]]},
            {"orders": [{"item": "milk"}, {"item": "tea"}]},
            id="dicts in another order",
        ),
        pytest.param(
            {"orders": [[{"item": ["tea"]}]]},
            {"orders": [{"item": "tea"}, {"item": "tea"}]},
            id="dict too many",
        ),
    ],
)
def test_a_wrong_call(possible: dict[str, list[Any]], given: dict[str, Any]) -> None:
    assert wrong(possible, given)


def test_a_required_argument_is_needed_even_where_its_value_may_be_empty() -> None:
    assert wrong({"city": ["", "x"]}, {}) is None
    assert wrong({"city": ["", "x"]}, {}, "city") == "city is missing"


def test_the_function_has_to_be_the_right_one() -> None:
    question = Question("simple_0", "", [], ("f", {}))
    assert mistake(question, ("g", {})) == "wrong function 'g'"
    assert mistake(question, None) == "no call"


def test_where_no_function_fits_only_no_call_is_right() -> None:
    question = Question("irrelevance_0", "", [{"name": "f"}], None)
    assert mistake(question, None) is None
    assert mistake(question, ("f", {}))


def lines(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def asked(identity: str, words: str = "How far?") -> dict[str, Any]:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": words}]
    return {"id": identity, "question": [messages], "function": [{"name": "f"}]}


def test_questions_are_joined_with_their_answers(tmp_path: Path) -> None:
    simple = lines(tmp_path / "simple.json", asked("simple_0"))
    irrelevance = lines(tmp_path / "irrelevance.json", asked("irrelevance_0"))
    truth = {"id": "simple_0", "ground_truth": [{"f": {"x": [1]}}]}
    answers = lines(tmp_path / "answers.json", truth)
    loaded = load_questions([simple, irrelevance], [answers])
    words = "Be brief.\nHow far?"
    functions = [{"name": "f"}]
    assert loaded == {
        "simple": [Question("simple_0", words, functions, ("f", {"x": [1]}))],
        "irrelevance": [Question("irrelevance_0", words, functions, None)],
    }


def test_a_sample_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    path = lines(tmp_path / "q.json", *(asked(f"irrelevance_{number}") for number in range(50)))

    def sample(seed: int) -> list[str]:
        loaded = load_questions([path], [], sample=10, seed=seed)
        return [question.id for question in loaded["q"]]

    assert sample(0) == sample(0) != sample(1)
    assert len(set(sample(0))) == 10
    assert len(load_questions([path], [], sample=100)["q"]) == 50


def test_a_question_without_an_answer_is_refused(tmp_path: Path) -> None:
    path = lines(tmp_path / "simple.json", asked("simple_7"))
    with pytest.raises(UserError, match=r"simple\.json: simple_7 has no answer: .*--answers"):
        load_questions([path], [])


@pytest.mark.parametrize("text", ["no json", '{"id": "irrelevance_0"}\n', '{"id": 3}\n'])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "q.json").write_text(text)
    with pytest.raises(UserError, match=r"q\.json"):
        load_questions([tmp_path / "q.json"], [])
