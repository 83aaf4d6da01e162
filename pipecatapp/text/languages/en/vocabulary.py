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

VOCABULARY = Vocabulary(
    stop_words=frozenset(STOP_WORDS.split()),
    statement_words=frozenset({"called", "likes", "live", "lives", "name", "named", "user"}),
    function_words=frozenset(FUNCTION_WORDS.split()),
    frame_words=frozenset(FRAME_WORDS.split()),
    negligible=frozenset(
        {"a", "an", "the", "now", "currently", "really", "very", "also", "is", "are"}
    ),
    articles=frozenset({"a", "an"}),
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
    stop_requests=frozenset(
        (
            *("stop", "stop it", "stop please", "please stop", "stop talking", "be quiet", "quiet"),
            *("shush", "shut up", "silence", "enough", "that's enough", "cancel", "never mind"),
            *("nevermind", "okay stop", "ok stop", "no stop", "stop stop", "stop stop stop"),
            # What Whisper makes of one "Stop!" in four; alone, "start" is no request that could be
            # answered.
            "start",
        )
    ),
    phrase_starts=frozenset(PHRASE_STARTS.split()),
    # Led by these as hot words, Whisper knows one of six spoken "uptime", not more, and repeats
    # itself with a cut window; joined afterwards they are known however it wrote them.
    compounds=(
        *("localhost", "uptime", "playbook", "hostname", "username", "webcam", "dockerd", "sshd"),
    ),
    endings=("ies", "ied", "ing", "ed", "es", "ic", "s", "y", "e"),
)
