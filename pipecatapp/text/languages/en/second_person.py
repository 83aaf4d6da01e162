"""How a statement about a person is told to that person."""

import re

from pipecatapp.text.fact_rules import SecondPerson

BETWEEN = (
    r"(?P<between>(?: (?:always|never|usually|often|sometimes|also|only|really|still|currently|now"
    r"|regularly|mostly|both|just|\w+ly))*)"
)
_TEXTS = (
    (r"I['\u2019]m|I am|we['\u2019]re|we are", "you are"),
    (r"I was", "you were"),
    (r"I['\u2019]ve|we['\u2019]ve", "you have"),
    (r"I['\u2019]ll|we['\u2019]ll", "you will"),
    (r"I['\u2019]d|we['\u2019]d", "you would"),
    (r"am I", "are you"),
    (r"I|we|me", "you"),
    (r"my|our", "your"),
    (r"mine|ours", "yours"),
    (r"myself|ourselves", "yourself"),
)

SECOND_PERSON = SecondPerson(
    subject=rf"\b(?:{{name}}){BETWEEN} (?P<verb>[a-z]+(?:['\u2019]t)?)\b",
    possessive=r"\b(?:{name})['\u2019]s?(?!\w)",
    alone=r"\b(?:{name})\b",
    you="you",
    your="your",
    replacements=(
        *(
            (re.compile(rf"\b(?:{pattern})\b(?!['\u2019])", re.IGNORECASE), new)
            for pattern, new in _TEXTS
        ),
        (re.compile(r"\bus\b"), "you"),
    ),
    addressed=re.compile(r"\b(?:you|your|yours|yourself)\b", re.IGNORECASE),
    verbs={
        **{
            "is": "are",
            "was": "were",
            "has": "have",
            "does": "do",
            "goes": "go",
            "isn't": "aren't",
        },
        **{"wasn't": "weren't", "hasn't": "haven't", "doesn't": "don't", "dies": "die"},
        **{"lies": "lie", "ties": "tie"},
    },
    endings=(
        *(("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"), ("zzes", "zz")),
        *(("oes", "o"), ("ies", "y"), ("s", "")),
    ),
    unchanged=re.compile(r"(?:.*ss|.*us|.*[^s]|as|this|his|always|plus|its)$"),
)
