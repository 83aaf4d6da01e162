"""What becomes of audio and words, without the model."""

import numpy as np
import pytest

from pipecatapp.voice.recognizer import (
    SAMPLE_RATE,
    without_echoed_sentences,
    without_leading_silence,
)


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("How do I boil an egg? How do I boil an egg?", "How do I boil an egg?"),
        ("Yes. Yes? Yes!", "Yes."),
        ("Run uptime on localhost. Run uptime", "Run uptime on localhost."),
        ("Run it on node two. Run", "Run it on node two."),
        ("No. Nothing to do", "No. Nothing to do"),
        ("Run it. Run.", "Run it. Run."),
        ("Run it. Runner beans", "Run it. Runner beans"),
        ("It costs 3.50. Is that much?", "It costs 3.50. Is that much?"),
        ("Stop. Go. Stop.", "Stop. Go. Stop."),
        ("", ""),
        # Dictated digits and letters, and numbers with full stops of their own.
        ("Remember the pin is six. Six. One.", "Remember the pin is six. Six. One."),
        ("My number is 55 20. 7. 7. 3.", "My number is 55 20. 7. 7. 3."),
        ("Seven seven. Seven seven. Two.", "Seven seven. Seven seven. Two."),
        ("The letters are b. B. C.", "The letters are b. B. C."),
        ("The NAS is at 10.10.0.1.1 now.", "The NAS is at 10.10.0.1.1 now."),
        ("Ping 192.168.1.1", "Ping 192.168.1.1"),
        ("J. J. Cale plays at 5 p.m. on Friday.", "J. J. Cale plays at 5 p.m. on Friday."),
    ],
)
def test_a_sentence_that_follows_itself_is_said_once(heard: str, said: str) -> None:
    assert without_echoed_sentences(heard) == said


def test_speech_begins_shortly_after_the_audio_does() -> None:
    speech = np.sin(np.arange(SAMPLE_RATE, dtype=np.float32) / 5)
    late = np.concatenate([np.zeros(SAMPLE_RATE, dtype=np.float32), speech])
    cut = without_leading_silence(late)
    assert np.array_equal(cut[-SAMPLE_RATE:], speech)
    assert 0.2 * SAMPLE_RATE < len(cut) - len(speech) < 0.4 * SAMPLE_RATE


def test_silence_and_immediate_speech_stay_as_they_are() -> None:
    silence = np.zeros(SAMPLE_RATE, dtype=np.float32)
    speech = np.ones(SAMPLE_RATE, dtype=np.float32)
    assert len(without_leading_silence(silence)) == SAMPLE_RATE
    assert len(without_leading_silence(speech)) == SAMPLE_RATE
    assert len(without_leading_silence(silence[:0])) == 0
