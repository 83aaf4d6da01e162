"""How the language model chooses the words of an answer."""

from dataclasses import dataclass
from typing import Any

TEMPERATURE = 0.3


@dataclass(frozen=True)
class Sampling:
    """How an answer is written; None leaves a value to llama-server's default.

    Attributes:
        max_tokens: Most tokens of the answer; None leaves it to whoever asks.
        temperature: From 0, which always takes the likeliest word, to 2.
        top_p: The share of the probability from which words are drawn.
        stop: Texts that end the answer and are not part of it.
        seed: The seed of the random numbers.
        presence_penalty: What a word loses if it was written before.
        frequency_penalty: What a word loses for each time that it was written before.
    """

    max_tokens: int | None = None
    temperature: float = TEMPERATURE
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None

    def parameters(self, longest: int) -> dict[str, Any]:
        """Return the parameters of a request, by the names of OpenAI's API.

        Args:
            longest: Most tokens of the answer if `max_tokens` is None.
        """
        optional = {
            "top_p": self.top_p,
            "stop": list(self.stop) or None,
            "seed": self.seed,
            "presence_penalty": self.presence_penalty,
            "frequency_penalty": self.frequency_penalty,
        }
        return {
            "max_tokens": self.max_tokens or longest,
            "temperature": self.temperature,
            **{name: value for name, value in optional.items() if value is not None},
        }
