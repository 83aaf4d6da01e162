"""Decides what a turn needs: by the intent policy where it is sure, else by the model.

Small models write tool calls badly when they write freely, so the model writes under a grammar that
admits only actions that exist, with arguments of the right types. Where the policy is sure of the
action, a plain answer starts without asking the model, and a tool only has its arguments filled in.
Where it is not, the model chooses among the classifier's best candidates.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from loguru import logger

from pipecatapp.experts.expert import Expert
from pipecatapp.runtime.embedding.embedder import Embedder
from pipecatapp.text.language import language
from pipecatapp.text.utterances import begins_to_remember, is_question
from pipecatapp.twin.history.messages import Messages
from pipecatapp.twin.routing import questions
from pipecatapp.twin.routing.action_catalogue import ActionCatalogue
from pipecatapp.twin.routing.actions import (
    ANSWER,
    UNABLE,
    Actions,
    Decision,
    MalformedActionError,
)
from pipecatapp.twin.routing.expert_domains import ExpertDomains
from pipecatapp.twin.routing.intent_classifier import IntentClassifier
from pipecatapp.twin.routing.intent_policy import IntentPolicy
from pipecatapp.twin.routing.quotations import unquoted
from pipecatapp.twin.routing.tool_descriptions import ToolDescriptions

LONGEST_ACTION = 400
"""Tokens; code to be run is the longest argument."""
ENOUGH_EXAMPLES = 20
"""With this many examples the classifier and the model know when a tool is wanted. Where the model
has chosen a tool with fewer, it is asked once more whether that tool does what was asked."""
LONGEST_REPLY = 8
"""Words of a reply to a question such as "Which machine do you mean?"."""
LONGEST_NAME = 3
"""The same where the policy is sure that they are mere talk."""
FITTING = 0.1
"""The least log-odds of a yes to that question. Small models call too readily where the only
function at hand does not fit. Fitted on 80 questions of BFCL with a right call and 82 without one,
none of them in the sample of seed 7 that is measured. With the 1.5B model, 72 % of those without a
right call are answered in words, instead of 22 %; one right call of 53 is lost."""

WHEREABOUTS = f"{UNABLE}:whereabouts"
"""Where people and things are: long-term memory may know that after all."""

Known = list[tuple[str, str, tuple[str, ...]]]


class RoutingModel(Protocol):
    """The part of the language model that decisions use."""

    async def complete(self, messages: Messages, *, grammar: str, max_tokens: int) -> str:
        """Return the text that the model adds to a conversation.

        Args:
            messages: The conversation, without the system prompt; a last message of the
                assistant is continued.
            grammar: What is admitted, in GBNF.
            max_tokens: The most that is written.
        """

    async def agrees(self, messages: Messages) -> float:
        """Return the log-odds of a yes against a no to what the last message asks."""


class Router:
    """Makes the decisions of one agent."""

    def __init__(
        self,
        actions: Actions,
        classifier: IntentClassifier | None,
        embedder: Embedder | None = None,
        experts: Callable[[], Sequence[Expert]] | None = None,
    ):
        """Make a router.

        Args:
            actions: What the system prompt lists.
            classifier: Predicts the intent; None lets the model decide everything.
            embedder: Compares requests with the descriptions of unseen experts and, where there is
                no classifier, of tools that have few examples.
            experts: Returns those that can be asked now; None where they are those of `actions`.
        """
        self.actions = actions
        self._embedder = embedder
        self._experts = experts or (lambda: list(actions.experts.values()))
        self._catalogue: tuple[Known, ActionCatalogue] | None = None
        self.malformed = 0
        """How often the model wrote no usable action: its text was cut short."""
        examples = actions.examples()
        described = {name: expert.description for name, expert in actions.experts.items()}
        domains = ExpertDomains(examples, described)
        self._policy = IntentPolicy(classifier, domains) if classifier else None
        self._little_known = {
            name: tool.description
            for name, tool in actions.tools.items()
            if len(examples[name]) < ENOUGH_EXAMPLES
        }
        # Where there is a classifier, it knows better than descriptions do.
        compares = embedder if classifier is None else None
        self._descriptions = ToolDescriptions(compares, self._little_known) if compares else None

    @property
    def catalogue(self) -> ActionCatalogue:
        """What can be chosen now."""
        experts = list(self._experts())
        seen = [(expert.name, expert.description, expert.examples) for expert in experts]
        if self._catalogue is None or self._catalogue[0] != seen:
            self._catalogue = seen, ActionCatalogue(self.actions, experts, self._embedder)
        return self._catalogue[1]

    @property
    def instruction(self) -> str:
        """What the system prompt says of actions."""
        return questions.INSTRUCTION.format(actions=self.actions.description())

    async def decide(
        self,
        words: str,
        before: Sequence[str],
        prompt: Messages,
        model: RoutingModel,
        *,
        remembered: bool = False,
        last_action: str | None = None,
        asked_for: str = "",
    ) -> Decision:
        """Decide what some words of the user need.

        Args:
            words: What the user said.
            before: What the user said in earlier turns, oldest first.
            prompt: The conversation as the model sees it, the words last.
            model: Fills in arguments, and decides where the policy is unsure.
            remembered: Whether long-term memory knows something about these words. Where the policy
                is unsure, they are then a question to that memory, and no tool is looked for.
            last_action: What the turn before came to; None where only its words are known.
            asked_for: The tool for whose call the twin has just asked something in return.

        Returns:
            A decision that can be carried out; an answer where the model wrote nothing usable.
        """
        if begins_to_remember(words):
            # Who asks to remember something asks for nothing else, even where nothing can be kept.
            return Decision("answer", by="words")
        # This takes milliseconds, tens of them on an old CPU: too long for the event loop.
        catalogue = await asyncio.to_thread(lambda: self.catalogue)
        if self._policy is None:
            names = await asyncio.to_thread(self._without_far, words, catalogue)
            return await self._choose(catalogue, names, [], prompt, model)
        result = await asyncio.to_thread(self._policy.of, catalogue, words, before, last_action)
        if _replies(words, asked_for, result.meant) and asked_for in catalogue.actions.tools:
            return await self._fill(catalogue, asked_for, prompt, model)
        if result.meant == WHEREABOUTS and remembered:
            return Decision("answer", by="head")
        if result.meant:
            return await self._fill(catalogue, result.meant, prompt, model)
        if remembered:
            return Decision("answer", by="head")
        return await self._choose(catalogue, result.candidates, result.examples, prompt, model)

    async def decide_next(self, words: str, prompt: Messages, model: RoutingModel) -> Decision:
        """Decide what a result calls for: an answer, or a further action.

        Args:
            words: What the user had said.
            prompt: The conversation as the model sees it, the result last.
            model: Fills in arguments, and decides where the policy is unsure.
        """
        catalogue = await asyncio.to_thread(lambda: self.catalogue)
        names = catalogue.actions.names
        if self._policy is not None:
            names = await asyncio.to_thread(self._policy.next, catalogue, words)
        return await self._choose(catalogue, names, [], prompt, model)

    def best_guess(self, words: str, before: Sequence[str], last_action: str | None = None) -> str:
        """Return the likeliest action, whether or not the policy is sure of it.

        Args:
            words: What the user said.
            before: What the user said in earlier turns, oldest first.
            last_action: What the turn before came to; None where only its words are known.

        Raises:
            ValueError: There is no classifier.
        """
        if self._policy is None:
            raise ValueError("a router without a classifier makes no guesses")
        return self._policy.best_guess(self.catalogue, words, before, last_action)

    def _without_far(self, words: str, catalogue: ActionCatalogue) -> list[str]:
        """Return all actions except tools whose descriptions are far from the words."""
        far = self._descriptions.far(words) if self._descriptions else ()
        return [name for name in catalogue.actions.names if name not in far]

    # -- the model ----------------------------------------------------------------------------

    async def _fill(
        self, catalogue: ActionCatalogue, name: str, prompt: Messages, model: RoutingModel
    ) -> Decision:
        """Have the arguments of a known action filled in."""
        settled = catalogue.actions.settled(name, "head")
        if settled is not None:
            return settled
        start = f"{name} "
        asked = [*questions.for_action(prompt), questions.message("assistant", start)]
        grammar = catalogue.actions.arguments_grammar(name)
        written = await model.complete(asked, grammar=grammar, max_tokens=LONGEST_ACTION)
        # llama-server gives back the whole message, its given start included.
        written = written if written.startswith(start) else start + written
        return replace(self._parsed(catalogue, written), sure=True)

    async def _choose(
        self,
        catalogue: ActionCatalogue,
        names: Sequence[str],
        examples: Sequence[tuple[str, str]],
        prompt: Messages,
        model: RoutingModel,
    ) -> Decision:
        """Have the model choose among some actions, and fill in the arguments."""
        told = [catalogue.described(names), questions.examples(examples)]
        if any(told):
            told.append(f"Possible: {', '.join(names)}")
        grammar = catalogue.actions.grammar(names)
        asked = questions.for_action(prompt, *told)
        written = await model.complete(asked, grammar=grammar, max_tokens=LONGEST_ACTION)
        decision = replace(self._parsed(catalogue, written), sure=self._policy is None)
        fits = decision.kind != "tool" or await self._fits(decision.name or "", prompt, model)
        return decision if fits else Decision("answer")

    async def _fits(self, name: str, prompt: Messages, model: RoutingModel) -> bool:
        """Tell whether a tool with few examples does what was asked."""
        if name not in self._little_known:
            return True
        description = self._little_known[name].rstrip(".")
        asked = questions.DOES_IT_FIT.format(name=name, description=description)
        return await model.agrees(questions.with_more(prompt, asked)) >= FITTING

    def _parsed(self, catalogue: ActionCatalogue, text: str) -> Decision:
        try:
            return catalogue.actions.parse(text)
        except MalformedActionError as error:
            self.malformed += 1
            logger.warning(f"the model wrote no usable action ({error}): it answers instead")
            return Decision("answer")


def _replies(words: str, asked_for: str, meant: str | None) -> bool:
    """Tell whether some words reply to a question about a call, rather than begin something new."""
    if not asked_for or meant not in (None, ANSWER, asked_for) or is_question(words):
        return False
    return len(words.split()) <= (LONGEST_NAME if meant == ANSWER else LONGEST_REPLY)


def asks_for_several(words: str) -> bool:
    """Tell whether a request may need more than one action.

    Small models go on acting when everything has been done, so they are asked for a further action
    only where this is so. A comma proves nothing: speech recognition puts one at every breath.
    """
    return language().requests.several.search(unquoted(words)) is not None
