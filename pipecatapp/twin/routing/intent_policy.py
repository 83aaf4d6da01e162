"""Decides whether the classifier's prediction is enough; else, what the model chooses among."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipecatapp.text.utterances import asks_for_text, is_remark, refers_to
from pipecatapp.twin.routing.action_catalogue import ActionCatalogue
from pipecatapp.twin.routing.actions import AGAIN, ANSWER, UNABLE, is_unable
from pipecatapp.twin.routing.expert_domains import ExpertDomains
from pipecatapp.twin.routing.intent_classifier import IntentClassifier, IntentPrediction

SURE = 0.5
"""From this probability on the prediction is enough.

Below it the model is no better than the classifier at plain requests (54 of 81 each, those below
0.75 in a cross-validation over the examples, 1.5B model). What the model adds is that it sees the
conversation.
"""
SURE_IN_A_TASK = 0.8
"""The same after a turn that was more than talk: "what is he wearing" may be about the camera."""
SURE_OF_AGAIN = 0.6
"""The same for "the action before, once more", whose words alone say little else."""
UNSURE_OF_TOOL = 0.2
"""With this probability a tool may be meant after all where nothing seems to be able to help."""
LIKE_UNABLE = 0.5
"""The least cosine to an example of what nothing here can do. Of 120 requests for such things that
were refused at once, 116 have it; what is further away may be anything: the model decides."""
FEWEST_NEAR = 2
"""Of the five examples nearest to what nothing here can do, the fewest that say so too."""
SURE_ALONE = 0.7
"""The probability that is enough where fewer say so."""
SURE_OF_ANOTHER = 0.9
"""The same for another action where the words refer to what an expert was asked last."""
CANDIDATES = 3
"""How many of the classifier's best actions the model chooses among."""
SHOWN_EXAMPLES = 6
"""How many of the nearest examples the model is shown."""


@dataclass(frozen=True)
class PolicyResult:
    """What the policy makes of some words.

    Attributes:
        meant: The action that it is sure of, or None; `unable` comes with a topic.
        candidates: Where it is not sure, the actions that the model chooses among; `answer` is one.
        examples: The nearest examples of the candidates, each with its action.
    """

    meant: str | None
    candidates: list[str] = field(default_factory=list)
    examples: list[tuple[str, str]] = field(default_factory=list)


class IntentPolicy:
    """Applies the classifier to the turns of a conversation."""

    def __init__(self, classifier: IntentClassifier, domains: ExpertDomains):
        """Make a policy.

        Args:
            classifier: Predicts the intent.
            domains: Tells what can be for an expert.
        """
        self._classifier = classifier
        self._domains = domains

    def of(
        self,
        catalogue: ActionCatalogue,
        words: str,
        before: Sequence[str],
        last_action: str | None = None,
    ) -> PolicyResult:
        """Return what some words need.

        Args:
            catalogue: What can be chosen.
            words: What the user said.
            before: What the user said in earlier turns, oldest first.
            last_action: What the turn before came to; None where only its words are known.
        """
        if unseen := catalogue.unseen.meant(words):
            return PolicyResult(unseen)
        prediction = catalogue.possible(self._classifier.predict(words))
        remark = is_remark(words)
        if last_action in catalogue.actions.experts and _goes_on(prediction, words, before):
            return PolicyResult(last_action)
        if _is_unable(prediction) and not remark and not asks_for_text(words):
            return PolicyResult(prediction.topic)
        # The classifier knows the other actions better than an unseen expert's description does.
        if prediction.action == ANSWER and not remark and (near := catalogue.unseen.near(words)):
            return PolicyResult(near[0])
        if remark and not _is_plain_request(prediction, catalogue):
            return PolicyResult(ANSWER)
        prediction = self._asked_for(prediction, catalogue, words, last_action)
        if prediction.action not in (AGAIN, UNABLE) and prediction.chance >= max(
            SURE, SURE_IN_A_TASK
        ):
            return PolicyResult(prediction.action)  # whatever the turn before was
        previous = self._before(catalogue, before, last_action)
        candidates = _candidates(prediction, previous)
        examples = [(text, name) for text, name in prediction.nearest if name in candidates]
        return PolicyResult(_meant(prediction, previous), candidates, examples[:SHOWN_EXAMPLES])

    def _asked_for(
        self,
        prediction: IntentPrediction,
        catalogue: ActionCatalogue,
        words: str,
        last_action: str | None,
    ) -> IntentPrediction:
        """Return a prediction without experts that nobody asks for.

        An expert is asked for by a word of its domain, or by a follow-up to what it said last.
        """
        others = [
            action
            for action in catalogue.actions.experts
            if action != last_action and not self._domains.holds(action, words)
        ]
        return prediction.without(others)

    def next(self, catalogue: ActionCatalogue, words: str) -> list[str]:
        """Return the actions among which the model chooses once it has a result."""
        return [
            *catalogue.new,
            *_candidates(catalogue.possible(self._classifier.predict(words)), ANSWER),
        ]

    def best_guess(
        self,
        catalogue: ActionCatalogue,
        words: str,
        before: Sequence[str],
        last_action: str | None = None,
    ) -> str:
        """Return the likeliest action, however likely it is; the arguments are those of `of`."""
        result = self.of(catalogue, words, before, last_action)
        return result.meant or result.candidates[0]

    def _before(
        self, catalogue: ActionCatalogue, before: Sequence[str], last_action: str | None
    ) -> str:
        """Return what the turn before came to, by its words where only they are known."""
        by_words = self._previous(before)
        if is_unable(by_words) and last_action in (None, ANSWER):
            return by_words  # what was asked for, and could not be done
        previous = by_words if last_action is None else last_action
        return previous if previous in catalogue.actions.names else ANSWER

    def _previous(self, before: Sequence[str]) -> str:
        """Return the action that "again" means, by the words of the turns before."""
        for words in reversed(before):
            prediction = self._classifier.predict(words)
            if prediction.action != AGAIN:
                return prediction.topic if prediction.action == UNABLE else prediction.action
        return ANSWER


