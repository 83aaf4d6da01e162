import importlib
import inspect
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import pipecatapp.tools
from pipecatapp.errors import UserError
from pipecatapp.settings import Settings
from pipecatapp.tools.tool import Toolset
from prompt_engineering.suite import Case, load_suite, require_known

SUITE = Path(__file__).resolve().parents[3] / "prompt_engineering" / "evaluation_suite"
HALVES = ("dev", "held_out")
TOOLS = {
    "ansible.run_playbook": ["playbook", "check"],
    "code_runner.run_python_code": ["code"],
    "mcp.clear_short_term_memory": [],
    "mcp.get_memory_summary": [],
    "mcp.get_status": [],
    "power.set_idle_threshold": ["service", "seconds"],
    "ssh.run_command": ["host", "command"],
    "summarizer.get_summary": ["query"],
    "vision.get_observation": ["question"],
    "web_browser.click": ["target"],
    "web_browser.get_page_content": [],
    "web_browser.goto": ["url"],
    "web_browser.type": ["target", "text"],
}
EXPERTS = ["coding", "creative"]
RECOGNIZED = re.compile(r"[a-z' ]+")
"""What a speech recognizer writes: no capitals, no punctuation, no digits."""

CASE = "- id: one\n  say: hello\n  expect: {action: answer}\n"


@pytest.fixture(params=HALVES)
def half(request: pytest.FixtureRequest) -> list[Case]:
    return load_suite(SUITE / request.param)


def write(directory: Path, text: str, name: str = "some.yaml") -> Path:
    (directory / name).write_text(text)
    return directory


def words(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def examples_of_tools() -> Iterator[str]:
    for info in pkgutil.iter_modules(pipecatapp.tools.__path__):
        module = importlib.import_module(f"pipecatapp.tools.{info.name}")
        for _, toolset in inspect.getmembers(module, inspect.isclass):
            if issubclass(toolset, Toolset):
                for _, method in inspect.getmembers(toolset, inspect.isfunction):
                    yield from method.__dict__.get("tool_options", {}).get("examples", ())


def strings(value: object) -> Iterator[str]:
    """Return every text of a YAML document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


def test_every_action_is_asked_for_often_enough(half: list[Case]) -> None:
    tools = Counter(case.expect.tool for case in half)
    experts = Counter(case.expect.expert for case in half)
    assert {name: tools[name] for name in TOOLS if tools[name] < 6} == {}
    assert {name: experts[name] for name in EXPERTS if experts[name] < 8} == {}


def test_the_hard_kinds_are_there_in_number(half: list[Case]) -> None:
    tags: Counter[str] = Counter(tag for case in half for tag in case.tags)
    fewest = {"chat": 25, "near-miss": 15, "follow-up": 22, "injection": 8, "speech": len(half) / 2}
    assert {tag: tags[tag] for tag in fewest if tags[tag] < fewest[tag]} == {}
    assert len(half) >= 140


def test_tags_mean_what_they_say(half: list[Case]) -> None:
    for case in half:
        assert ("speech" in case.tags) == bool(RECOGNIZED.fullmatch(case.say)), case.id
        if "follow-up" in case.tags:
            assert case.history, case.id
        if {"chat", "near-miss"} & set(case.tags):
            assert case.expect.action == "answer", case.id


def test_the_suite_expects_what_exists(half: list[Case]) -> None:
    require_known(half, TOOLS, EXPERTS)


def test_the_halves_share_neither_a_sentence_nor_a_case() -> None:
    dev, held_out = (load_suite(SUITE / name) for name in HALVES)
    assert not {case.id for case in dev} & {case.id for case in held_out}
    assert not {words(case.say) for case in dev} & {words(case.say) for case in held_out}


def test_the_agent_has_seen_no_sentence_of_the_held_out_half(tmp_path: Path) -> None:
    seen = {words(example) for example in examples_of_tools()}
    for path in Settings(home=tmp_path).prompts.glob("*.yaml"):
        seen |= {words(text) for text in strings(yaml.safe_load(path.read_text()))}
    assert len(seen) > 50
    assert [case.id for case in load_suite(SUITE / "held_out") if words(case.say) in seen] == []


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("{action: dance}", "expect.action"),
        ("{action: tool}", "its own key"),
        ("{action: answer, tool: mcp.get_status}", "its own key"),
        ("{action: expert, expert: coding, arguments: {x: y}}", "only a tool takes arguments"),
        ("{action: tool, tool: a.b, arguments: {x: {matches: '('}}}", "no regular expression"),
        ("{action: tool, tool: a.b, argument: {x: y}}", "argument"),
    ],
)
def test_a_broken_case_is_refused_with_its_file_and_name(
    tmp_path: Path, broken: str, said: str
) -> None:
    write(tmp_path, CASE + f"- id: two\n  say: hi\n  expect: {broken}\n")
    with pytest.raises(UserError, match=r"some\.yaml: case two: ") as error:
        load_suite(tmp_path)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_case_without_an_id_is_refused_by_its_number(tmp_path: Path) -> None:
    write(tmp_path, CASE + "- say: hi\n  expect: {action: answer}\n")
    with pytest.raises(UserError, match=r"some\.yaml: case number 2: id"):
        load_suite(tmp_path)


def test_an_id_is_taken_once_in_all_files(tmp_path: Path) -> None:
    write(write(tmp_path, CASE, "a.yaml"), CASE, "b.yaml")
    with pytest.raises(UserError, match=r"b\.yaml: case one: the id is taken"):
        load_suite(tmp_path)


@pytest.mark.parametrize("text", ["- [", "cases: []", ""])
def test_a_file_without_a_list_of_cases_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match=r"some\.yaml"):
        load_suite(write(tmp_path, text))


def test_a_directory_without_cases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no cases"):
        load_suite(tmp_path)


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ("{action: tool, tool: ssh.run}", "no tool 'ssh.run'"),
        ("{action: expert, expert: cooking}", "no expert 'cooking'"),
        ("{action: tool, tool: mcp.get_status, arguments: {of: whisper}}", "takes no 'of'"),
    ],
)
def test_a_case_that_expects_what_does_not_exist_is_named(
    tmp_path: Path, expect: str, said: str
) -> None:
    cases = load_suite(write(tmp_path, f"- id: one\n  say: hi\n  expect: {expect}\n"))
    with pytest.raises(UserError, match=f"case one: .*{said}"):
        require_known(cases, TOOLS, EXPERTS)
