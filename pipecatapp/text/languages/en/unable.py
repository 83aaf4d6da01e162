"""Requests for deeds that no tool of the product does, by the topic under which they are refused.

Each is asked for by the first words of a request: "text Tom that I am ten minutes late" is about no
timer, whatever else it names.
"""

import re

from pipecatapp.text.languages.en.act_words import any_of
from pipecatapp.text.languages.en.deeds import NOBODY

LEAD = (
    r"^(?:(?:please|hey|okay|ok|twin|so|now|then|and|well|just|kindly|quickly"
    r"|(?:can|could|would|will) you|i(?: want|'d like| would like| need) you to|go)\b[\s,]*)*"
)
PAPER = any_of(
    """
    copy copies pass(?:es)? tickets? documents? letters? pages? receipts? photos? pictures? labels?
    forms? contracts? recipes? invoices? cards? posters? pdfs? maps? homework
    """
)
SCREEN = any_of("tv telly television big_screen projector chromecast speakers? stereo radio hi-?fi")
HEARERS = any_of("speakers? rooms? house intercom everyone everybody family kids children floors?")
NO_PERSON = any_of(
    """
    boards? messages? messaging books? editors? files? analysis size servers? clients? services?
    formats? encoding queues? brokers? addresses centres? centers? signs? stacks? graphs?
    """
)
NO_GOODS = any_of(
    """
    matters? of by in or and these those them low versus vs is was the_(?:words|numbers|items|lines)
    clubs? shops? stores? reviews? titles? recommendations? worms? keeping values?
    """
)
NO_TELEPHONE = any_of(
    """
    (?:the|a|an|your|my)?_?(?:\\w+_)?(?:expert|tool|function|method|playbook|job|api) it_a_day
    or by number out_(?:loud|of) tones?
    """
)
# Pages, machines and alarms are reached by these verbs too, and those a tool has.
NOT_OURS = (
    r"(?!.*\b(?:home ?page|web ?page|web ?site|site|local ?host|machine|server|node\d*|alarm|timer"
    r"|field|lists?)\b)"
)
UNABLE = {
    "messages": re.compile(
        rf"{NOT_OURS}{LEAD}(?:(?:text|message|sms|whatsapp|e-?mail|mail)"
        rf" (?!{NOBODY}|(?:{NO_PERSON})\b)\w+"
        rf"|(?:announce|broadcast|call out)\b.*\b(?:{HEARERS})\b"
        r"|forward (?:that|this|the|my|our|it|them|an?)\b"
        rf"|(?:send|forward|post)\b.*\b(?:e-?mail|mail|message|text|sms|postcard|letter)\b)",
        re.IGNORECASE,
    ),
    "calls": re.compile(
        rf"{NOT_OURS}{LEAD}(?:call|phone|ring|dial) (?!{NOBODY}|(?:{NO_TELEPHONE})\b)\w+",
        re.IGNORECASE,
    ),
    "orders": re.compile(
        rf"{LEAD}(?:(?:re-?order|order|buy|purchase) (?!(?:{NO_GOODS})\b)\w+"
        r"|pay (?:my|the|for|back|off)\b)",
        re.IGNORECASE,
    ),
    "bookings": re.compile(rf"{LEAD}(?:book|reserve) (?!(?:{NO_GOODS})\b)\w+", re.IGNORECASE),
    "media": re.compile(
        rf"{NOT_OURS}{LEAD}(?:show|cast|stream|mirror|play|put|project)\b"
        rf".*\b(?:on|to|onto) (?:the|my|our)(?: \w+){{0,2}} (?:{SCREEN})\b",
        re.IGNORECASE,
    ),
    "appliances": re.compile(
        rf"{LEAD}(?:print|scan|photocopy)(?: out)?(?: [\w'-]+){{0,5}} (?:{PAPER})\b", re.IGNORECASE
    ),
}
