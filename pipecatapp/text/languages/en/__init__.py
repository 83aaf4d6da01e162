"""English."""

from pipecatapp.text.language import Language
from pipecatapp.text.languages.en.dates import DATES
from pipecatapp.text.languages.en.numbers import NUMBERS
from pipecatapp.text.languages.en.phrases import PHRASES
from pipecatapp.text.languages.en.quotations import QUOTATIONS
from pipecatapp.text.languages.en.requests import REQUESTS
from pipecatapp.text.languages.en.schedule import SCHEDULE_PHRASES, SCHEDULE_REQUESTS
from pipecatapp.text.languages.en.statements import STATEMENTS
from pipecatapp.text.languages.en.times import TIME_PHRASES, TIMES
from pipecatapp.text.languages.en.vocabulary import VOCABULARY

LANGUAGE = Language(
    phrases=PHRASES,
    vocabulary=VOCABULARY,
    numbers=NUMBERS,
    dates=DATES,
    statements=STATEMENTS,
    quotations=QUOTATIONS,
    requests=REQUESTS,
    times=TIMES,
    time_phrases=TIME_PHRASES,
    schedule_requests=SCHEDULE_REQUESTS,
    schedule_phrases=SCHEDULE_PHRASES,
)