def _goes_on(prediction: IntentPrediction, words: str, before: Sequence[str]) -> bool:
    """Tell whether words ask for more of what the last turn was about."""
    another = prediction.action != ANSWER and prediction.chance >= SURE_OF_ANOTHER
    if another or is_remark(words):
        return False
    return any(refers_to(words, asked) for asked in before[-1:])


def _is_plain_request(prediction: IntentPrediction, catalogue: ActionCatalogue) -> bool:
    """Tell whether what is worded as a remark is surely for a tool all the same."""
    known = prediction.action in catalogue.actions.tools
    return known and prediction.chance >= SURE_IN_A_TASK


def _meant(prediction: IntentPrediction, previous: str) -> str | None:
    """Return the action that the prediction is sure of, or None."""
    if prediction.action == AGAIN:
        return previous if prediction.chance >= SURE_OF_AGAIN else None
    if prediction.action == UNABLE:
        talk = prediction.likeness >= LIKE_UNABLE and not _may_be_tool(prediction)
        return ANSWER if talk else None
    sure = SURE if previous == ANSWER else SURE_IN_A_TASK
    return prediction.action if prediction.chance >= sure else None


def _is_unable(prediction: IntentPrediction) -> bool:
    """Tell whether it is sure enough that nothing here can help.

    The class spans many topics, so that what is near to none of its examples can still be likely:
    the nearest examples have a say.
    """
    if prediction.likeness < LIKE_UNABLE:
        return False
    near = [is_unable(name) for _, name in prediction.nearest]
    if prediction.action == UNABLE and all(near[:3]):
        return True
    if prediction.action == ANSWER and all(near[:4]):
        return True
    if prediction.action != UNABLE or _may_be_tool(prediction):
        return False
    sure = SURE if sum(near[:5]) >= FEWEST_NEAR else SURE_ALONE
    return prediction.chance >= sure


def _may_be_tool(prediction: IntentPrediction) -> bool:
    chances = zip(prediction.actions, prediction.chances, strict=True)
    return any("." in name and chance >= UNSURE_OF_TOOL for name, chance in chances)


def _candidates(prediction: IntentPrediction, previous: str) -> list[str]:
    best = prediction.actions[:CANDIDATES]
    meant = [previous if name == AGAIN else name for name in best]
    possible = [name for name in [*meant, previous] if not is_unable(name)]
    return list(dict.fromkeys([*possible, ANSWER]))
