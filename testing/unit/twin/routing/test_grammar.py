"""What can be seen without llama.cpp; that it accepts them is seen in testing/integration/twin."""

import re
from typing import Any

import pytest

from pipecatapp.twin.routing.grammar import action_grammar, arguments_grammar, literal

PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name"],
}


def rules(grammar: str) -> dict[str, str]:
    return dict(line.split(" ::= ", 1) for line in grammar.splitlines())


def unquoted(rule: str) -> str:
    """Return a rule without its literals and character classes."""
    return re.sub(r'"(?:\\.|[^"\\])*"|\[(?:\\.|[^\]\\])*\]|\{[^}]*\}', " ", rule)


@pytest.mark.parametrize(
    "schema",
    [
        PERSON,
        {"type": "object", "properties": {"people": {"type": "array", "items": PERSON}}},
        {"type": "object", "properties": {"a": {"enum": ["x", 'y"', 3, None]}, "b": {}}},
        {"type": "object", "properties": {"a": {"anyOf": [PERSON, {"type": "null"}]}}},
        {
            "type": "object",
            "properties": {"who": {"$ref": "#/$defs/Person"}},
            "required": ["who"],
            "$defs": {"Person": PERSON},
        },
        {"type": "object", "properties": {"a": {"type": "object"}, "b": {"const": "\n"}}},
    ],
)
def test_every_rule_that_is_used_exists_once(schema: dict[str, Any]) -> None:
    grammar = action_grammar(["answer"], {"t.u": schema, "t.v": PERSON})
    found = rules(grammar)
    assert len(found) == len(grammar.splitlines())
    used = {name for rule in found.values() for name in re.findall(r"[a-z]\w*", unquoted(rule))}
    assert used <= set(found)


def test_an_action_is_one_of_those_named_and_nothing_else() -> None:
    grammar = action_grammar(["answer", "coding_expert"], {"t.u": PERSON})
    options = rules(grammar)["root"].split(" | ")
    assert options[:2] == ['"answer"', '"coding_expert"']
    assert options[2].startswith('"t.u " ')
    assert len(options) == 3


def test_arguments_come_in_their_order_and_only_optional_ones_may_be_missing() -> None:
    found = rules(arguments_grammar(PERSON))
    assert found[found["root"]].startswith('"{" ')
    name = found[found[found["root"]].split()[-1]]
    assert name.startswith('"\\"name\\":" string')
    # Nothing but the name can follow the brace: it is required.
    assert "|" not in unquoted(name)


def test_what_is_written_in_a_literal_cannot_end_it() -> None:
    assert literal('a "b" \\ c\n') == '"a \\"b\\" \\\\ c\\n"'
