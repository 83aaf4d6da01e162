"""The words for units, and how people ask for conversions."""

import re

from pipecatapp.text.arithmetic import Units, UnitWords

PREFIXES = {"kilo": "k", "deci": "d", "centi": "c", "milli": "m", "micro": "\xb5", "nano": "n"}


def _words(one: str, *others: str, many: str = "") -> UnitWords:
    return UnitWords(one, many or f"{one}s", others)


def _metric(prefix: str, unit: str, symbol: str, before: str = "") -> UnitWords:
    """Return the words for such as a kilometre, square where `before` says so."""
    short = f"{PREFIXES.get(prefix, '')}{symbol}"
    if not before:
        american = f"{prefix}{unit.removesuffix('re')}er" if unit in ("metre", "litre") else ""
        others = [short, american, american and f"{american}s"]
        return _words(f"{prefix}{unit}", *filter(None, others))
    power = {"square": ("2", "sq"), "cubic": ("3", "cu")}[before]
    british, american = f"{prefix}metre", f"{prefix}meter"
    names = (f"{before} {american}", f"{before} {american}s", f"{power[1]} {short}")
    return _words(f"{before} {british}", *names, f"{short}{power[0]}", f"{short}^{power[0]}")


def _feet(before: str) -> UnitWords:
    short = {"square": "sq", "cubic": "cu"}[before]
    names = (f"{short} ft", f"{short} feet", f"{short}ft", f"ft{'2' if short == 'sq' else '3'}")
    return _words(f"{before} foot", *names, many=f"{before} feet")


