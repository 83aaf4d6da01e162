"""Lets an answer claim an act only where a tool's success backs it, and no news that nobody told.

What was done is read from the typed results of the conversation. The wording of claims and of
requests comes from the language (`text/languages/*/claims.py`); answers in other languages are
judged by `text/foreign_claims.py`, as a model answers in the language that it is asked in.
"""

import re
from collections.abc import Callable

from pipecatapp.text.foreign_claims import FOREIGN
from pipecatapp.text.language import language
from pipecatapp.text.utterances import is_remark
from pipecatapp.tools.execution.tool_definition import Tool
from pipecatapp.twin.history.turn import ActiveTurn, Turn
from pipecatapp.twin.turn.abilities import not_done, what_it_can
from pipecatapp.twin.turn.checked_answer import Clause, Correction

BACK = 4
"""How many earlier turns a question such as "have you?" may be about."""
_CODE = re.compile(r"`[^`]*`?")
_APOSTROPHE = str.maketrans({"\u2019": "'"})

ToolOf = Callable[[str], Tool | None]


class ClaimsCheck:
    """Corrects a clause that claims or promises an act which nothing has done."""

    def __init__(self, tool: ToolOf, available: Callable[[], list[str]]):
        """Make the check.

        Args:
            tool: Returns a tool by its name, None where there is none.
            available: Returns the names of the tools that can be called now.
        """
        self._tool = tool
        self._available = available

    def waits(self, clause: Clause, turn: ActiveTurn) -> bool:
        """Tell whether a clause may become a claim: any, where a deed was asked for."""
        rules = language().claims
        text = clause.text.translate(_APOSTROPHE).strip()
        if _composes(turn):
            return False
        return bool(rules.begins.search(text) or FOREIGN.begins.search(text) or concerns_deed(turn))

    def correction(self, clause: Clause, turn: ActiveTurn) -> Correction | None:
        """Return the sentence that takes the place of a claim and of the rest."""
        if not _is_claim(clause, turn) or self._is_backed(clause, turn):
            return None
        return Correction(self._honest(clause, turn))

    def _is_backed(self, clause: Clause, turn: ActiveTurn) -> bool:
        """Tell whether a tool of the kind that the claim is about has succeeded."""
        about = _own_words(clause.sentence)
        names = sorted(turn.done[-1])
        if _refers_back(turn):
            names += sorted(_asked_deed(turn))
        for kind in language().claims.kinds:
            if kind.pattern.search(about):
                every = {name for done in turn.done for name in done}
                return any(name.partition(".")[0] in kind.tools for name in every)
        things = _things(about) or _things(turn.last_words)
        if not things:
            return any(self._acts(name) for name in names)
        return any(things & self._things_of(name) for name in names)

    def _acts(self, name: str) -> bool:
        """Tell whether a tool does something, rather than only telling something."""
        tool = self._tool(name)
        own = name.partition(".")[0]
        kept = any(own in kind.tools for kind in language().claims.kinds)
        return kept or tool is None or not tool.read_only

    def _things_of(self, name: str) -> set[str]:
        tool = self._tool(name)
        words = [name.replace(".", " ").replace("_", " ")]
        return _things(" ".join([*words, tool.description, *tool.examples] if tool else words))

    def _honest(self, clause: Clause, turn: ActiveTurn) -> str:
        """Return what is said instead; nothing after a remark that asked for no deed."""
        phrases = language().phrases
        if language().claims.denied.search(clause.text):
            return phrases.not_known.format(can=what_it_can(self._available()))
        remark = is_remark(turn.words) and not concerns_deed(turn)
        for kind in language().claims.kinds:
            if kind.pattern.search(clause.text):
                tools = map(self._tool, self._available())
                usable = [t for t in tools if t and t.name.partition(".")[0] in kind.tools]
                if "memory" in kind.tools:
                    return phrases.not_kept
                if usable and usable[0].examples and not remark:
                    return phrases.not_done_yet.format(example=usable[0].examples[0])
        return "" if remark else not_done(self._available())


class PresentCheck:
    """Corrects what is said of the weather, the news and the like of which nothing is known."""

    def __init__(self, available: Callable[[], list[str]]):
        """Make the check.

        Args:
            available: Returns the names of the tools that can be called now.
        """
        self._available = available

    def waits(self, clause: Clause, turn: ActiveTurn) -> bool:
        """Tell whether the answer is about the present."""
        return _asks_of_present(turn)

    def correction(self, clause: Clause, turn: ActiveTurn) -> Correction | None:
        """Return the sentence that takes the place of the first guess and of the rest."""
        if not _asks_of_present(turn) or turn.done[-1]:
            return None
        rules, text = language().claims, clause.text.translate(_APOSTROPHE)
        if rules.admits.search(clause.before.translate(_APOSTROPHE)):
            guesses = rules.present.search(text) is not None
        else:
            guesses = not rules.admits.search(text)
        if not guesses:
            return None
        can = what_it_can(self._available())
        return Correction(language().phrases.not_known.format(can=can))


