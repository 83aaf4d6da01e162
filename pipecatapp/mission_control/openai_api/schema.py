"""Validates a chat request of OpenAI's API: fields are honoured, ignored or refused.

Honoured: `model`, `messages`, `stream`, `stream_options.include_usage`, `max_tokens` and
`max_completion_tokens`, `temperature`, `top_p`, `stop`, `seed`, `presence_penalty`,
`frequency_penalty`. Ignored because they do not change the answer: those of `IGNORED`. Refused
unless their value asks for nothing special: those of `UNSUPPORTED`. Other fields are refused as
unknown.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipecatapp.mission_control.openai_api.completions import CompletionRequest, Message
from pipecatapp.mission_control.openai_api.errors import ApiError

MAX_BODY = 1024 * 1024
"""Bytes; the limit is generous because a history that exceeds the context is cut."""
MOST_MESSAGES = 1000
MOST_TOKENS = 32_768
LARGEST_SEED = 2**32 - 1
MOST_STOPS = 4

IGNORED = frozenset(
    {"metadata", "moderation", "parallel_tool_calls", "prompt_cache_key", "prompt_cache_options"}
    | {"prompt_cache_retention", "reasoning_effort", "safety_identifier", "service_tier", "store"}
    | {"user", "verbosity"}
)

_TOOLS = "has tools of its own, and none of the caller's can be called"
UNSUPPORTED: dict[str, tuple[Callable[[Any], bool], str]] = {
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
"""Unsupported fields: which values ask for nothing special, and what the agent does instead."""

ROLES = ("system", "developer", "user", "assistant")


class ContentPart(BaseModel):
    """A part of a message; only text is supported."""

    model_config = ConfigDict(strict=True)

    type: str
    text: str = ""


class MessageEntry(BaseModel):
    """A message; other fields of an assistant's message are ignored."""

    model_config = ConfigDict(strict=True)

    role: str
    content: str | list[ContentPart] | None = None
    tool_calls: list[Any] | None = None
    function_call: dict[str, Any] | None = None


class StreamOptions(BaseModel):
    """The options of a stream."""

    model_config = ConfigDict(strict=True)

    include_usage: bool = False


Stop = Annotated[str, Field(min_length=1, max_length=200)]


class ChatCompletionBody(BaseModel):
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
        """Whether the stream ends with the usage."""
        return self.stream_options is not None and self.stream_options.include_usage

    def completion_request(self) -> CompletionRequest:
        """Return the request as the agent takes it.

        Raises:
            ApiError: 400, the messages are not a conversation that the model can continue.
        """
        texts = [(entry.role, _text(entry, place)) for place, entry in enumerate(self.messages)]
        return CompletionRequest(
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
    """Any JSON object; its fields are checked one by one."""

    model_config = ConfigDict(extra="allow")


def read_request(body: bytes) -> ChatCompletionBody:
    """Parse and validate the body of a request.

    Raises:
        ApiError: 400, the body is malformed or asks for something unsupported.
    """
    try:
        fields = _Fields.model_validate_json(body).model_extra or {}
    except ValidationError as error:
        raise ApiError(400, "The body must be a JSON object.", code="invalid_json") from error
    for name, (asks_for_nothing, instead) in UNSUPPORTED.items():
        if name in fields and not asks_for_nothing(fields[name]):
            message = f"`{name}` is not supported: this agent {instead}."
            raise ApiError(400, message, param=name, code="unsupported_parameter")
    left = {k: v for k, v in fields.items() if k not in UNSUPPORTED and k not in IGNORED}
    try:
        return ChatCompletionBody.model_validate(left)
    except ValidationError as error:
        raise _malformed(error) from error


def _malformed(error: ValidationError) -> ApiError:
    """Return an error about the first field that is wrong."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = [str(part) for part in first["loc"] if not str(part).endswith(("]", "str"))]
    param = ".".join(place) or None
    if first["type"] == "extra_forbidden":
        message = f"Unrecognized request argument: {param}"
        return ApiError(400, message, param=param, code="unknown_parameter")
    return ApiError(400, f"{param}: {first['msg']}.", param=param, code="invalid_value")


def _text(entry: MessageEntry, place: int) -> str:
    """Return the text of a message.

    Raises:
        ApiError: 400, its role or a part of it is unsupported.
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
        message = f"{where}: the text has a lone surrogate, which is half a character."
        raise ApiError(400, message, param=where, code="invalid_value") from error
    return text


def _unsupported(param: str, what: str) -> ApiError:
    message = f"{param}: {what} are not supported; send text."
    return ApiError(400, message, param=param, code="unsupported_value")


def _conversation(texts: list[tuple[str, str]]) -> list[Message]:
    """Return the conversation with adjacent messages of one role joined.

    Chat templates want the roles to alternate.

    Raises:
        ApiError: 400, the last message is not the user's, or it is empty.
    """
    spoken = [(role, text) for role, text in texts if role in ("user", "assistant")]
    if not spoken or spoken[-1][0] != "user" or not spoken[-1][1].strip():
        message = "The last message must be the user's, and must not be empty."
        raise ApiError(400, message, param="messages", code="invalid_value")
    messages: list[Message] = []
    for role, text in spoken:
        if not text.strip():
            continue
        speaker: Literal["user", "assistant"] = "user" if role == "user" else "assistant"
        if messages and messages[-1].role == speaker:
            messages[-1] = Message(speaker, f"{messages[-1].text}\n\n{text}")
        else:
            messages.append(Message(speaker, text))
    return messages


def _stops(stop: str | list[str] | None) -> tuple[str, ...]:
    stops = tuple([stop] if isinstance(stop, str) else stop or ())
    if len(stops) > MOST_STOPS:
        message = f"At most {MOST_STOPS} stop sequences are supported."
        raise ApiError(400, message, param="stop", code="invalid_value")
    return stops