WORDS = {
    **{f"{p}metre": _metric(p, "metre", "m") for p in ("", *PREFIXES) if p != "deci"},
    "decimetre": _metric("deci", "metre", "m"),
    "inch": _words("inch", "in", '"', many="inches"),
    "foot": _words("foot", "ft", "'", many="feet"),
    "yard": _words("yard", "yd", "yds"),
    "mile": _words("mile", "mi"),
    "furlong": _words("furlong"),
    "fathom": _words("fathom"),
    "nautical_mile": _words("nautical mile", "nmi", "sea mile", "sea miles"),
    "light_year": _words("light year", "light-year", "light-years"),
    "astronomical_unit": _words("astronomical unit", "au"),
    "kilogram": _words("kilogram", "kg", "kgs", "kilo", "kilos", "kilogramme", "kilogrammes"),
    "gram": _words("gram", "g", "gramme", "grammes"),
    "milligram": _words("milligram", "mg"),
    "microgram": _words("microgram", "mcg", "\xb5g"),
    "tonne": _words("tonne", "metric ton", "metric tons"),
    "ounce": _words("ounce", "oz"),
    "pound": _words("pound", "lb", "lbs"),
    "stone": _words("stone", "stones", "st", many="stone"),
    "carat": _words("carat"),
    "us_ton": _words("US ton", "short ton", "short tons"),
    "imperial_ton": _words("imperial ton", "long ton", "long tons", "uk ton", "uk tons"),
    "litre": _metric("", "litre", "l"),
    "decilitre": _metric("deci", "litre", "l"),
    "centilitre": _metric("centi", "litre", "l"),
    "millilitre": _metric("milli", "litre", "l"),
    "hectolitre": _words("hectolitre", "hl"),
    "cubic_metre": _metric("", "metre", "m", "cubic"),
    "cubic_centimetre": _metric("centi", "metre", "m", "cubic"),
    "cubic_foot": _feet("cubic"),
    "cubic_inch": _words("cubic inch", "cu in", many="cubic inches"),
    "metric_cup": _words("metric cup"),
    "us_gallon": _words("US gallon", "american gallon", "american gallons"),
    "us_quart": _words("US quart", "american quart", "american quarts"),
    "us_pint": _words("US pint", "american pint", "american pints"),
    "us_cup": _words("US cup", "american cup", "american cups"),
    "us_fluid_ounce": _words("US fluid ounce", "us fl oz"),
    "us_tablespoon": _words("US tablespoon", "tablespoon", "tablespoons", "tbsp"),
    "us_teaspoon": _words("US teaspoon", "teaspoon", "teaspoons", "tsp"),
    "us_barrel": _words("barrel of oil", "oil barrel", "oil barrels", many="barrels of oil"),
    **{
        f"imperial_{name}": _words(
            f"imperial {name}",
            *(f"{who} {name}{s}" for who in ("uk", "british") for s in ("", "s")),
        )
        for name in ("gallon", "quart", "pint")
    },
    "imperial_fluid_ounce": _words("imperial fluid ounce", "uk fluid ounce", "uk fluid ounces"),
    "kelvin": _words("kelvin", "degrees kelvin"),
    "celsius": UnitWords(
        "degree Celsius",
        "degrees Celsius",
        (
            "celsius",
            "celcius",  # codespell:ignore
            "c",
            "\xb0c",
            "\xb0 c",
            "degrees c",
            "deg c",
            "centigrade",
            "degrees centigrade",
        ),
    ),
    "fahrenheit": UnitWords(
        "degree Fahrenheit",
        "degrees Fahrenheit",
        (
            *("fahrenheit", "f", "\xb0f", "\xb0 f", "degrees f", "deg f"),
            "farenheit",  # codespell:ignore
        ),
    ),
    "metre_per_second": UnitWords(
        "metre per second",
        "metres per second",
        ("m/s", "meters per second", "meter per second", "metres a second", "meters a second"),
    ),
    "kilometre_per_second": UnitWords(
        "kilometre per second", "kilometres per second", ("km/s", "kilometers per second")
    ),
    "kilometre_per_hour": UnitWords(
        "kilometre per hour",
        "kilometres per hour",
        (
            *("km/h", "kmh", "kph", "kilometers per hour", "kilometer per hour"),
            *("kilometers an hour", "kilometres an hour", "km per hour", "k p h"),
        ),
    ),
    "mile_per_hour": UnitWords(
        "mile per hour", "miles per hour", ("mph", "miles an hour", "mi/h", "m p h")
    ),
    "knot": _words("knot", "kn", "kt", "kts"),
    "foot_per_second": UnitWords("foot per second", "feet per second", ("ft/s", "fps")),
    "second": _words("second", "s", "sec", "secs"),
    "millisecond": _words("millisecond", "ms"),
    "microsecond": _words("microsecond", "\xb5s"),
    "nanosecond": _words("nanosecond", "ns"),
    "minute": _words("minute", "min", "mins"),
    "hour": _words("hour", "h", "hr", "hrs"),
    "day": _words("day"),
    "week": _words("week"),
    "fortnight": _words("fortnight"),
    "year": _words("common year", "year", "years"),
    "square_metre": _metric("", "metre", "m", "square"),
    "square_kilometre": _metric("kilo", "metre", "m", "square"),
    "square_centimetre": _metric("centi", "metre", "m", "square"),
    "square_millimetre": _metric("milli", "metre", "m", "square"),
    "hectare": _words("hectare", "ha"),
    "are": _words("are"),
    "square_inch": _words("square inch", "sq in", "in2", many="square inches"),
    "square_foot": _feet("square"),
    "square_yard": _words("square yard", "sq yd"),
    "square_mile": _words("square mile", "sq mi"),
    "acre": _words("acre"),
    "bit": _words("bit"),
    "kilobit": _words("kilobit", "kbit"),
    "megabit": _words("megabit", "mbit"),
    "gigabit": _words("gigabit", "gbit"),
    "byte": _words("byte"),
    "kilobyte": _words("kilobyte", "kb"),
    "megabyte": _words("megabyte", "mb", "meg", "megs"),
    "gigabyte": _words("gigabyte", "gb", "gig", "gigs"),
    "terabyte": _words("terabyte", "tb"),
    "petabyte": _words("petabyte", "pb"),
    "kibibyte": _words("kibibyte", "kib"),
    "mebibyte": _words("mebibyte", "mib"),
    "gibibyte": _words("gibibyte", "gib"),
    "tebibyte": _words("tebibyte", "tib"),
    "joule": _words("joule", "j"),
    "kilojoule": _words("kilojoule", "kj"),
    "megajoule": _words("megajoule", "mj"),
    "calorie": _words("calorie", "cal"),
    "kilocalorie": _words("kilocalorie", "kcal"),
    "watt_hour": _words("watt hour", "wh", "watt-hour", "watt-hours"),
    "kilowatt_hour": _words("kilowatt hour", "kwh", "kilowatt-hour", "kilowatt-hours"),
    "british_thermal_unit": _words("British thermal unit", "btu", "btus"),
    "electronvolt": _words("electronvolt", "ev", "electron volt", "electron volts"),
    "pascal": _words("pascal", "pa"),
    "hectopascal": _words("hectopascal", "hpa"),
    "kilopascal": _words("kilopascal", "kpa"),
    "megapascal": _words("megapascal", "mpa"),
    "bar": _words("bar"),
    "millibar": _words("millibar", "mbar"),
    "atmosphere": _words("atmosphere", "atm"),
    "torr": _words("torr", "mmhg", "millimetres of mercury", "millimeters of mercury", many="torr"),
    "psi": UnitWords(
        "pound per square inch", "pounds per square inch", ("psi", "pounds per square inch")
    ),
}
SHARED = {
    **dict.fromkeys(("cup", "cups"), ("us_cup", "metric_cup")),
    **{
        word: (f"us_{name}", f"imperial_{name}")
        for name, short in (("gallon", "gal"), ("quart", "qt"), ("pint", "pt"))
        for word in (name, f"{name}s", short)
    },
    **dict.fromkeys(
        ("fluid ounce", "fluid ounces", "fl oz", "fl. oz"),
        ("us_fluid_ounce", "imperial_fluid_ounce"),
    ),
    "k": ("kelvin", "kilometre"),
    # "How many ounces are in a cup" is about fluid ones.
    **dict.fromkeys(("ounce", "ounces", "oz"), ("ounce", "us_fluid_ounce", "imperial_fluid_ounce")),
    **dict.fromkeys(("ton", "tons"), ("tonne", "us_ton", "imperial_ton")),
    **dict.fromkeys(("degree", "degrees", "°"), ("celsius", "fahrenheit")),
}
CURRENCIES = """
dollar dollars usd buck bucks $ euro euros eur \u20ac sterling gbp \xa3 quid yen jpy yuan renminbi
cny rupee rupees inr franc francs chf krona kronor sek krone kroner nok dkk zloty pln peso pesos
rouble roubles ruble rubles rub lira liras won krw bitcoin bitcoins btc rand forint koruna
"""
LINK = r"(?:in|to|into|as)"

