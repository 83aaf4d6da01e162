"""Turns the marked methods of a toolset into tools that can be described and called."""

import inspect
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import docstring_parser
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from pipecatapp.text.invisible import visible
from pipecatapp.text.shortening import shortened
from pipecatapp.tools.tool import LONGEST_RESULT, Call, Provenance, Telling, ToolError, Toolset

LONGEST_SPOKEN = 50
"""How many characters of an argument are spoken; the page shows all of it."""


@dataclass(frozen=True)
class Tool:
    """A tool.

    Attributes:
        name: Dotted, such as `ssh.run_command`.
        description: One line.
        arguments: The pydantic model that checks the arguments of a call.
        examples: What people say when they want it.
        sensitive: Whether a person has to approve each call.
        read_only: Whether it changes nothing and sends nothing out.
        model_visible: Whether the model may choose it and reads its results.
        spoken: Whether its result is said as it is.
        telling: Returns what is then said of a result.
        redact: Whether the audit log leaves out its arguments and its result.
        purpose: What a person is asked to approve.
        few_shot: Requests and the arguments they lead to.
        provenance: By argument, what it has to do with what was said; `named` where not listed.
        adds: Words that the model may add to an argument.
        asks: By argument, the question that is asked where it comes from nowhere.
        act: What the tool does, by a name of `Language.acts`; may be empty.
        explicit: Whether it is called only where the user's words name the act.
        toolset: The toolset that it belongs to.
        method: The bound method.
    """

    name: str
    description: str
    arguments: type[BaseModel]
    examples: tuple[str, ...]
    sensitive: bool
    read_only: bool
    model_visible: bool
    spoken: bool
    telling: Telling
    redact: bool
    purpose: str
    few_shot: Mapping[str, dict[str, Any]]
    provenance: Mapping[str, Provenance]
    adds: frozenset[str]
    asks: Mapping[str, str]
    act: str
    explicit: bool
    toolset: Toolset
    method: Callable[..., Awaitable[str]]

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of the arguments, `type: object`."""
        return self.arguments.model_json_schema()

    def check(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments with defaults filled in.

        Raises:
            ToolError: An argument is missing, unknown or of the wrong type.
        """
        try:
            checked = self.arguments.model_validate(arguments).model_dump()
            # JSON can hold half a surrogate pair, which could not be sent to the approving person.
            json.dumps(checked, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise ToolError(f"{self.name}: arguments: half a character is no text") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "arguments"
            raise ToolError(f"{self.name}: {where}: {first['msg']}") from error
        return checked

    def spoken_purpose(self, arguments: dict[str, Any]) -> str:
        """Return the purpose of a call for speech; long arguments are cut."""
        words = {name: _spoken(value) for name, value in arguments.items()}
        return self.purpose.format(**words) if self.purpose else f"use {self.name}"

    async def run(self, call: Call, arguments: dict[str, Any]) -> str:
        """Run the tool; its result is free of invisible characters, and not too long.

        Raises:
            ToolError: The tool failed, or the arguments are wrong.
        """
        result = await self.method(call, **self.check(arguments))
        return shortened(visible(result), LONGEST_RESULT)


def tools_of(toolset: Toolset) -> list[Tool]:
    """Return the tools of a toolset, in the order of their names."""
    # The class is searched, as a property of an instance may fail where the tool cannot work.
    marked = inspect.getmembers(type(toolset), lambda member: hasattr(member, "tool_options"))
    return [_tool(toolset, getattr(toolset, name)) for name, _ in marked]


def _tool(toolset: Toolset, method: Callable[..., Awaitable[str]]) -> Tool:
    name = f"{toolset.namespace}.{method.__name__}"
    docstring = docstring_parser.parse(inspect.getdoc(method) or "", docstring_parser.Style.GOOGLE)
    if not docstring.short_description:
        raise ValueError(f"{name} needs a docstring: it is what the model reads")
    described = {entry.arg_name: entry.description for entry in docstring.params}
    fields: dict[str, Any] = {}
    for parameter in list(inspect.signature(method, eval_str=True).parameters.values())[1:]:
        default = ... if parameter.default is parameter.empty else parameter.default
        about = re.sub(r"\s+", " ", described.get(parameter.name) or "")
        fields[parameter.name] = (parameter.annotation, Field(default, description=about))
    # JSON has no infinity and no NaN, so neither a page nor the audit log could hold them.
    config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
    arguments = create_model(name, __config__=config, **fields)
    made = Tool(
        name=name,
        description=docstring.short_description,
        arguments=arguments,
        toolset=toolset,
        method=method,
        **getattr(method, "tool_options"),  # noqa: B009 - mypy knows no attribute of methods
    )
    try:
        made.spoken_purpose(dict.fromkeys(fields))
    except LookupError as error:
        raise ValueError(f"{name}: its purpose names {error}, which is not an argument") from error
    if unknown := {*made.provenance, *made.asks} - set(fields):
        raise ValueError(f"{name}: {min(unknown)!r} is not an argument")
    return made


def _spoken(value: Any) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_SPOKEN else f"{words[:LONGEST_SPOKEN]} and so on"
