"""The actions that can be chosen now: those of the system prompt, with experts that came or left.

The system prompt stays the same while experts come and go, so that its prefix stays cached. What
differs from it is told with the turn and when something is decided; the grammar admits exactly what
exists.
"""

from collections.abc import Sequence

from pipecatapp.experts.expert import Expert
from pipecatapp.runtime.embedding.embedder import Embedder
from pipecatapp.twin.routing.actions import Actions
from pipecatapp.twin.routing.intent_classifier import IntentPrediction
from pipecatapp.twin.routing.unseen_experts import UnseenExperts

TOLD = "\n(The experts that can be asked now: {names}.{about})"


class ActionCatalogue:
    """The actions that exist now."""

    def __init__(self, listed: Actions, experts: Sequence[Expert], embedder: Embedder | None):
        """Compare what exists with what the system prompt lists.

        Args:
            listed: The actions of the system prompt.
            experts: Those that can be asked now.
            embedder: Compares meanings.
        """
        self.actions = listed.with_experts(experts)
        self.new = [name for name in self.actions.experts if name not in listed.experts]
        self.gone = [name for name in listed.experts if name not in self.actions.experts]
        self.unseen = UnseenExperts(embedder, [self.actions.experts[name] for name in self.new])

    def told(self, before: str) -> str:
        """Return what a turn has to tell the model of the experts; empty where it knows all.

        Args:
            before: What was said of them last in this conversation.
        """
        if not (self.new or self.gone or before):
            return ""
        experts = self.actions.experts
        names = ", ".join(expert.name for expert in experts.values()) or "none"
        about = "".join(f" {experts[n].name}: {experts[n].description}." for n in self.new)
        text = TOLD.format(names=names, about=about)
        return "" if text == before else text

    def described(self, names: Sequence[str]) -> str:
        """Return the descriptions of those actions that the system prompt does not list."""
        new = [name for name in names if name in self.new]
        if not new:
            return ""
        return "\n".join(["There is also:", *self.actions.described_experts(new)])

    def possible(self, prediction: IntentPrediction) -> IntentPrediction:
        """Return a prediction without the experts that have left, its probabilities rescaled."""
        return prediction.without(self.gone)
