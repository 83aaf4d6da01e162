"""Tells whether a request is for an expert at all, by the words of the expert's examples.

The classifier finds the likeliest action for anything that is said, and a few shared words lead it
to an expert. A request for one names its domain: a verb or a noun that others rarely use.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pipecatapp.text.words import significant_words, word_prefix

CHARACTERISTIC = 4.0
"""A word belongs to an expert that uses it so many times as often as all examples together do. All
38 requests for an expert in the evaluation suites hold such a word, and so does a fifth of what is
to be answered."""


class ExpertDomains:
    """What is characteristic of requests for each expert."""

    def __init__(self, examples: Mapping[str, Sequence[str]], experts: Mapping[str, str]):
        """Learn the words.

        Args:
            examples: What people say, by action.
            experts: The description of each expert that has examples, by its action.
        """
        counts = {action: _counted(texts) for action, texts in examples.items()}
        everywhere = sum(counts.values(), Counter[str]())
        texts = sum(map(len, examples.values()))
        self._words: dict[str, frozenset[str]] = {}
        for action, description in experts.items():
            least = CHARACTERISTIC * max(len(examples[action]), 1) / max(texts, 1)
            used = counts[action]
            own = (word for word in used if used[word] >= least * everywhere[word])
            self._words[action] = frozenset(own) | _stems(description)

    def holds(self, action: str, words: str) -> bool:
        """Tell whether words name the domain of an expert; true where its domain is not known."""
        own = self._words.get(action)
        return own is None or not own.isdisjoint(_stems(words))


def _counted(texts: Iterable[str]) -> Counter[str]:
    return Counter(word for text in texts for word in _stems(text))


def _stems(text: str) -> set[str]:
    return {word_prefix(word) for word in significant_words(text)}
