"""A request as OpenAI's API has it, checked: what is honoured, passed over and refused.

Honoured: `model`, `messages`, `stream`, `stream_options.include_usage`, `max_tokens` and
`max_completion_tokens`, `temperature`, `top_p`, `stop`, `seed`, `presence_penalty`,
`frequency_penalty`. Passed over, as they change nothing of an answer: those of `PASSED_OVER`.
Refused, unless they ask for what is so anyway: those of `REFUSED`. Any other is refused as unknown.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipecatapp.mission_control.openai_api.completions import Asked, Message
from pipecatapp.mission_control.openai_api.errors import ApiError

MAX_BODY = 1024 * 1024
"""Bytes; a history that fits no context is cut, so there is room for a long one."""
MOST_MESSAGES = 1000
MOST_TOKENS = 32_768
LARGEST_SEED = 2**32 - 1
MOST_STOPS = 4

PASSED_OVER = frozenset(
    {"metadata", "moderation", "parallel_tool_calls", "prompt_cache_key", "prompt_cache_options"}
    | {"prompt_cache_retention", "reasoning_effort", "safety_identifier", "service_tier", "store"}
    | {"user", "verbosity"}
)

_TOOLS = "has tools of its own, and none of the caller's can be called"
REFUSED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "tools": (lambda value: value in (None, []), _TOOLS),
    "tool_choice": (lambda value: value in (None, "none", "auto"), _TOOLS),
    "functions": (lambda value: value in (None, []), _TOOLS),
    "function_call": (lambda value: value in (None, "none", "auto"), _TOOLS),
    "n": (lambda value: value in (None, 1), "gives one answer: ask again for another"),
    "logprobs": (lambda value: value in (None, False), "tells no probabilities"),
    "top_logprobs": (lambda value: value in (None, 0), "tells no probabilities"),
    "logit_bias": (lambda value: value in (None, {}), "cannot be biased"),
    "response_format": (lambda value: value in (None, {"type": "text"}), "answers in plain text"),
    "modalities": (lambda value: value in (None, ["text"]), "answers in plain text"),
    "audio": (lambda value: value is None, "answers in plain text"),
    "prediction": (lambda value: value is None, "takes no prediction of its answer"),
    "web_search_options": (lambda value: value is None, "decides itself when to look in the web"),
}
"""What is not supported: the values that ask for nothing, and what the twin does instead."""

ROLES = ("system", "developer", "user", "assistant")


class ContentPart(BaseModel):
    """A part of a message; only text is."""

    model_config = ConfigDict(strict=True)

    type: str
    text: str = ""


class MessageEntry(BaseModel):
    """A message; what an assistant's carries beside its words is not looked at."""

    model_config = ConfigDict(strict=True)

    role: str
    content: str | list[ContentPart] | None = None
    tool_calls: list[Any] | None = None
    function_call: dict[str, Any] | None = None


class StreamOptions(BaseModel):
    """How a stream is to be."""

    model_config = ConfigDict(strict=True)

    include_usage: bool = False


Stop = Annotated[str, Field(min_length=1, max_length=200)]


