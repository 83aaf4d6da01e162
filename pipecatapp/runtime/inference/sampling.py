"""How the language model chooses the words of an answer."""

from dataclasses import dataclass
from typing import Any

TEMPERATURE = 0.3


@dataclass(frozen=True)
class Sampling:
    """What a caller may set; llama-server's own default holds where it is None.

    Attributes:
        max_tokens: The most that is written; None for as much as is pleasant to be spoken.
        temperature: From 0, always the likeliest word, to 2.
        top_p: The share of the probability that words are drawn from.
        stop: What ends the answer and is not part of it.
        seed: Of the random numbers.
        presence_penalty: What a word loses that was written before.
        frequency_penalty: Likewise, for each time.
    """

    max_tokens: int | None = None
    temperature: float = TEMPERATURE
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None

    def parameters(self, longest: int) -> dict[str, Any]:
        """Return what a request to llama-server carries.

        Args:
            longest: Tokens, where the caller has set no bound.
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