def concerns_deed(turn: ActiveTurn) -> bool:
    """Tell whether a deed is asked for, or asked about."""
    words = turn.last_words
    if _is_request(words):
        return True
    return _refers_back(turn) and any(map(_is_request, turn.earlier_words[-BACK:]))


def lacks_deed(turn: ActiveTurn) -> bool:
    """Tell whether a turn is about a deed, and none was done in it."""
    return concerns_deed(turn) and not turn.own.done


def asks_of_undone(turn: ActiveTurn) -> bool:
    """Tell whether a question is about a deed that was asked for and never begun: "have you?"."""
    rules = language().claims
    if not rules.follow_up.match(turn.words):
        return False
    asking = _asking_turn(turn)
    if asking is None or asking.steps or asking.done or asking.expert:
        return False
    return not rules.composed.search(asking.words)


def _asks_of_present(turn: ActiveTurn) -> bool:
    words, rules = turn.last_words, language().claims
    asked = rules.asked_present.search(words) or FOREIGN.asked_present.search(words)
    return bool(asked) and not rules.composed.search(words)


def _composes(turn: ActiveTurn) -> bool:
    """Tell whether the answer is a text that was asked for, or goes on with one."""
    composed = language().claims.composed
    if turn.own.expert or composed.search(turn.last_words):
        return True
    goes_on = not _is_request(turn.last_words) and not _refers_back(turn)
    return goes_on and any(map(composed.search, turn.earlier_words[-1:]))


def _is_request(words: str) -> bool:
    return bool(language().claims.asked.search(words) or FOREIGN.asked.search(words))


def _refers_back(turn: ActiveTurn) -> bool:
    words, rules = turn.last_words, language().claims
    return bool(
        rules.asked_whether.search(words)
        or rules.insisted.search(words)
        or FOREIGN.asked_whether.search(words)
    )


def _asked_deed(turn: ActiveTurn) -> frozenset[str]:
    """Return what succeeded in the earlier turn that asked for a deed last."""
    asking = _asking_turn(turn)
    return asking.done if asking else frozenset()


def _asking_turn(turn: ActiveTurn) -> Turn | None:
    """Return the earlier turn that asked for a deed last, or had one done; None for none."""
    for earlier in reversed(turn.before[-BACK:]):
        if earlier.words and (_is_request(earlier.words) or earlier.done):
            return earlier
    return None


def _own_words(text: str) -> str:
    """Return a text without quotations and code, its apostrophes plain."""
    return _CODE.sub("", language().quotations.open_ended.sub("", text)).translate(_APOSTROPHE)


def _things(text: str) -> set[str]:
    found = language().claims.things.findall(text.lower())
    return {thing.replace("-", "").rstrip("s") for thing in found}


def _is_claim(clause: Clause, turn: ActiveTurn) -> bool:
    rules, words = language().claims, turn.last_words
    text = _own_words(clause.text).strip()
    if not text or text.endswith("?") or _composes(turn):
        return False
    if rules.drafted.search(words):
        written = rules.salutation.search(clause.before)
        return not written and rules.delivered.search(text) is not None
    if rules.denied.search(text):
        return _denies_state(text, turn)
    if rules.sure.search(text):
        return True
    asked = concerns_deed(turn)
    if FOREIGN.claim.search(text) and (asked or FOREIGN.things.search(text)):
        return not FOREIGN.denied.search(text)
    if rules.own.search(text):
        return asked or bool(_things(text))
    if not asked:
        return False
    assents = rules.assent.search(text) is not None and not clause.before.strip()
    found = rules.of_things.search(text) or rules.elliptic.search(text)
    return bool(found or assents or FOREIGN.elliptic.search(text))


def _denies_state(text: str, turn: ActiveTurn) -> bool:
    """Tell whether a text answers whether a thing is so, by saying that it is not."""
    rules = language().claims
    asked = rules.asked_whether.search(turn.last_words) is not None
    about = _things(turn.last_words) or concerns_deed(turn)
    return bool(asked and about and rules.state_denied.search(text))