class ChatRequest(BaseModel):
    """The body of `POST /v1/chat/completions`."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    model: str = Field(min_length=1, max_length=200)
    messages: list[MessageEntry] = Field(min_length=1, max_length=MOST_MESSAGES)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: int | None = Field(None, ge=1, le=MOST_TOKENS)
    max_completion_tokens: int | None = Field(None, ge=1, le=MOST_TOKENS)
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    stop: Stop | list[Stop] | None = None
    seed: int | None = Field(None, ge=0, le=LARGEST_SEED)
    presence_penalty: float | None = Field(None, ge=-2, le=2)
    frequency_penalty: float | None = Field(None, ge=-2, le=2)

    @property
    def with_usage(self) -> bool:
        """Whether a stream is to end with its usage."""
        return self.stream_options is not None and self.stream_options.include_usage

    def asked(self) -> Asked:
        """Return what is asked for.

        Raises:
            ApiError: 400, the messages are no conversation that could be gone on with.
        """
        texts = [(entry.role, _text(entry, place)) for place, entry in enumerate(self.messages)]
        return Asked(
            model=self.model,
            instructions="\n\n".join(t for role, t in texts if role in ("system", "developer")),
            messages=_conversation(texts),
            max_tokens=self.max_completion_tokens or self.max_tokens,
            temperature=self.temperature,
            top_p=self.top_p,
            stop=_stops(self.stop),
            seed=self.seed,
            presence_penalty=self.presence_penalty,
            frequency_penalty=self.frequency_penalty,
        )


class _Fields(BaseModel):
    """Any JSON object: its fields are looked at one by one."""

    model_config = ConfigDict(extra="allow")


def read_request(body: bytes) -> ChatRequest:
    """Return what a body asks for.

    Raises:
        ApiError: 400, it is no such request, or asks for what is not supported.
    """
    try:
        fields = _Fields.model_validate_json(body).model_extra or {}
    except ValidationError as error:
        raise ApiError(400, "The body must be a JSON object.", code="invalid_json") from error
    for name, (asks_for_nothing, instead) in REFUSED.items():
        if name in fields and not asks_for_nothing(fields[name]):
            message = f"`{name}` is not supported: this agent {instead}."
            raise ApiError(400, message, param=name, code="unsupported_parameter")
    left = {k: v for k, v in fields.items() if k not in REFUSED and k not in PASSED_OVER}
    try:
        return ChatRequest.model_validate(left)
    except ValidationError as error:
        raise _malformed(error) from error


def _malformed(error: ValidationError) -> ApiError:
    """Return the first thing that is wrong with a request."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = [str(part) for part in first["loc"] if not str(part).endswith(("]", "str"))]
    param = ".".join(place) or None
    if first["type"] == "extra_forbidden":
        message = f"Unrecognized request argument: {param}"
        return ApiError(400, message, param=param, code="unknown_parameter")
    return ApiError(400, f"{param}: {first['msg']}.", param=param, code="invalid_value")


def _text(entry: MessageEntry, place: int) -> str:
    """Return the words of a message.

    Raises:
        ApiError: 400, it is of another kind.
    """
    where = f"messages.{place}"
    if entry.role not in ROLES:
        raise _unsupported(f"{where}.role", f"roles other than {', '.join(ROLES)}")
    if entry.tool_calls or entry.function_call:
        raise _unsupported(where, "calls of tools")
    if entry.content is None or isinstance(entry.content, str):
        text = entry.content or ""
    else:
        for part in entry.content:
            if part.type != "text":
                raise _unsupported(f"{where}.content", f"parts of the type {part.type[:40]}")
        text = "".join(part.text for part in entry.content)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = f"{where}: half a character is no text."
        raise ApiError(400, message, param=where, code="invalid_value") from error
    return text


def _unsupported(param: str, what: str) -> ApiError:
    message = f"{param}: {what} are not supported; send text."
    return ApiError(400, message, param=param, code="unsupported_value")


def _conversation(texts: list[tuple[str, str]]) -> list[Message]:
    """Return what was said, the words of one side in a row as one: templates want them in turns.

    Raises:
        ApiError: 400, the user has not the last word.
    """
    spoken = [(role, text) for role, text in texts if role in ("user", "assistant")]
    if not spoken or spoken[-1][0] != "user" or not spoken[-1][1].strip():
        message = "The last message must be the user's, and must not be empty."
        raise ApiError(400, message, param="messages", code="invalid_value")
    said: list[Message] = []
    for role, text in spoken:
        if not text.strip():
            continue
        speaker: Literal["user", "assistant"] = "user" if role == "user" else "assistant"
        if said and said[-1].role == speaker:
            said[-1] = Message(speaker, f"{said[-1].text}\n\n{text}")
        else:
            said.append(Message(speaker, text))
    return said


def _stops(stop: str | list[str] | None) -> tuple[str, ...]:
    stops = tuple([stop] if isinstance(stop, str) else stop or ())
    if len(stops) > MOST_STOPS:
        message = f"At most {MOST_STOPS} stop sequences are supported."
        raise ApiError(400, message, param="stop", code="invalid_value")
    return stops
