import pytest

from pipecatapp.text.language import language
from pipecatapp.tools.calculation.conversions import answer_conversion, read_conversion
from pipecatapp.tools.calculation.units import UNITS
from pipecatapp.tools.tool import ToolError


def answer(words: str) -> str:
    """Return the answer to a conversion."""
    asked = read_conversion(words)
    assert asked is not None, words
    return answer_conversion(asked)


CONVERSIONS = {
    "Convert 25 degrees Celsius to Fahrenheit": "25 degrees Celsius is 77 degrees Fahrenheit.",
    "what's ninety five fahrenheit in celsius": "95 degrees Fahrenheit is 35 degrees Celsius.",
    "-10°C in °F": "Minus 10 degrees Celsius is 14 degrees Fahrenheit.",
    "300 kelvin to celsius": "300 kelvins is 26.85 degrees Celsius.",
    "40 degrees in fahrenheit": "40 degrees Celsius is 104 degrees Fahrenheit.",
    "ten miles in km": "10 miles is about 16.0934 kilometres.",
    "how many feet are in a mile": "1 mile is 5,280 feet.",
    "how many inches in a metre": "1 metre is about 39.3701 inches.",
    "6 feet 2 inches in cm": "6 feet 2 inches is 187.96 centimetres.",
    "5'8\" to centimeters": "5 feet 8 inches is 172.72 centimetres.",
    "5k in miles": "5 kilometres is about 3.10686 miles.",
    "3 metres squared in square feet": "3 square metres is about 32.2917 square feet.",
    "what temperature is 350 fahrenheit in celsius": (
        "350 degrees Fahrenheit is about 176.667 degrees Celsius."
    ),
    "six foot two in centimetres": "6 feet 2 inches is 187.96 centimetres.",
    "half a mile in yards": "0.5 miles is 880 yards.",
    "12 in in cm": "12 inches is 30.48 centimetres.",
    "how many ounces are in a pound": "1 pound is 16 ounces.",
    "eleven stone in kilos": "11 stone is about 69.8532 kilograms.",
    "how many grams is 3 oz": "3 ounces is about 85.0486 grams.",
    "how many hours are in 4 days": "4 days is 96 hours.",
    "two and a half hours in minutes": "2.5 hours is 150 minutes.",
    "an hour and a half in seconds": "1.5 hours is 5,400 seconds.",
    "1 hour 20 minutes in minutes": "1 hour 20 minutes is 80 minutes.",
    "how many minutes are there in a year": "1 common year is 525,600 minutes.",
    "2 cups to ml": ("2 US cups is about 473.176 millilitres; 2 metric cups is 500 millilitres."),
    "how many pints are in a gallon": (
        "1 US gallon is 8 US pints; 1 imperial gallon is 8 imperial pints."
    ),
    "a uk pint in ml": "1 imperial pint is about 568.261 millilitres.",
    "three US gallons to litres": "3 US gallons is about 11.3562 litres.",
    "how many ounces in a cup": "1 US cup is 8 US fluid ounces.",
    "how many tablespoons are in a quarter of a US cup": "0.25 US cups is 4 US tablespoons.",
    "50 mph in km/h": "50 miles per hour is 80.4672 kilometres per hour.",
    "20 knots in kilometers per hour": "20 knots is 37.04 kilometres per hour.",
    "2 acres in square meters": "2 acres is about 8,093.71 square metres.",
    "100 sq ft in m2": "100 square feet is about 9.2903 square metres.",
    "3 GB in megabytes": "3 gigabytes is 3,000 megabytes.",
    "1 gib in bytes": "1 gibibyte is 1,073,741,824 bytes.",
    "2 kWh in megajoules": "2 kilowatt hours is 7.2 megajoules.",
    "250 kcal in kilojoules": "250 kilocalories is 1,046 kilojoules.",
    "30 psi in bar": "30 pounds per square inch is about 2.06843 bars.",
    "can you change 8 ounces into grams for me": "8 ounces is about 226.796 grams.",
}


@pytest.mark.parametrize(("words", "told"), CONVERSIONS.items())
def test_an_amount_is_converted(words: str, told: str) -> None:
    assert answer(words) == told


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("3 litres in metres", "Litres measure a volume and metres a length"),
        ("how many kilograms are in 5 hours", "Hours measure a time and kilograms a mass"),
        ("2 hours 5 grams in minutes", "cannot be turned"),
        ("convert 40 dollars to euros", "exchange rates"),
        ("how many dollars is 20 pounds", "exchange rates"),
        ("£15 in yen", "exchange rates"),
    ],
)
def test_what_cannot_be_converted_is_told_with_the_reason(words: str, reason: str) -> None:
    with pytest.raises(ToolError, match=reason):
        answer(words)


@pytest.mark.parametrize(
    "words",
    [
        "convert this song into a poem",
        "how many people are in the room",
        "two feet in the door",
        "in 2 minutes",
        "5 minutes in the oven",
        "how many days are in february",
        "day to day",
        "i walked 5 miles in 2 hours",
        "a cup to go",
        "30 minutes in 30 minutes",
        "write a function that converts miles to kilometers",
        "convert 5 to 7",
        "feet in metres",
    ],
)
def test_what_is_no_conversion_is_left_alone(words: str) -> None:
    assert read_conversion(words) is None


def test_every_unit_has_words_and_no_word_means_two_units_unnoticed() -> None:
    words = language().units
    assert set(words.words) == set(UNITS)
    assert all(unit in UNITS for units in words.shared.values() for unit in units)
    assert set(words.kinds) == {unit.kind for unit in UNITS.values()}
    names = [
        name.lower()
        for known in words.words.values()
        for name in {known.one, known.many, *known.others}
    ]
    assert len(names) == len(set(names))
