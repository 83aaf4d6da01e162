"""Recognizes requests for experts that have come since the intent classifier was fitted.

They are recognized by their names, and by the similarity of a request to their descriptions.
"""

import re
from collections.abc import Callable, Sequence

from pipecatapp.experts.expert import SUFFIX, Expert
from pipecatapp.runtime.embedding.embedder import Embedder, Vectors
from pipecatapp.text.language import language

NEAR = 0.2
"""A request that no known action is for goes to an expert whose description is this similar to it,
by the cosine of their embeddings. Of 26 questions meant for one of five experts, such as biology
that `explains plants and animals`, 19 are this similar to the right one; of the evaluation suite's
129 requests that are to be answered, 8 % are to each. The 1.5B model, asked to choose, was right at
2 of 16."""
LIKE_AN_EXAMPLE = 0.75
"""A request this similar to one of an expert's examples is for that expert."""


class UnseenExperts:
    """Some experts that the intent classifier does not know."""

    def __init__(self, embedder: Embedder | None, experts: Sequence[Expert]):
        """Learn what they are for.

        Args:
            embedder: Makes the vectors; None where experts are recognized by their names alone.
            experts: Those that the classifier does not know.
        """
        self._experts = list(experts)
        texts = [(text, i) for i, expert in enumerate(experts) for text in _about(expert)]
        self._owners = [owner for _, owner in texts]
        self._examples = [text in self._experts[owner].examples for text, owner in texts]
        said = [text for text, _ in texts]
        self._compare = _similarity(embedder, said) if embedder and said else None

    def meant(self, words: str) -> str | None:
        """Return the action of the expert that is plainly meant, or None."""
        named = [expert for expert in self._experts if _is_named(expert, words)]
        if len(named) == 1:
            return _action(named[0])
        if self._compare is None:
            return None
        similar = self._compare(words)
        best = int(similar.argmax())
        if self._examples[best] and similar[best] >= LIKE_AN_EXAMPLE:
            return _action(self._experts[self._owners[best]])
        return None

    def near(self, words: str) -> list[str]:
        """Return the actions of the experts that are for such a request, the likeliest first."""
        if self._compare is None:
            return []
        similar = self._compare(words)
        order = [int(i) for i in (-similar).argsort() if similar[i] >= NEAR]
        return list(dict.fromkeys(_action(self._experts[self._owners[i]]) for i in order))


def _similarity(embedder: Embedder, texts: Sequence[str]) -> Callable[[str], Vectors]:
    """Return a function that returns the cosine of some words with each text, shape (texts,)."""
    vectors = embedder.embed(texts)

    def compare(words: str) -> Vectors:
        similar: Vectors = vectors @ embedder.embed([words])[0]
        return similar

    return compare


def _about(expert: Expert) -> list[str]:
    """Return the texts that say what an expert is for."""
    name = _spoken(expert.name)
    return [expert.description, name, *expert.examples]


def _is_named(expert: Expert, words: str) -> bool:
    """Tell whether somebody asks for an expert by its name."""
    name = re.escape(_spoken(expert.name)).replace(r"\ ", r"[ _-]")
    asked = language().requests.for_expert.format(name=name)
    return re.search(asked, words, re.IGNORECASE) is not None


def _spoken(name: str) -> str:
    return name.replace("-", " ").replace("_", " ")


def _action(expert: Expert) -> str:
    return f"{expert.name}{SUFFIX}"
