import pytest

from pipecatapp.text.times.durations import durations_in, read_duration


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("fifteen minutes", 900),
        ("45 seconds", 45),
        ("an hour", 3600),
        ("a minute", 60),
        ("two hours and a half", 9000),
        ("three and a half minutes", 210),
        ("one and a quarter hours", 4500),
        ("half a minute", 30),
        ("a half hour", 1800),
        ("quarter of an hour", 900),
        ("three quarters of an hour", 2700),
        ("1 hour 20 minutes", 4800),
        ("two hours, five minutes and ten seconds", 7510),
        ("one hour forty", 6000),
        ("3 minutes 15", 195),
        ("2h45m", 9900),
        ("8min", 480),
        ("seventy-five minutes", 4500),
        ("1.5 hours", 5400),
        ("a couple of hours", 7200),
        ("a hundred and ten minutes", 6600),
        ("Twenty Minutes", 1200),
        ("two days", 172800),
    ],
)
def test_a_duration_is_read_in_words_and_digits(said: str, seconds: int) -> None:
    assert read_duration(said) == seconds


@pytest.mark.parametrize(
    "said", ["", "seven", "half past six", "minutes", "ten apples", "the second floor", "7:30"]
)
def test_other_words_are_no_duration(said: str) -> None:
    assert read_duration(said) is None


def test_durations_are_found_where_they_stand() -> None:
    text = "boil the potatoes for twenty minutes, then bake them an hour and a half"
    found = durations_in(text)
    assert [one.seconds for one in found] == [1200, 5400]
    assert text[found[0].start : found[0].end] == "twenty minutes"
    assert text[found[1].start : found[1].end] == "an hour and a half"
