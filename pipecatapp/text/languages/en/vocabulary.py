"""Lists of words."""

from pipecatapp.text.language import Vocabulary

# What a search leaves out. "May" is missing, as it is a month. The lists below serve to compare
# statements and hold other words: there "yes" tells something, and "user" does not.
STOP_WORDS = """
a about after all also am an and any are as at be because been being but by can could d did do
does doing don didn doesn for from get got had has hasn have haven having he her here hers hey
hi him his how i if in into is isn it its just let like ll m me more most my no not of oh ok
okay on or our out over own re s same she so some such t than that the their theirs them then
there these they this those through to too up us user ve very was we were weren what when where
which while who whom whose why will with would wow yeah yes you your yours
"""
# What a statement may use though nobody said it.
FUNCTION_WORDS = """
user user's users' a an the and or but of to in on at by for from with as is are was were be been
being has have had having his her their its this that these those there who whose which he she it
they him them no not do does did doesn't don't isn't aren't can can't cannot will would should may
more most any some all out up down into than then when where while also very
"""
# What a statement may use besides, though the same words of the user count as said.
FRAME_WORDS = """
live lives living work works working name named names called person people home house family
member like likes prefer prefers own owns use uses using go goes get gets take takes make makes
located currently regularly usually always never every each day time today tomorrow yesterday new
old only
"""
# Who is who must not be guessed: "Emma" alone is nobody's wife.
KIN = """
wife husband son daughter child children mother father parents brother sister friend boss
girlfriend boyfriend partner neighbor uncle aunt cousin niece nephew grandmother grandfather
colleague
"""
# Words before which a long first piece of an answer may be cut.
PHRASE_STARTS = """
is are was were has have had can will would and or but because that which who when where while if
so by from in of on to with for about into than as
"""
TITLES = (
    "mr mrs ms mx dr prof st sgt lt col gen maj capt cdr cmdr adm gov sen rep rev fr sr hon pres"
)
ABBREVIATIONS = """
a.m p.m am pm e.g i.e eg ie etc approx vs min max incl excl est dept tel ext apt no nr nos fig vol
ed pp pg ave rd blvd sq fl bldg ft oz lb lbs hr hrs mo yr yrs wk sec inc ltd corp co bros jan feb
mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun u.s u.k
"""

VOCABULARY = Vocabulary(
    stop_words=frozenset(STOP_WORDS.split()),
    statement_words=frozenset({"called", "likes", "live", "lives", "name", "named", "user"}),
    function_words=frozenset(FUNCTION_WORDS.split()),
    frame_words=frozenset(FRAME_WORDS.split()),
    negligible=frozenset(
        {"a", "an", "the", "now", "currently", "really", "very", "also", "is", "are"}
    ),
    articles=frozenset({"a", "an"}),
    leading_articles=frozenset({"the", "our", "this"}),
    spellings={
        **{"favourite": "favorite", "colour": "color", "neighbour": "neighbor", "goes": "go"},
        **{"mum": "mother", "mom": "mother", "dad": "father", "our": "the", "this": "the"},
        **{"flavour": "flavor", "theatre": "theater", "grey": "gray"},
    },
    kin=frozenset(KIN.split()),
    synonyms={
        **{"mom": "mother", "mum": "mother", "dad": "father", "kid": "child", "kids": "children"},
        **{"grandma": "grandmother", "grandpa": "grandfather", "neighbour": "neighbor"},
        **{"dr": "doctor", "mr": "mister", "mrs": "missus", "folks": "parents"},
    },
    states=frozenset(
        (
            *("single", "married", "divorced", "engaged", "widowed", "separated", "retired"),
            *("unemployed", "employed", "vegetarian", "vegan", "pregnant"),
        )
    ),
    phrase_starts=frozenset(PHRASE_STARTS.split()),
    # Led by these as hot words, Whisper knows one of six spoken "uptime", not more, and repeats
    # itself with a cut window; joined afterwards they are known however it wrote them.
    compounds=(
        *("localhost", "uptime", "playbook", "hostname", "username", "webcam", "dockerd", "sshd"),
    ),
    # Whisper learned from films: it ends silence as they end.
    noise_words=frozenset(
        (
            *("you", "thank you", "thank you very much", "thank you so much", "thanks", "amen"),
            *("thanks for watching", "thank you for watching", "bye", "bye bye", "goodbye", "oh"),
            *("see you next time", "please subscribe", "subscribe", "the end", "music", "silence"),
            *("uh", "um", "mm", "mmm", "hm", "hmm", "mhm", "mm hmm", "huh", "ah", "applause"),
        )
    ),
    endings=("ies", "ied", "ing", "ed", "es", "ic", "s", "y", "e"),
    last_abbreviations=frozenset(
        ("St", "Ave", "Rd", "Blvd", "Inc", "Ltd", "Corp", "Co", "Bros", "Jr", "Sr", "etc", "approx")
    ),
    titles=frozenset(TITLES.split()),
    abbreviations=frozenset(ABBREVIATIONS.split()),
)
