"""Reads an answer's chunks: its words, and how many tokens it took."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openai.types.chat import ChatCompletion, ChatCompletionChunk


@dataclass(frozen=True)
class Usage:
    """How many tokens an answer took, and how fast it was.

    Attributes:
        prompt_tokens: Tokens of the prompt.
        cached_tokens: Those of them that were in the prefix cache.
        tokens_per_s: Tokens of the answer per second; None if the server does not say.
    """

    prompt_tokens: int
    cached_tokens: int
    tokens_per_s: float | None


def text_of(chunk: ChatCompletionChunk) -> str | None:
    """Return the words in a chunk, or None if it has none."""
    return chunk.choices[0].delta.content if chunk.choices else None


def usage_of(chunk: ChatCompletionChunk) -> Usage | None:
    """Return the usage that an answer's last chunk holds; None for other chunks."""
    if chunk.usage is None:
        return None
    timings, details = timings_of(chunk), chunk.usage.prompt_tokens_details
    cached = timings.get("cache_n", (details and details.cached_tokens) or 0)
    return Usage(chunk.usage.prompt_tokens, int(cached), timings.get("predicted_per_second"))


def timings_of(answer: ChatCompletion | ChatCompletionChunk) -> Mapping[str, Any]:
    """Return llama-server's own counts and times of an answer; empty if it gives none."""
    return (answer.model_extra or {}).get("timings") or {}
