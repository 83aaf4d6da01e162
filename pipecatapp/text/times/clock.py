"""Times of day in somebody's words: "7:30", "half past six", "quarter to eight pm", "noon"."""

from dataclasses import dataclass

from pipecatapp.text.language import language
from pipecatapp.text.time_rules import Half, Times
from pipecatapp.text.times.durations import Token, count_at


@dataclass(frozen=True)
class ClockTime:
    """A time of day as it was said.

    Attributes:
        hour: From 0 to 24.
        minute: From 0 to 59.
        half: Which half of the day was named; None for neither.
        marked: Whether it is plainly a time, rather than a mere number.
        certain: Whether it says the half of the day by itself, as "19:30" and "07:30" do.
    """

    hour: int
    minute: int
    half: Half | None = None
    marked: bool = False
    certain: bool = False

    def with_half(self, half: Half | None) -> "ClockTime":
        """Return the time in a half of the day, unless it says which by itself."""
        if half is None or self.half or self.certain:
            return self
        return ClockTime(self.hour, self.minute, half, True, self.certain)

    @property
    def hours(self) -> tuple[int, ...]:
        """The hours of a day that it can mean, the earlier first."""
        if self.certain or not 1 <= self.hour <= 12:
            return (self.hour % 24,)
        morning = self.hour % 12
        if self.half:
            return (morning + 12 * (self.half == "pm"),)
        return (morning, morning + 12)


def clock_at(tokens: list[Token], place: int) -> tuple[ClockTime, int] | None:
    """Return the time of day that begins at a token, and the number of the token behind it."""
    times = language().times
    read = _relative(times, tokens, place) or _named(times, tokens, place)
    read = read or _digits(tokens, place) or _words(times, tokens, place)
    if read is None:
        return None
    time, place = read
    if time.marked is False and _text(tokens, place) in times.clock:
        time, place = ClockTime(time.hour, time.minute, marked=True), place + 1
    half = times.halves.get(_text(tokens, place))
    if half and 1 <= time.hour <= 12:
        return time.with_half(half), place + 1
    return time, place


def _relative(times: Times, tokens: list[Token], place: int) -> tuple[ClockTime, int] | None:
    """Read "half past six", "a quarter to eight", "twenty-five minutes past ten"."""
    start = place
    if _text(tokens, place) in times.articles:
        place += 1
    fraction = times.fractions.get(_text(tokens, place))
    if fraction is not None:
        minutes, place = round(60 * fraction), place + 1
    else:
        counted = count_at(tokens, start)
        if counted is None or not 0 < counted[0] < 60 or counted[0] != int(counted[0]):
            return None
        minutes, place = int(counted[0]), counted[1]
        place += _text(tokens, place) in times.minutes
    word = _text(tokens, place)
    if word not in times.past | times.until:
        return None
    sign = -1 if word in times.until else 1
    named = times.named_times.get(_text(tokens, place + 1))
    if named is not None:
        hour, minute = divmod((60 * named[0] + named[1] + sign * minutes) % (24 * 60), 60)
        return ClockTime(hour, minute, marked=True, certain=True), place + 2
    at = _hour(times, tokens, place + 1)
    if at is None:
        return None
    hour, place = at
    if sign < 0:
        hour, minutes = 12 if hour == 1 else (hour - 1) % 24, 60 - minutes
    return ClockTime(hour, minutes, marked=True), place


def _named(times: Times, tokens: list[Token], place: int) -> tuple[ClockTime, int] | None:
    named = times.named_times.get(_text(tokens, place))
    return None if named is None else (ClockTime(*named, marked=True, certain=True), place + 1)


def _digits(tokens: list[Token], place: int) -> tuple[ClockTime, int] | None:
    """Read "7:30", "07.30", "19:30", "730" and "1930"."""
    word = _text(tokens, place)
    digits = word.replace(":", "").replace(".", "")
    if not digits.isdecimal() or len(digits) not in (3, 4):
        return None
    hour, minute = int(digits[:-2]), int(digits[-2:])
    if hour > 23 or minute > 59:
        return None
    marked = word != digits
    return ClockTime(hour, minute, marked=marked, certain=word[0] == "0" or hour > 12), place + 1


def _words(times: Times, tokens: list[Token], place: int) -> tuple[ClockTime, int] | None:
    """Read "7", "seven thirty" and "seven oh five"."""
    at = _hour(times, tokens, place)
    if at is None:
        return None
    hour, place = at
    minute = _minute(times, tokens, place)
    if minute is not None:
        return ClockTime(hour, minute[0], marked=True), minute[1]
    return ClockTime(hour, 0, certain=hour > 12 or hour == 0), place


def _minute(times: Times, tokens: list[Token], place: int) -> tuple[int, int] | None:
    """Read "thirty" and "oh five" behind an hour."""
    zero = _text(tokens, place) in times.oh
    counted = count_at(tokens, place + zero)
    if counted is None or counted[0] != int(counted[0]):
        return None
    fits = 0 < counted[0] < 10 if zero else 10 <= counted[0] < 60
    return (int(counted[0]), counted[1]) if fits else None


def _hour(times: Times, tokens: list[Token], place: int) -> tuple[int, int] | None:
    if _text(tokens, place) in times.articles:
        return None
    counted = count_at(tokens, place)
    if counted is None or counted[0] != int(counted[0]) or not 0 <= counted[0] <= 24:
        return None
    return int(counted[0]), counted[1]


def _text(tokens: list[Token], place: int) -> str:
    return tokens[place].text if 0 <= place < len(tokens) else ""
