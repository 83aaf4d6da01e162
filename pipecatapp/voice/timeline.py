"""Keeps a stream of samples in time, as a player plays it."""

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]
"""Mono samples in [-1, 1]."""

SAMPLE_RATE = 16_000
GAP_SECS = 0.15
"""A player bridges shorter gaps between chunks, so nobody hears them."""


class Timeline:
    """The last seconds of a stream of samples, each with its time."""

    def __init__(self, seconds: float):
        self._samples = np.zeros(int(seconds * SAMPLE_RATE))
        self.end = -1e9
        """When the last sample ended, in seconds of the clock that `add` is given."""

    def add(self, samples: Samples, at: float) -> None:
        """Append samples that arrived at `at` seconds; a gap before them becomes silence."""
        begun = at - len(samples) / SAMPLE_RATE
        gap = begun - self.end
        if gap > GAP_SECS:
            silence = np.zeros(min(len(self._samples), int(gap * SAMPLE_RATE)))
            samples = np.concatenate([silence, samples])
            self.end = at
        else:
            # Never far ahead of the clock: a burst after a stall is played late, not early.
            self.end = min(self.end + len(samples) / SAMPLE_RATE, at + GAP_SECS)
        self._samples = np.concatenate([self._samples, samples])[-len(self._samples) :]

    def between(self, start: float, count: int) -> Samples:
        """Return `count` samples from the time `start` on; missing ones are silence."""
        first = len(self._samples) - round((self.end - start) * SAMPLE_RATE)
        wanted = np.zeros(count)
        low, high = max(0, first), min(len(self._samples), first + count)
        if low < high:
            wanted[low - first : high - first] = self._samples[low:high]
        return wanted