UNITS = Units(
    words=WORDS,
    kinds={
        **{"length": "a length", "mass": "a mass", "volume": "a volume", "speed": "a speed"},
        **{"temperature": "a temperature", "time": "a time", "area": "an area"},
        **{"data": "an amount of data", "energy": "an energy", "pressure": "a pressure"},
    },
    shared=SHARED,
    currencies=frozenset(
        {*CURRENCIES.split(), "pound sterling", "pounds sterling", "british pounds", "us dollars"}
    ),
    shapes=(
        re.compile(
            r"^how (?:many|much) (?P<target>[^\d]+?)(?: (?:is|are|do|does|would))?(?: there)?"
            r" (?:in|make up|make|equal|to|are|is) (?P<amount>.+)$"
        ),
        re.compile(r"^(?:convert |change |turn |express )?(?P<rest>.+)$"),
    ),
    link=re.compile(rf"\s+{LINK}(?=\s)"),
    rewrites=(
        (re.compile(r"\ban? (\w+) and a half\b"), r"1.5 \1"),
        (re.compile(r"\b(\d+) (\w+) and a half\b"), r"\1.5 \2"),
        (re.compile(r"\b(\w+) squared\b"), r"square \1"),
        (re.compile(r"\b(\w+) cubed\b"), r"cubic \1"),
        (re.compile(r"\bhalf an? "), "0.5 "),
        (re.compile(r"\b(?:a )?quarter of an? "), "0.25 "),
        (re.compile(r"\b3 quarters of an? "), "0.75 "),
        (re.compile(r"([$\u20ac\xa3])"), r" \1 "),
        (re.compile(r"(?<=\d)(?=[a-z\xb0\xb5'\"])"), " "),
        (re.compile(r"(?<=['\"])(?=\d)"), " "),
    ),
    part_end=re.compile(r",?(?: and)?$"),
    article=re.compile(r"(?:^|(?<=[\d)]) )an?$"),
    result="{amount} is {value}",
    between="; ",
    unlike="{first} measure {kind} and {second} {other}, so one cannot be turned into the other.",
    no_rates="I do not know today's exchange rates, so I cannot convert money.",
)
