"""Extractive summaries: the sentences of a conversation that matter most, word for word."""

from collections.abc import Sequence

import numpy as np

from pipecatapp.runtime.embedding.embedder import Embedder
from pipecatapp.text.sentences import sentences

MOST_SENTENCES = 6
RELEVANCE = 0.7
"""The weight of nearness to the query; being unlike the chosen sentences has the rest."""
SPEAKERS = ("User", "Twin")

TurnWords = tuple[str, str]


def summarize(
    turns: Sequence[TurnWords], query: str, embedder: Embedder, most: int = MOST_SENTENCES
) -> str:
    """Return the sentences that say most about a query, in their order.

    They are chosen by maximal marginal relevance (Carbonell and Goldstein, 1998): near the query,
    and unlike each other. Without a query, nearness to the whole conversation counts.

    Args:
        turns: `(user, assistant)`, oldest first.
        query: What to look for; may be empty.
        embedder: Compares meanings.
        most: The number of sentences at most.

    Returns:
        One line a sentence, each with its speaker; empty where nothing was said.
    """
    said = [
        (speaker, sentence)
        for turn in turns
        for speaker, text in zip(SPEAKERS, turn, strict=True)
        for sentence in sentences(text.replace("\n", " "))
    ]
    if not said:
        return ""
    vectors = embedder.embed([sentence for _, sentence in said])
    target = embedder.embed([query])[0] if query.strip() else vectors.mean(axis=0)
    near = vectors @ target
    alike = vectors @ vectors.T
    chosen: list[int] = []
    while len(chosen) < min(most, len(said)):
        repeated = alike[:, chosen].max(axis=1) if chosen else np.zeros(len(said))
        score = RELEVANCE * near - (1 - RELEVANCE) * repeated
        score[chosen] = -np.inf
        chosen.append(int(score.argmax()))
    return "\n".join(f"{said[i][0]}: {said[i][1]}" for i in sorted(chosen))


def condensed(summary: str, turns: Sequence[TurnWords], embedder: Embedder) -> str:
    """Return a summary of an earlier summary and the turns after it.

    Args:
        summary: As `summarize` returned it; may be empty.
        turns: Those after it.
        embedder: Compares meanings.
    """
    said: list[TurnWords] = []
    for line in summary.splitlines():
        speaker, _, sentence = line.partition(": ")
        said.append((sentence, "") if speaker == SPEAKERS[0] else ("", sentence))
    return summarize([*said, *turns], "", embedder)
