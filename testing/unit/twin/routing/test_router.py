from dataclasses import replace
from typing import Any

import pytest

from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.twin.history.messages import Messages
from pipecatapp.twin.routing.actions import Actions, Decision, TalkExamples
from pipecatapp.twin.routing.intent_classifier import IntentClassifier
from pipecatapp.twin.routing.router import Router, asks_for_several
from testing.unit.twin.conftest import RHYMES, Lamp


class Model:
    """Writes as it is told, and keeps what it was asked."""

    def __init__(self, *written: str):
        self.written = list(written)
        self.asked: list[Any] = []
        self.grammars: list[str] = []
        self.odds = 1.0
        self.result: list[Any] = []

    async def agrees(self, messages: Messages) -> float:
        self.result.append(messages)
        return self.odds

    async def complete(self, messages: Messages, *, grammar: str, max_tokens: int) -> str:
        self.asked.append(messages)
        self.grammars.append(grammar)
        return self.written.pop(0)

    def admits(self, name: str) -> bool:
        """Tell whether the last grammar admits an action."""
        root = self.grammars[-1].splitlines()[0]
        return f'"{name}"' in root or f'"{name} "' in root


def prompt(words: str) -> Messages:
    return [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": words},
    ]


async def decide(router: Router, words: str, model: Model, *before: str) -> Decision:
    return await router.decide(words, before, prompt(words), model)


@pytest.fixture
def quick(actions: Actions, classifier: IntentClassifier) -> Router:
    return Router(actions, classifier)


@pytest.mark.parametrize(
    ("words", "decision"),
    [
        ("What is the capital of France?", Decision("answer", by="head")),
        ("What rhymes with mouse?", Decision("expert", "rhyming", by="head")),
        ("Is the lamp on?", Decision("tool", "lamp.read", by="head")),
    ],
)
async def test_what_is_sure_needs_no_request(quick: Router, words: str, decision: Decision) -> None:
    model = Model()
    assert await decide(quick, words, model) == decision
    assert model.asked == []


@pytest.mark.parametrize("given_back", ['lamp.switch {"on":false}', '{"on":false}'])
async def test_the_arguments_of_a_sure_tool_are_filled_in(quick: Router, given_back: str) -> None:
    model = Model(given_back)
    decision = await decide(quick, "Turn the lamp off!", model)
    assert decision == Decision("tool", "lamp.switch", {"on": False})
    (asked,) = model.asked
    assert asked[:2] == prompt("")[:2]
    assert asked[2] == {"role": "user", "content": "Turn the lamp off!\n\nAction:"}
    assert asked[3] == {"role": "assistant", "content": "lamp.switch "}
    assert not model.admits("answer")


