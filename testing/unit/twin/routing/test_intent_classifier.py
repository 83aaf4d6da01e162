from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipecatapp.runtime.embedding.classifier import plain
from pipecatapp.runtime.embedding.embedder import MiniLM, Vectors
from pipecatapp.twin.routing.actions import AGAIN, ANSWER
from pipecatapp.twin.routing.intent_classifier import IntentClassifier

EXAMPLES = {"tea": ["make tea", "brew a tea"], "walk": ["go outside", "take a walk"]}


class Counting:
    """Passes on to the real embedder, and counts the texts."""

    def __init__(self, embedder: MiniLM, name: str = "minilm"):
        self.name = name
        self.texts: list[str] = []
        self._embedder = embedder

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return self._embedder.embed(texts)


@pytest.mark.parametrize(
    ("words", "action"),
    [
        ("What is the capital of France?", ANSWER),
        ("Who painted the Mona Lisa?", ANSWER),
        ("Please switch on the lamp.", "lamp.switch"),
        ("Is the lamp burning?", "lamp.read"),
        ("Dim the lamp to twenty percent!", "lamp.dim"),
        ("What rhymes with spoon?", "rhyming_expert"),
        ("Do that again.", AGAIN),
    ],
)
def test_the_meaning_of_the_words_decides(
    classifier: IntentClassifier, words: str, action: str
) -> None:
    prediction = classifier.predict(words)
    assert prediction.action == action
    assert prediction.chance >= 0.8
    assert prediction.chances == sorted(prediction.chances, reverse=True)
    assert sum(prediction.chances) == pytest.approx(1, abs=1e-4)
    assert set(prediction.actions) == set(classifier.actions)


def test_the_nearest_examples_come_first_and_with_their_actions(
    classifier: IntentClassifier,
) -> None:
    assert classifier.predict("Dim the light!").nearest[0] == ("dim the light", "lamp.dim")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Uhm, well, so, switch on the lamp!", "switch on the lamp"),
        ("Hey Twin, please switch on\nthe lamp.", "switch on the lamp"),
        ("  Is   it ON?  ", "is it on?"),
        ("Please!", "please"),
        ("Please", "please"),
        ("the error in the herd", "the error in the herd"),
        ("", ""),
    ],
)
def test_speech_and_typing_become_alike(said: str, kept: str) -> None:
    assert plain(said) == kept


def test_many_examples_of_one_action_do_not_drown_another(embedder: MiniLM) -> None:
    many = [f"make {number} cups of tea" for number in range(60)]
    classifier = IntentClassifier(embedder, {"tea": many, "walk": EXAMPLES["walk"]})
    assert classifier.predict("let us walk outside").action == "walk"


def test_vectors_are_made_once_for_the_same_examples(embedder: MiniLM, tmp_path: Path) -> None:
    cache = tmp_path / "state" / "examples.npz"
    first, second, third = (Counting(embedder) for _ in range(3))
    made = IntentClassifier(first, EXAMPLES, cache)
    kept = IntentClassifier(second, EXAMPLES, cache)
    assert (len(first.texts), len(second.texts)) == (4, 0)
    assert kept.predict("brew some tea").chances == made.predict("brew some tea").chances
    IntentClassifier(third, {**EXAMPLES, "walk": ["go outside", "hike"]}, cache)
    assert "hike" in third.texts
    other = Counting(embedder, "another-model")
    IntentClassifier(other, {**EXAMPLES, "walk": ["go outside", "hike"]}, cache)
    assert len(other.texts) == 4
    assert list(cache.parent.iterdir()) == [cache]


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_cache_cut_short_by_a_power_cut_is_made_anew(
    embedder: MiniLM, tmp_path: Path, share: float
) -> None:
    cache = tmp_path / "examples.npz"
    IntentClassifier(embedder, EXAMPLES, cache)
    whole = cache.read_bytes()
    cache.write_bytes(whole[: int(len(whole) * share)])
    assert IntentClassifier(embedder, EXAMPLES, cache).predict("brew some tea").action == "tea"
    with np.load(cache) as kept:
        assert kept["vectors"].shape == (4, 384)


def test_a_cache_of_something_else_is_made_anew(embedder: MiniLM, tmp_path: Path) -> None:
    cache = tmp_path / "examples.npz"
    np.savez(cache, other=np.zeros(3))
    assert IntentClassifier(embedder, EXAMPLES, cache).predict("brew some tea").action == "tea"


def test_a_cache_that_cannot_be_written_is_done_without(embedder: MiniLM, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the directory should be")
    classifier = IntentClassifier(embedder, EXAMPLES, tmp_path / "state" / "examples.npz")
    assert classifier.predict("brew some tea").action == "tea"
