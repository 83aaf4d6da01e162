"""English."""

from pipecatapp.text.language import Language
from pipecatapp.text.languages.en.acts import ACTS
from pipecatapp.text.languages.en.arithmetic import ARITHMETIC
from pipecatapp.text.languages.en.claims import CLAIMS
from pipecatapp.text.languages.en.clock import CLOCK
from pipecatapp.text.languages.en.dates import DATES
from pipecatapp.text.languages.en.fact_questions import FACT_QUESTIONS
from pipecatapp.text.languages.en.lists import LISTS
from pipecatapp.text.languages.en.log_questions import LOG_QUESTIONS
from pipecatapp.text.languages.en.numbers import NUMBERS
from pipecatapp.text.languages.en.phrases import LOG_PHRASES, PHRASES
from pipecatapp.text.languages.en.places import PLACES
from pipecatapp.text.languages.en.quotations import QUOTATIONS
from pipecatapp.text.languages.en.remarks import REMARKS
from pipecatapp.text.languages.en.requests import REQUESTS
from pipecatapp.text.languages.en.schedule import SCHEDULE_PHRASES, SCHEDULE_REQUESTS
from pipecatapp.text.languages.en.second_person import SECOND_PERSON
from pipecatapp.text.languages.en.statements import STATEMENTS
from pipecatapp.text.languages.en.times import TIME_PHRASES, TIMES
from pipecatapp.text.languages.en.units import UNITS
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
    claims=CLAIMS,
    acts=ACTS,
    lists=LISTS,
    arithmetic=ARITHMETIC,
    units=UNITS,
    log_questions=LOG_QUESTIONS,
    log_phrases=LOG_PHRASES,
    fact_questions=FACT_QUESTIONS,
    second_person=SECOND_PERSON,
    remarks=REMARKS,
    clock=CLOCK,
    places=PLACES,
)
