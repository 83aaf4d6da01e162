"""Names of places that IANA's lists of time zones lack.

The zones of cities follow IANA's zone1970.tab; the capitals are those of ISO 3166's countries.
"""

import re

from pipecatapp.text.clock import Places

_CITIES = {
    "Europe/London": (
        "england scotland wales edinburgh glasgow cardiff manchester liverpool birmingham leeds"
        " bristol oxford cambridge york sheffield newcastle brighton bath"
    ),
    "Europe/Dublin": "cork galway limerick",
    "Europe/Berlin": (
        "munich hamburg frankfurt cologne stuttgart dusseldorf leipzig dresden hanover nuremberg"
        " bremen bonn heidelberg bavaria"
    ),
    "Europe/Paris": "lyon marseille nice toulouse bordeaux strasbourg lille nantes cannes normandy",
    "Europe/Rome": "milan naples turin florence venice bologna genoa palermo verona pisa sicily",
    "Europe/Madrid": (
        "barcelona valencia seville malaga bilbao granada majorca mallorca ibiza catalonia"
    ),
    "Atlantic/Canary": "tenerife lanzarote fuerteventura",
    "Europe/Lisbon": "porto",
    "Europe/Amsterdam": "rotterdam holland utrecht eindhoven",
    "Europe/Brussels": "antwerp ghent bruges",
    "Europe/Zurich": "geneva basel bern lausanne lucerne",
    "Europe/Vienna": "salzburg graz innsbruck",
    "Europe/Warsaw": "krakow cracow gdansk wroclaw poznan",
    "Europe/Prague": "brno",
    "Europe/Stockholm": "gothenburg malmo",
    "Europe/Oslo": "bergen trondheim",
    "Europe/Copenhagen": "aarhus",
    "Europe/Kyiv": "kiev lviv odesa odessa kharkiv",
    "Europe/Istanbul": "ankara izmir antalya",
    "Europe/Moscow": "petersburg sochi",
    "Asia/Kolkata": (
        "mumbai delhi bangalore bengaluru chennai hyderabad calcutta pune goa jaipur bombay"
    ),
    "Asia/Shanghai": "beijing shenzhen guangzhou wuhan chengdu chongqing nanjing tianjin",
    "Asia/Tokyo": "osaka kyoto yokohama nagoya sapporo hiroshima okinawa",
    "Asia/Seoul": "busan",
    "Asia/Dubai": "sharjah",
    "Asia/Riyadh": "mecca medina jeddah",
    "Asia/Jerusalem": "haifa",
    "Asia/Karachi": "lahore islamabad",
    "Asia/Ho_Chi_Minh": "hanoi saigon",
    "Asia/Makassar": "bali",
    "Africa/Johannesburg": "pretoria durban",
    "Africa/Cairo": "alexandria giza luxor",
    "Africa/Casablanca": "marrakesh marrakech rabat",
    "Africa/Lagos": "abuja",
    "America/New_York": (
        "boston washington philadelphia miami atlanta orlando baltimore pittsburgh charlotte"
        " cleveland buffalo manhattan brooklyn florida virginia maryland pennsylvania massachusetts"
    ),
    "America/Chicago": (
        "houston dallas austin memphis nashville minneapolis milwaukee texas illinois louisiana"
        " wisconsin minnesota"
    ),
    "America/Denver": "colorado utah",
    "America/Phoenix": "arizona tucson",
    "America/Los_Angeles": "california seattle portland oakland sacramento hollywood nevada",
    "Pacific/Honolulu": "hawaii maui",
    "America/Anchorage": "alaska",
    "America/Toronto": "ottawa montreal quebec ontario",
    "America/Edmonton": "calgary alberta",
    "America/Sao_Paulo": "brasilia",
    "America/Argentina/Buenos_Aires": "rosario",
    "Australia/Sydney": "canberra",
    "Australia/Brisbane": "queensland cairns",
    "Australia/Hobart": "tasmania",
    "Pacific/Auckland": "wellington christchurch queenstown",
}
"""Names of one word, by their zones."""
_LONGER = {
    **{"st petersburg": "Europe/Moscow", "saint petersburg": "Europe/Moscow"},
    **{"northern ireland": "Europe/London", "the hague": "Europe/Amsterdam"},
    **{"gran canaria": "Atlantic/Canary", "canary islands": "Atlantic/Canary"},
    **{"new delhi": "Asia/Kolkata", "sri lanka": "Asia/Colombo", "tel aviv": "Asia/Jerusalem"},
    **{"abu dhabi": "Asia/Dubai", "ho chi minh city": "Asia/Ho_Chi_Minh"},
    **{"cape town": "Africa/Johannesburg", "rio": "America/Sao_Paulo"},
    **{"rio de janeiro": "America/Sao_Paulo", "san francisco": "America/Los_Angeles"},
    **{"san diego": "America/Los_Angeles", "san jose": "America/Los_Angeles"},
    **{"silicon valley": "America/Los_Angeles", "las vegas": "America/Los_Angeles"},
    **{"la": "America/Los_Angeles", "l a": "America/Los_Angeles", "vegas": "America/Los_Angeles"},
    **{"salt lake city": "America/Denver", "new orleans": "America/Chicago"},
    **{"san antonio": "America/Chicago", "st louis": "America/Chicago"},
    **{"kansas city": "America/Chicago", "washington dc": "America/New_York"},
    **{"washington d c": "America/New_York", "new york city": "America/New_York"},
    **{"nyc": "America/New_York", "new england": "America/New_York"},
    **{"new jersey": "America/New_York", "north carolina": "America/New_York"},
    **{"british columbia": "America/Vancouver", "nova scotia": "America/Halifax"},
    **{"gold coast": "Australia/Brisbane", "new south wales": "Australia/Sydney"},
    **{"utc": "UTC", "gmt": "UTC", "greenwich": "Europe/London"},
}
_COUNTRIES = {
    "US": "us|america|usa|states|united states of america|the states|u s|u s a",
    "GB": "uk|united kingdom|great britain|u k",
    "KR": "korea|south korea",
    "KP": "north korea",
    "CD": "congo|democratic republic of congo|democratic republic of the congo",
    "CZ": "czechia",
    "AE": "emirates|uae|u a e|united arab emirates",
    "TR": "turkiye",
    "MK": "macedonia",
    "VA": "vatican",
    "CI": "ivory coast",
    "CN": "mainland china",
    "NZ": "aotearoa",
    "TL": "timor",
    "BA": "bosnia",
    "MM": "burma",
}
_CAPITALS = {
    "AR": ("Buenos Aires", "America/Argentina/Buenos_Aires"),
    "AU": ("Canberra", "Australia/Sydney"),
    "BR": ("Brasilia", "America/Sao_Paulo"),
    "CA": ("Ottawa", "America/Toronto"),
    "CD": ("Kinshasa", "Africa/Kinshasa"),
    "CL": ("Santiago", "America/Santiago"),
    "CN": ("Beijing", "Asia/Shanghai"),
    "CY": ("Nicosia", "Asia/Nicosia"),
    "EC": ("Quito", "America/Guayaquil"),
    "ES": ("Madrid", "Europe/Madrid"),
    "FM": ("Palikir", "Pacific/Pohnpei"),
    "GL": ("Nuuk", "America/Nuuk"),
    "ID": ("Jakarta", "Asia/Jakarta"),
    "KI": ("Tarawa", "Pacific/Tarawa"),
    "KZ": ("Astana", "Asia/Almaty"),
    "MN": ("Ulaanbaatar", "Asia/Ulaanbaatar"),
    "MX": ("Mexico City", "America/Mexico_City"),
    "NZ": ("Wellington", "Pacific/Auckland"),
    "PF": ("Papeete", "Pacific/Tahiti"),
    "PG": ("Port Moresby", "Pacific/Port_Moresby"),
    "PT": ("Lisbon", "Europe/Lisbon"),
    "RU": ("Moscow", "Europe/Moscow"),
    "UA": ("Kyiv", "Europe/Kyiv"),
    "US": ("Washington", "America/New_York"),
}

PLACES = Places(
    cities={
        **{city: zone for zone, cities in _CITIES.items() for city in cities.split()},
        **_LONGER,
    },
    countries={
        name: code for code, names in _COUNTRIES.items() for name in names.split("|") if name
    },
    capitals=_CAPITALS,
    article=re.compile(r"^the "),
    told={
        **{"Britain (UK)": "the United Kingdom", "United States": "the United States"},
        **{"Netherlands": "the Netherlands", "Philippines": "the Philippines"},
        **{"United Arab Emirates": "the United Arab Emirates"},
        **{"Korea (South)": "South Korea", "Korea (North)": "North Korea"},
        **{"Congo (Dem. Rep.)": "the Democratic Republic of the Congo"},
        **{"la": "Los Angeles", "l a": "Los Angeles", "nyc": "New York", "vegas": "Las Vegas"},
        **{"new york city": "New York", "rio": "Rio de Janeiro", "the hague": "The Hague"},
        **{"rio de janeiro": "Rio de Janeiro", "utc": "UTC", "gmt": "GMT"},
        **{"washington dc": "Washington", "washington d c": "Washington"},
    },
)
