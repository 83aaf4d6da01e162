"""Tells block by block whether a microphone hears the agent's own voice.

The detector computes how much of a block's energy a room could have made of the played sound. A
whitened cross-correlation (GCC-PHAT, Knapp and Carter 1976) finds the delay; then a short filter
per frequency band is fitted that turns the played sound into the heard one (the convolutive
transfer function of Talmon et al. 2009). It explains almost all of an echo, but not a person who
speaks at the same time.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from pipecatapp.voice.timeline import SAMPLE_RATE, Samples, Timeline

Bands = npt.NDArray[np.complex128]
"""A short-time spectrum, of shape (frames, bands)."""

BLOCK_SECS = 0.12
"""Length of a block; audio is delayed by so much while the agent speaks."""
AFTERMATH_SECS = 1.5
"""Echoes are expected for so long after the last played sample."""
WINDOW_SECS = 0.8
"""Length of the heard sound that the filter is fitted to: less would fit by chance."""
JUDGED_SECS = 0.24
"""The verdict is about so much at the end of the window."""
EARLIEST_SECS, LATEST_SECS = -0.15, 1.2
"""When an echo arrives, counted from when the transport took the sound."""
EXPLAINED = 0.72
"""A block is an echo from this explained share of its energy above the noise."""
QUIET = 0.003
"""Below this RMS amplitude, of 1.0, speech could not be understood anyway."""

FRAME, HOP, TAPS = 1024, 256, 3
"""The bands' window and step in samples; with 3 taps the filter spans 80 ms of the room."""
BANDS = slice(6, 230)
"""About 90 to 3600 Hz, where voices and small loudspeakers have their energy."""
NOISE_BLOCKS = 12
NOISE_MARGIN = 2.0
"""The minimum of a band underestimates steady noise by about this factor."""
ABOVE_NOISE = 0.4
"""A block with a smaller share of its energy above the noise is only noise."""

COUNT = int(WINDOW_SECS * SAMPLE_RATE)
SPAN = int((LATEST_SECS - EARLIEST_SECS) * SAMPLE_RATE)
LEAD = HOP * TAPS
JUDGED = int(JUDGED_SECS * SAMPLE_RATE / HOP)
SMOOTHED = 9
TINY = 1e-9


class EchoVerdict(Enum):
    """What a block of microphone audio holds."""

    QUIET = "quiet"
    ECHO = "echo"
    VOICE = "voice"


@dataclass(frozen=True)
class Fit:
    """How well what was played, beginning at an offset, explains what was heard."""

    offset: int
    explained: float
    above_noise: float
    residual: Samples


