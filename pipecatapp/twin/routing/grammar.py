"""Grammars (GBNF, llama.cpp's notation) that admit nothing but well-formed actions.

An action is `answer`, the name of an expert, or a tool's name and its arguments as JSON:
`ssh.run_command {"host":"node3","command":"uptime"}`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]

_COMMON = {
    "string": r'"\"" char* "\""',
    "char": r'[^"\\\x7F\x00-\x1F] | "\\" (["\\bfnrt/] | "u" code)',
    # Half a surrogate pair is no text; what needs a pair can be written as it is.
    "code": "[0-9a-ce-fA-CE-F] [0-9a-fA-F]{3} | [dD] [0-7] [0-9a-fA-F]{2}",
    "integer": '"-"? ("0" | [1-9] [0-9]{0,14})',
    "number": 'integer ("." [0-9]{1,12})?',
    "boolean": '"true" | "false"',
    "null": '"null"',
    "any": "string | number | boolean | null | anylist | anydict",
    "anylist": '"[" (any ("," any)*)? "]"',
    "anydict": '"{" (string ":" any ("," string ":" any)*)? "}"',
}


class _Rules:
    """The rules of one grammar; the common ones are added once they are used."""

    def __init__(self) -> None:
        self.rules: dict[str, str] = {}

    def add(self, text: str) -> str:
        """Add a rule and return its name."""
        name = f"r{len(self.rules)}"
        self.rules[name] = text
        return name

    def value(self, schema: Schema, root: Schema) -> str:
        """Return the expression of a JSON value of a schema."""
        if "$ref" in schema:
            schema = root["$defs"][str(schema["$ref"]).rsplit("/", 1)[-1]]
        if "const" in schema:
            return literal(json.dumps(schema["const"]))
        if "enum" in schema:
            return f"({' | '.join(literal(json.dumps(value)) for value in schema['enum'])})"
        for union in ("anyOf", "oneOf"):
            if union in schema:
                return f"({' | '.join(self.value(part, root) for part in schema[union])})"
        match schema.get("type"):
            case "string" | "integer" | "number" | "boolean" | "null" as kind:
                return str(kind)
            case "array":
                item = self.value(schema.get("items") or {}, root)
                return self.add(f'"[" ({item} ("," {item})*)? "]"')
            case "object" if schema.get("properties"):
                return self.object(schema, root)
            case "object":
                return "anydict"
            case _:
                return "any"

    def object(self, schema: Schema, root: Schema) -> str:
        """Return the name of a rule for an object.

        Its properties come in their order; those that are not required may be left out.
        """
        required = set(schema.get("required", ()))
        properties = schema["properties"]
        pairs = {
            name: f"{literal(json.dumps(name) + ':')} {self.value(part, root)}"
            for name, part in properties.items()
        }
        # From the last to the first: `rest` is what may follow once something has been written.
        rest, start = "", '"}"'
        for name in reversed(properties):
            optional = name not in required
            after = f'("," {pairs[name]}) {rest}'.strip()
            start = self._either(f'{pairs[name]} {rest} "}}"', start if optional else None)
            rest = self.add(f"{after} | {rest or _EMPTY}") if optional else after
        return self.add(f'"{{" {start}')

    def _either(self, first: str, second: str | None) -> str:
        return self.add(f"{first} | {second}" if second else first)

    def text(self, root: str) -> str:
        """Return the whole grammar."""
        rules = {"root": root, **self.rules, **_COMMON}
        return "\n".join(f"{name} ::= {rule}" for name, rule in rules.items())


_EMPTY = '""'


def literal(text: str) -> str:
    """Return a GBNF literal of a text."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def arguments_grammar(schema: Schema) -> str:
    """Return the grammar of a tool's arguments, a JSON object.

    Args:
        schema: JSON schema of `type: object` with at least one property.
    """
    rules = _Rules()
    return rules.text(rules.object(schema, schema))


def action_grammar(names: Sequence[str], tools: Mapping[str, Schema]) -> str:
    """Return the grammar of an action.

    Args:
        names: Actions without arguments: `answer`, experts, and tools that take none.
        tools: The arguments' schema of each other tool, by its name.
    """
    rules = _Rules()
    options = [literal(name) for name in names]
    for name, schema in tools.items():
        options.append(f"{literal(name + ' ')} {rules.object(schema, schema)}")
    return rules.text(" | ".join(options))