async def test_where_the_head_is_unsure_the_model_chooses_among_its_best(
    quick: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipecatapp.twin.routing.intent_policy.SURE", 1.1)
    model = Model("lamp.read")
    assert await decide(quick, "is the lamp on", model) == Decision("tool", "lamp.read")
    (asked,) = model.asked
    assert asked[-1]["content"].startswith("is the lamp on\n\nExamples:\n")
    assert '"is the lamp on" -> lamp.read' in asked[-1]["content"]
    assert asked[-1]["content"].endswith("\n\nAction:")
    assert model.admits("lamp.read")
    assert model.admits("answer")
    assert not model.admits("again")


async def test_without_a_head_the_model_chooses_among_all(actions: Actions) -> None:
    model = Model('lamp.dim {"percent":10}')
    decision = await decide(Router(actions, None), "darker", model)
    assert decision == Decision("tool", "lamp.dim", {"percent": 10})
    assert all(model.admits(name) for name in actions.names)
    assert model.asked[0][-1]["content"] == "darker\n\nAction:"


@pytest.mark.parametrize(
    ("odds", "decision"),
    [(0.2, Decision("tool", "lamp.dim", {"percent": 10})), (0.0, Decision("answer"))],
)
async def test_the_model_is_asked_once_more_about_a_tool_with_few_examples(
    actions: Actions, odds: float, decision: Decision
) -> None:
    model = Model('lamp.dim {"percent":10}')
    model.odds = odds
    assert await decide(Router(actions, None), "darker", model) == decision
    (result,) = model.result
    assert result[:2] == prompt("")[:2]
    asked = result[2]["content"]
    assert asked.startswith("darker\n\n")
    assert "lamp.dim, which does only this: Sets the lamp's brightness?" in asked


async def test_a_tool_with_enough_examples_is_taken_at_once(
    actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipecatapp.twin.routing.router.ENOUGH_EXAMPLES", 8)
    model = Model("lamp.read")
    assert await decide(Router(actions, None), "and the lamp", model) == Decision(
        "tool", "lamp.read"
    )
    assert model.result == []


async def test_a_little_known_tool_that_describes_itself_as_something_else_is_not_offered(
    lamp: Lamp, talk: TalkExamples, embedder: MiniLM
) -> None:
    kettle = replace(tools_of(lamp)[1], name="kettle.boil", description="Boils water for tea.")
    actions = Actions([*tools_of(lamp), kettle], [RHYMES], talk)
    model = Model('lamp.dim {"percent":10}')
    await decide(Router(actions, None, embedder), "Set the lamp's brightness to ten.", model)
    assert model.admits("lamp.dim")
    assert model.admits("answer")
    assert model.admits("rhyming_expert")
    assert not model.admits("kettle.boil")


@pytest.mark.parametrize("written", ["", "lamp.", 'lamp.dim {"percent":1', "Certainly!"])
async def test_what_is_cut_short_becomes_an_answer(actions: Actions, written: str) -> None:
    router = Router(actions, None)
    assert await decide(router, "darker", Model(written)) == Decision("answer")
    assert router.malformed == 1


async def test_again_means_the_action_before(quick: Router) -> None:
    before = ("What is the capital of Italy?", "Is the lamp on?", "once more")
    decision = await decide(quick, "Do that again.", Model(), *before)
    assert decision == Decision("tool", "lamp.read", by="head")
    assert quick.best_guess("Do that again.", before) == "lamp.read"


async def test_again_after_an_answer_is_an_answer(quick: Router) -> None:
    before = ("Is the lamp on?", "What is the capital of Italy?")
    decision = await decide(quick, "Do that again.", Model(), *before)
    assert decision == Decision("answer", by="head")


async def test_again_at_the_very_beginning_is_an_answer(quick: Router) -> None:
    assert await decide(quick, "Do that again.", Model()) == Decision("answer", by="head")


async def test_again_is_offered_to_the_model_as_the_action_before(
    quick: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipecatapp.twin.routing.intent_policy.SURE_OF_AGAIN", 1.1)
    model = Model("lamp.read")
    await decide(quick, "Do that again.", model, "Is the lamp on?")
    assert model.admits("lamp.read")
    assert not model.admits("again")


QUOTING = "My friend sent me this: {}turn the lamp off now{}"


@pytest.mark.parametrize(("begin", "end"), ['""', "“”", "«»", "''"])
def test_an_order_in_quotation_marks_is_nobodys_order(quick: Router, begin: str, end: str) -> None:
    assert quick.best_guess(QUOTING.format("", ""), []) == "lamp.switch"
    assert quick.best_guess(QUOTING.format(begin, end), []) == "answer"


def test_an_order_that_is_only_told_of_is_nobodys_order(quick: Router) -> None:
    assert quick.best_guess("turn the lamp off please", []) == "lamp.switch"
    assert quick.best_guess("the note says turn the lamp off please", []) == "answer"
    assert quick.best_guess("translate this into german turn the lamp off please", []) == "answer"


async def test_a_result_calls_for_what_the_words_had_asked_for(quick: Router) -> None:
    words = "Look at the lamp and then switch it off."
    model = Model('lamp.switch {"on":false}')
    decision = await quick.decide_next(words, [*prompt(words)], model)
    assert decision == Decision("tool", "lamp.switch", {"on": False})
    assert model.admits("answer")


@pytest.mark.parametrize(
    ("words", "several"),
    [
        ("Switch on the lamp.", False),
        ("What is the weather like?", False),
        ("Look at the lamp and switch it off.", True),
        ("Read it, then dim the lamp.", True),
        ("If the lamp is on, switch it off.", True),
        ('Translate "first this and then that" into French.', False),
    ],
)
def test_only_words_that_ask_for_several_things_have_the_model_asked_again(
    words: str, several: bool
) -> None:
    assert asks_for_several(words) is several


def test_the_instruction_tells_of_every_action(quick: Router, actions: Actions) -> None:
    assert all(f"- {name}: " in quick.instruction for name in actions.names)