class EchoDetector:
    """Compares what the microphone hears with what was played.

    Samples are mono at 16 kHz in [-1, 1].

    In simulated rooms (gain 0.05 to 1, delay 0 to 0.8 s, reverberation up to four times the
    direct sound's energy, 15 and 30 dB above noise; 108 s of Piper's speech) a gate that opens at
    two voices in a row never opened to an echo. A voice twice the echo's level opened it after
    0.26 s (median; 0.38 s at most) and lost 1 % of its blocks; one as loud 0.32 s (0.86 s) and
    11 %; one of 70 % the level 0.38 s and 34 %, and one in ten did not open it. Without an echo
    in the microphone no voice was lost. A block takes 3 ms of one core.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._played = Timeline(WINDOW_SECS + LATEST_SECS + 1.0)
        self._heard = Timeline(WINDOW_SECS + 0.5)
        self._offset: int | None = None
        self._residuals: deque[Samples] = deque(maxlen=NOISE_BLOCKS)
        self.explained = 0.0
        """Share of the last judged block's energy that the played sound explains."""

    def played(self, samples: Samples) -> None:
        """Record what was sent to the loudspeaker."""
        self._played.add(samples, self._clock())

    def listening(self) -> bool:
        """Tell whether an echo can be heard now."""
        return self._clock() - self._played.end < AFTERMATH_SECS

    def heard(self, samples: Samples) -> None:
        """Record what the microphone heard."""
        self._heard.add(samples, self._clock())

    def judge(self) -> EchoVerdict:
        """Classify the last block that was heard."""
        start = self._heard.end - WINDOW_SECS
        heard = self._heard.between(start, COUNT)
        latest = heard[-int(BLOCK_SECS * SAMPLE_RATE) :]
        if np.sqrt(np.mean(latest**2)) < QUIET:
            return EchoVerdict.QUIET
        # The filter spans a few frames, so the played sound must begin earlier.
        played = self._played.between(start - LATEST_SECS - LEAD / SAMPLE_RATE, LEAD + SPAN + COUNT)
        fit = self._best_fit(heard, played)
        self._residuals.append(_profile(fit.residual[-JUDGED:]))
        self.explained = fit.explained
        if fit.above_noise < ABOVE_NOISE:
            return EchoVerdict.QUIET
        if fit.explained < EXPLAINED:
            return EchoVerdict.VOICE
        self._offset = fit.offset
        return EchoVerdict.ECHO

    def _best_fit(self, heard: Samples, played: Samples) -> Fit:
        """Return the fit of the played sound at the known delay, or at a better one."""
        bands = _bands(heard)
        fits = []
        if self._offset is not None:
            fits.append(self._fit(bands, played, self._offset))
        if not fits or fits[0].explained < EXPLAINED:
            fits.append(self._fit(bands, played, _offset(heard, played[LEAD:])))
        return max(fits, key=lambda fit: fit.explained)

    def _fit(self, bands: Bands, played: Samples, offset: int) -> Fit:
        part = played[offset : offset + LEAD + COUNT]
        residual = np.abs(bands - _filtered(bands, _bands(part))) ** 2
        noise = self._noise(residual)
        power = _profile(np.abs(bands[-JUDGED:]) ** 2)
        left = np.maximum(_profile(residual[-JUDGED:]) - noise, 0).sum()
        total = np.maximum(power - noise, 0).sum()
        return Fit(
            offset, float(1 - left / (total + TINY)), float(total / (power.sum() + TINY)), residual
        )

    def _noise(self, residual: Samples) -> Samples:
        """Return each band's steady noise: the minimum of its recent residuals."""
        starts = range(0, len(residual) - JUDGED + 1, JUDGED)
        pieces = [_profile(residual[i : i + JUDGED]) for i in starts]
        return np.asarray(NOISE_MARGIN * np.min([*self._residuals, *pieces], axis=0))


def _profile(power: Samples) -> Samples:
    """Return the mean power of each band, smoothed so that noise can be told from sound."""
    return np.convolve(power.mean(axis=0), np.full(SMOOTHED, 1 / SMOOTHED), "same")


def _bands(samples: Samples) -> Bands:
    """Return the short-time spectrum, of shape (frames, bands)."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
    return np.asarray(np.fft.rfft(frames * np.hanning(FRAME), axis=1)[:, BANDS])


def _filtered(heard: Bands, played: Bands) -> Bands:
    """Return `played` through the filter, fitted by least squares, that best makes `heard` of it.

    Args:
        heard: Short-time spectrum of shape (frames, bands).
        played: The same of what was played, `TAPS` frames longer at its beginning.
    """
    count = len(heard)
    taps = np.stack([played[TAPS - k : TAPS - k + count] for k in range(TAPS)], -1)
    taps = taps.transpose(1, 0, 2)
    adjoint = taps.conj().transpose(0, 2, 1)
    gram = adjoint @ taps
    weight = 1e-3 * np.trace(gram, axis1=1, axis2=2).real / TAPS + 1e-6
    gram += weight[:, None, None] * np.eye(TAPS)
    filters = np.linalg.solve(gram, adjoint @ heard.T[..., None])
    return np.asarray((taps @ filters)[..., 0].T)


def _offset(heard: Samples, played: Samples) -> int:
    """Return where in `played`, which is longer, `heard` most probably begins."""
    size = 36_000  # at least as long as either; a product of small primes, for a fast FFT
    # A quarter of the band is enough, and makes the correlation four times shorter.
    kept = size // 8 + 1
    cross = np.conj(np.fft.rfft(heard, size)[:kept]) * np.fft.rfft(played, size)[:kept]
    cross /= np.abs(cross) ** 0.8 + 1e-9
    cross[: 150 * size // SAMPLE_RATE] = 0
    correlation = np.abs(np.fft.irfft(cross, size // 4))
    return 4 * int(correlation[: (len(played) - len(heard)) // 4 + 1].argmax())
