"""Units and their exact sizes.

Sources: the SI brochure, 9th edition (prefixes, minute to day, litre, hectare, tonne, electronvolt,
degree Celsius); the international yard and pound agreement of 1959 (yard = 0.9144 m, pound =
0.45359237 kg) and what is made of them, as NIST Handbook 44, appendix C, lists it (US gallon = 231
cubic inches); the UK Weights and Measures Act 1985 (imperial gallon = 4.54609 l); IEC 80000-13
(kibibyte); ISO 80000-5 (thermochemical calorie = 4.184 J, British thermal unit = 1055.05585262 J,
standard atmosphere = 101325 Pa); the IAU's resolution B2 of 2012 (astronomical unit).
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Kind = Literal[
    "length", "mass", "volume", "temperature", "speed", "time", "area", "data", "energy", "pressure"
]
System = Literal["", "us", "imperial"]


@dataclass(frozen=True)
class Unit:
    """A unit.

    Attributes:
        kind: What it measures.
        size: One of it, in the unit of its kind whose size is 1.
        zero: Where its scale begins, in that unit; other than 0 for temperatures alone.
        system: The system of measures that a name such as "pint" belongs to.
    """

    kind: Kind
    size: Fraction
    zero: Fraction = Fraction(0)
    system: System = ""


def convert(amount: Fraction, unit: Unit, target: Unit) -> Fraction:
    """Return an amount in another unit of the same kind.

    Args:
        amount: In the first unit.
        unit: The first unit.
        target: The other one.
    """
    return (amount * unit.size + unit.zero - target.zero) / target.size


NEXT_SMALLER = {"foot": "inch", "stone": "pound", "hour": "minute"}
"""What a number without a unit is of, behind one of these: "six foot two"."""

FOOT = Fraction("0.3048")
MILE = 5280 * FOOT
POUND = Fraction("0.45359237")
STANDARD_GRAVITY = Fraction("9.80665")
US_GALLON = 231 * (FOOT / 12) ** 3 * 1000
IMPERIAL_GALLON = Fraction("4.54609")
HOUR = 3600


def _units(kind: Kind, system: System = "", **sizes: Fraction | int | str) -> dict[str, Unit]:
    return {name: Unit(kind, Fraction(size), system=system) for name, size in sizes.items()}


UNITS: dict[str, Unit] = {
    # in metres
    **_units("length", metre=1, kilometre=1000, decimetre="0.1", centimetre="0.01"),
    **_units("length", millimetre="1e-3", micrometre="1e-6", nanometre="1e-9"),
    **_units("length", inch=FOOT / 12, foot=FOOT, yard=3 * FOOT, mile=MILE, furlong=MILE / 8),
    **_units("length", fathom=6 * FOOT, nautical_mile=1852, light_year="9460730472580800"),
    **_units("length", astronomical_unit="149597870700"),
    # in kilograms
    **_units("mass", kilogram=1, gram="1e-3", milligram="1e-6", microgram="1e-9", tonne=1000),
    **_units("mass", ounce=POUND / 16, pound=POUND, stone=14 * POUND, carat="2e-4"),
    **_units("mass", "us", us_ton=2000 * POUND),
    **_units("mass", "imperial", imperial_ton=2240 * POUND),
    # in litres
    **_units("volume", litre=1, decilitre="0.1", centilitre="0.01", millilitre="1e-3"),
    **_units("volume", hectolitre=100, cubic_metre=1000, cubic_centimetre="1e-3"),
    **_units("volume", cubic_foot=FOOT**3 * 1000, cubic_inch=US_GALLON / 231),
    **_units("volume", metric_cup="0.25"),
    **_units("volume", "us", us_gallon=US_GALLON, us_quart=US_GALLON / 4, us_pint=US_GALLON / 8),
    **_units("volume", "us", us_cup=US_GALLON / 16, us_fluid_ounce=US_GALLON / 128),
    **_units("volume", "us", us_tablespoon=US_GALLON / 256, us_teaspoon=US_GALLON / 768),
    **_units("volume", "us", us_barrel=42 * US_GALLON),
    **_units("volume", "imperial", imperial_gallon=IMPERIAL_GALLON),
    **_units("volume", "imperial", imperial_quart=IMPERIAL_GALLON / 4),
    **_units("volume", "imperial", imperial_pint=IMPERIAL_GALLON / 8),
    **_units("volume", "imperial", imperial_fluid_ounce=IMPERIAL_GALLON / 160),
    # in kelvins
    "kelvin": Unit("temperature", Fraction(1)),
    "celsius": Unit("temperature", Fraction(1), Fraction("273.15")),
    "fahrenheit": Unit("temperature", Fraction(5, 9), Fraction("459.67") * Fraction(5, 9)),
    # in metres per second
    **_units("speed", metre_per_second=1, kilometre_per_hour=Fraction(1000, HOUR)),
    **_units("speed", mile_per_hour=MILE / HOUR, knot=Fraction(1852, HOUR)),
    **_units("speed", foot_per_second=FOOT, kilometre_per_second=1000),
    # in seconds
    **_units("time", second=1, millisecond="1e-3", microsecond="1e-6", nanosecond="1e-9"),
    **_units("time", minute=60, hour=HOUR, day=24 * HOUR, week=168 * HOUR, fortnight=336 * HOUR),
    **_units("time", year=365 * 24 * HOUR),
    # in square metres
    **_units("area", square_metre=1, square_kilometre=10**6, square_centimetre="1e-4"),
    **_units("area", square_millimetre="1e-6", hectare=10_000, are=100),
    **_units("area", square_inch=(FOOT / 12) ** 2, square_foot=FOOT**2, square_yard=9 * FOOT**2),
    **_units("area", square_mile=MILE**2, acre=4840 * 9 * FOOT**2),
    # in bits
    **_units("data", bit=1, kilobit=10**3, megabit=10**6, gigabit=10**9),
    **_units("data", byte=8, kilobyte=8 * 10**3, megabyte=8 * 10**6, gigabyte=8 * 10**9),
    **_units("data", terabyte=8 * 10**12, petabyte=8 * 10**15),
    **_units("data", kibibyte=8 * 2**10, mebibyte=8 * 2**20, gibibyte=8 * 2**30),
    **_units("data", tebibyte=8 * 2**40),
    # in joules
    **_units("energy", joule=1, kilojoule=1000, megajoule=10**6, calorie="4.184"),
    **_units("energy", kilocalorie=4184, watt_hour=HOUR, kilowatt_hour=1000 * HOUR),
    **_units("energy", british_thermal_unit="1055.05585262", electronvolt="1.602176634e-19"),
    # in pascals
    **_units("pressure", pascal=1, hectopascal=100, kilopascal=1000, megapascal=10**6),
    **_units("pressure", bar=100_000, millibar=100, atmosphere=101_325),
    **_units("pressure", torr=Fraction(101_325, 760)),
    **_units("pressure", psi=POUND * STANDARD_GRAVITY / (FOOT / 12) ** 2),
}
