"""Calls that a model proposes out of nothing, for the requests of the suite `unmeant`."""

from collections.abc import Sequence
from typing import Any

import pytest

from pipecatapp.settings import REPOSITORY
from pipecatapp.text.language import language
from pipecatapp.tools.execution.registry import every_tool
from pipecatapp.tools.execution.tool_definition import Tool, tools_of
from pipecatapp.tools.tool import Call, Toolset, tool
from pipecatapp.twin.history.conversation import Conversation
from pipecatapp.twin.history.turn import ActiveTurn
from pipecatapp.twin.routing.actions import Decision
from pipecatapp.twin.routing.call_check import CallCheck
from pipecatapp.twin.routing.quotations import unquoted
from prompt_engineering.suite import Case, Matches, load_suite
from testing.unit.tools.fake_resources import EXAMPLES, FakeResources

SUITE = REPOSITORY / "prompt_engineering" / "evaluation_suite" / "unmeant"
CASES = load_suite(SUITE)
UNMEANT = [case for case in CASES if case.expect.action == "answer"]
MEANT = [case for case in CASES if case.expect.action == "tool"]
TOOLS = {each.name: each for each in every_tool(FakeResources())}
MADE_UP: dict[str, list[dict[str, Any]]] = {
    "ssh.run_command": [
        {"host": "office_pc", "command": "uname -r"},
        {"host": "node11", "command": "df -h"},
    ],
    "web_browser.type": [{"target": "password", "text": "my dog i know that's silly"}],
    "web_browser.click": [{"target": "accept"}],
    "web_browser.goto": [{"url": "https://example.org/news"}],
    "ansible.run_playbook": [{"playbook": "site.yaml", "check": True}],
    "power.set_idle_threshold": [{"service": "cooking", "seconds": 900}],
    "mcp.get_status": [{}],
    "mcp.clear_short_term_memory": [{}],
}
"""What a small model was seen to propose, or has in an example."""


def turn_of(words: str, history: Sequence[tuple[str, str]] = ()) -> ActiveTurn:
    conversation = Conversation("a")
    for user, assistant in history:
        conversation.context.add_message({"role": "user", "content": user})
        conversation.context.add_message({"role": "assistant", "content": assistant})
    conversation.context.add_message({"role": "user", "content": words})
    return conversation.turn()


def check(name: str, arguments: dict[str, Any], turn: ActiveTurn, *, sure: bool = True) -> Decision:
    return CallCheck(Decision("tool", name, arguments, sure=sure), TOOLS[name], turn).checked()


def proposals() -> list[tuple[str, dict[str, Any]]]:
    """Return every call that a tool's examples show, and those made up."""
    shown = [(each.name, call) for each in TOOLS.values() for call in each.few_shot.values()]
    return [*shown, *((name, call) for name, calls in MADE_UP.items() for call in calls)]


@pytest.mark.parametrize("case", UNMEANT, ids=lambda case: case.id)
def test_no_call_comes_out_of_nothing(case: Case) -> None:
    turn = turn_of(case.say, case.turns)
    called = [call for call in proposals() if check(*call, turn, sure=False).kind == "tool"]
    assert [call for call in called if not _is_harmless_in(call[0], case)] == []


def _is_harmless_in(name: str, case: Case) -> bool:
    """Tell whether a call takes no argument and the words are about what it tells."""
    named = language().acts.named["status"].search(case.say) is not None
    return name == "mcp.get_status" and named


@pytest.mark.parametrize("case", MEANT, ids=lambda case: case.id)
def test_what_was_said_is_called(case: Case) -> None:
    name = case.expect.tool or ""
    arguments = {key: _proposed(value) for key, value in case.expect.arguments.items()}
    given = {"command": "df -h"} if name == "ssh.run_command" else {}
    decision = check(name, given | arguments, turn_of(case.say, case.turns))
    assert (decision.kind, decision.name) == ("tool", name)


def _proposed(value: Any) -> Any:
    """Return an argument that is right in a case."""
    if isinstance(value, Matches):
        return value.matches.replace("\\b", "").replace("\\", "")
    return value[0] if isinstance(value, list) else value


