"""What the fast head makes of a turn's words: the action that is meant, or some to choose among."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipecatapp.experts.expert import SUFFIX
from pipecatapp.twin.routing.action_catalogue import ActionCatalogue
from pipecatapp.twin.routing.actions import AGAIN, ANSWER
from pipecatapp.twin.routing.intent_classifier import IntentClassifier, IntentPrediction

SURE = 0.5
"""From this probability on the head's word needs no second opinion.

Where the head is less sure the model is no better than it at plain requests (54 of 81 each, those
below 0.75 in a cross-validation over the examples, 1.5B model); what the model adds is the sight of
the conversation.
"""
SURE_IN_A_TASK = 0.8
"""Likewise after a turn that was no mere talk: "what is he wearing" may be about the camera."""
SURE_OF_AGAIN = 0.6
"""Likewise for "the action before, once more": the words alone say little else."""
CANDIDATES = 3
"""The head's best actions, among which the model chooses."""
SHOWN_EXAMPLES = 6
"""The nearest examples that the model is shown."""


@dataclass(frozen=True)
class PolicyResult:
    """What the head makes of some words.

    Attributes:
        meant: The action that it is sure of, or None.
        candidates: Else those among which the model chooses, `answer` among them.
        examples: The nearest examples for these, each with its action.
    """

    meant: str | None
    candidates: list[str] = field(default_factory=list)
    examples: list[tuple[str, str]] = field(default_factory=list)


class IntentPolicy:
    """The head, asked about turns of a conversation."""

    def __init__(self, classifier: IntentClassifier):
        """Ask a head."""
        self._classifier = classifier

    def of(
        self, catalogue: ActionCatalogue, words: str, before: Sequence[str], last_expert: str
    ) -> PolicyResult:
        """Judge what some words need.

        Args:
            catalogue: What can be chosen.
            words: What the user said.
            before: What the user said in earlier turns, oldest first.
            last_expert: Who answered the turn before, if an expert did.
        """
        if newcomer := catalogue.unseen.meant(words):
            return PolicyResult(newcomer)
        guess = catalogue.possible(self._classifier.guess(words))
        # What others are for, the head knows better than a description of somebody new.
        if guess.action == ANSWER and (near := catalogue.unseen.near(words)):
            return PolicyResult(near[0])
        if guess.action != AGAIN and guess.chance >= max(SURE, SURE_IN_A_TASK):
            return PolicyResult(guess.action)  # whatever the turn before was
        asked = f"{last_expert}{SUFFIX}"
        previous = asked if asked in catalogue.actions.experts else self._previous(before)
        previous = ANSWER if previous in catalogue.gone else previous
        candidates = _candidates(guess, previous)
        examples = [(text, name) for text, name in guess.nearest if name in candidates]
        return PolicyResult(_meant(guess, previous), candidates, examples[:SHOWN_EXAMPLES])

    def next(self, catalogue: ActionCatalogue, words: str) -> list[str]:
        """Return the actions among which the model chooses once it has a result."""
        return [
            *catalogue.new,
            *_candidates(catalogue.possible(self._classifier.guess(words)), ANSWER),
        ]

    def best_guess(self, words: str, before: Sequence[str]) -> str:
        """Return the likeliest action, whether or not the head is sure of it."""
        action = self._classifier.guess(words).action
        return self._previous(before) if action == AGAIN else action

    def _previous(self, before: Sequence[str]) -> str:
        """Return the action that "again" means, by the words of the turns before."""
        for words in reversed(before):
            action = self._classifier.guess(words).action
            if action != AGAIN:
                return action
        return ANSWER


def _meant(guess: IntentPrediction, previous: str) -> str | None:
    """Return the action that the head is sure of, or None."""
    if guess.action == AGAIN:
        return previous if guess.chance >= SURE_OF_AGAIN else None
    sure = SURE if previous == ANSWER else SURE_IN_A_TASK
    return guess.action if guess.chance >= sure else None


def _candidates(guess: IntentPrediction, previous: str) -> list[str]:
    best = guess.actions[:CANDIDATES]
    meant = [previous if name == AGAIN else name for name in best]
    return list(dict.fromkeys([*meant, previous, ANSWER]))