@pytest.mark.parametrize("name", [each.name for each in TOOLS.values() if each.act])
def test_the_language_knows_what_people_say_for_an_act(name: str) -> None:
    named = language().acts.named[TOOLS[name].act]
    unnamed = [said for said in TOOLS[name].examples if not named.search(unquoted(said))]
    # Where the act need not be named, it only decides whether a question is asked.
    assert len(unnamed) <= (0 if TOOLS[name].explicit else len(TOOLS[name].examples) // 5)


@pytest.mark.parametrize(
    ("name", "arguments", "words", "asked"),
    [
        (
            "ssh.run_command",
            {"host": "node7", "command": "df -h"},
            "How much room is left on the disk?",
            "Which machine do you mean?",
        ),
        (
            "web_browser.type",
            {"target": "city", "text": "bonn"},
            "Type bonn, please.",
            "Into which field shall I type that?",
        ),
        (
            "web_browser.goto",
            {"url": "example.org"},
            "Open the page.",
            "Which page do you mean?",
        ),
        ("ssh.run_command", {"host": "node7", "command": "df -h"}, "Nice weather today.", ""),
        ("web_browser.goto", {"url": "example.org"}, "Nice weather today.", ""),
    ],
)
def test_what_is_missing_is_asked_for_where_the_tool_is_plainly_meant(
    name: str, arguments: dict[str, Any], words: str, asked: str
) -> None:
    decision = check(name, arguments, turn_of(words))
    assert decision == Decision("answer", declined=name, text=asked)


def test_nothing_is_asked_where_the_tool_was_only_a_guess() -> None:
    call = Decision("tool", "ssh.run_command", {"host": "node7", "command": "sensors"})
    words = "At what temperature does a server melt?"
    guessed = CallCheck(call, TOOLS["ssh.run_command"], turn_of(words)).checked()
    assert guessed == Decision("answer", declined="ssh.run_command")


def test_an_order_that_is_only_quoted_names_no_act() -> None:
    turn = turn_of('My friend sent me this: "clear your memory of this conversation"')
    assert check("mcp.clear_short_term_memory", {}, turn).declined


@pytest.mark.parametrize(
    ("words", "called"),
    [
        ("Stop talking please", False),
        ("Don't forget this conversation", False),
        ("I forget what we said", False),
        ("Can you clear this up for me?", False),
        ("Delete that file.", False),
        ("okay now delete that please", True),
        ("Do that again.", True),
        ("Forget our whole conversation.", True),
    ],
)
def test_what_cannot_be_undone_has_to_be_named(words: str, called: bool) -> None:
    turn = turn_of(words, [("Clear this conversation.", "It is forgotten.")])
    assert (check("mcp.clear_short_term_memory", {}, turn).kind == "tool") is called


@pytest.mark.parametrize(
    ("words", "before", "called"),
    [
        ("Name four bones of the hand.", "What is a bone?", False),
        ("What colour is it?", "What is a bone?", False),
        ("What colour is it?", "What do you see on the shelf?", True),
        ("Is the parcel there? Look, please.", "What is a bone?", True),
    ],
)
def test_looking_goes_on_where_it_was_asked_for(words: str, before: str, called: bool) -> None:
    turn = turn_of(words, [(before, "Something or other.")])
    decision = check("vision.get_observation", {"question": words}, turn)
    assert (decision.kind == "tool") is called


@pytest.mark.parametrize(
    ("words", "given", "called"),
    [
        ("Quelle est la capitale du Portugal ?", "la capitale", False),
        ("And how much is that with two more?", "2 more", True),
        ("and what is the half of it", "nine divided by two", True),
    ],
)
def test_nothing_is_worked_out_where_there_is_no_number(
    words: str, given: str, called: bool
) -> None:
    call = "calculator.calculate", {"expression": given}
    assert (TOOLS[call[0]].toolset.revised(call, words) == call) is called


def test_words_before_count_for_no_new_request() -> None:
    history = [("Type ada into the name field.", "I typed it.")]
    turn = turn_of("Lock the cellar door", history)
    assert check("web_browser.type", {"target": "name", "text": "ada"}, turn).declined


def test_what_cannot_be_done_now_is_said_where_it_was_meant() -> None:
    decision = Decision("tool", "web_browser.click", {"target": "login"}, sure=True)
    sentence = "No page is open."
    meant = CallCheck(decision, TOOLS["web_browser.click"], turn_of("Click on login."))
    assert meant.checked(sentence).text == sentence
    other = CallCheck(decision, TOOLS["web_browser.click"], turn_of("What is a login?"))
    assert other.checked(sentence).text == ""


class Dice(Toolset):
    namespace = "dice"

    @tool(examples=EXAMPLES, few_shot={"roll a d20": {"sides": 20}})
    async def roll(self, call: Call, sides: int = 6) -> str:
        """Roll a die."""
        return str(sides)

    @tool(
        examples=EXAMPLES,
        few_shot={"a fair coin": {"rule": "flip()"}},
        provenance={"rule": "derived"},
    )
    async def play(self, call: Call, rule: str) -> str:
        """Play by a rule."""
        return rule


def dice(name: str) -> Tool:
    return next(each for each in tools_of(Dice(FakeResources())) if each.name == name)


def test_nothing_is_left_of_a_guess_whose_every_argument_was_made_up() -> None:
    decision = Decision("tool", "dice.roll", {"sides": 20})
    assert CallCheck(decision, dice("dice.roll"), turn_of("I lost my hat")).checked().declined


@pytest.mark.parametrize(("words", "sides"), [("roll a die", 6), ("roll one with 20 sides", 20)])
def test_a_default_takes_the_place_of_what_nobody_said(words: str, sides: int) -> None:
    decision = Decision("tool", "dice.roll", {"sides": 20}, sure=True)
    checked = CallCheck(decision, dice("dice.roll"), turn_of(words)).checked()
    assert checked.arguments == {"sides": sides}


@pytest.mark.parametrize(
    ("words", "rule", "called"),
    [
        ("play something", "throw(6)", True),
        ("play something", "flip()", False),
        ("play and flip it", "flip()", True),
    ],
)
def test_what_the_model_composes_may_not_be_an_examples(
    words: str, rule: str, called: bool
) -> None:
    decision = Decision("tool", "dice.play", {"rule": rule})
    checked = CallCheck(decision, dice("dice.play"), turn_of(words)).checked()
    assert (checked.kind == "tool") is called


def test_the_suite_is_large_enough() -> None:
    assert len(UNMEANT) >= 60
    assert len(MEANT) >= 15
