"""How people tell something without asking for anything, and how they hand back what was said."""

import re

from pipecatapp.text.languages.en.requests import POLITE, START
from pipecatapp.text.statement_rules import Remarks

REACTION = (
    r"(?:wow|phew|ha(?:ha)*|ah+|oh|ooh|great|good|nice|lovely|cool|brilliant|fair enough"
    r"|no (?:need|worries)|thanks|thank you|too bad|what a \w+|of course"
    r"|how (?:nice|sad|lovely|awful|sweet|funny|odd|strange)"
    r"|right|exactly|true|interesting|amazing|really|honestly|sadly|luckily|unfortunately"
    r"|actually|maybe|perhaps|then|at least|yesterday|today|last (?:night|week|month|year))"
)
LEAD_IN = re.compile(rf"{START}(?:{REACTION}(?:[\s,.!:-]+|$))*", re.IGNORECASE)
QUESTION_WORD = (
    r"(?:what|when|where|who|whose|whom|how|why|which|whether|if|do|does|did|can|could|will|would"
    r"|should|shall|may|might|is|are|was|were|am|have|has|had|let|and|or|to)"
)
VERB = (
    r"(?:is|are|was|were|has|have|had|isn'?t|aren'?t|wasn'?t|weren'?t|hasn'?t|haven'?t|hadn'?t"
    r"|should|must|may|might|will|won'?t|would|can|can'?t|cannot|could|couldn'?t|did|didn'?t|does|doesn'?t|do|don'?t"
    r"|looks?|sounds?|seems?|feels?|tastes?|smells?|likes?|loves?|hates?|says?|said|thinks?|thought"
    r"|works?|goes|went|comes|came|makes?|made|takes?|took|gets?|got|keeps?|kept|knows?|knew"
    r"|needs?|wants?|sits?|sat|lives?|starts?|ends?|begins?|began|falls?|fell|reads?|eats?|ate"
    r"|drives?|drove|plays?|sleeps?|slept|hurts?|aches?|swears?|tells?|told|finds?|found|broke"
    r"|breaks?|lost|loses?|won|wins?|bought|sold|left|brought|gave|gives?|ran|runs?|\w{2,}ed)"
)
PRONOUN = (
    r"(?:i|i'?m|i'?ve|i'?d|i'?ll|we|we'?(?:re|ve|d|ll)|he|he'?s|she|she'?s|they|they'?(?:re|ve|ll)"
    r"|it|it'?s|that'?s|that'?ll|there'?s|there|nobody|somebody|everybody|everyone|nothing)"
)
NOUN = r"(?:my|our|his|her|their|your|its|the|a|an|this|that|these|those|some|most|many|one|two)"
# The verb follows its subject soon: "the second one sounds best", but not "the second one please".
TOLD = re.compile(
    rf"(?:{PRONOUN}\s+\S+|{NOUN}\s+(?:\S+\s+){{0,6}}?{VERB}\b"
    rf"|(?!{QUESTION_WORD}\b)[^\W\d_]\S*\s+(?:\S+\s+){{0,2}}?"
    r"(?:is|are|was|were|has|had|says|said|thinks|swears|likes|loves|hates|sounds|looks)\b)",
    re.IGNORECASE,
)
ASKS = re.compile(
    r"\?|\b(?:whether|tell me|tell us|let me know|show me|give me|can you|could you|would you"
    r"|will you|do you|did you|are you|have you|were you|please|should (?:i|we)|shall (?:i|we)"
    r"|can (?:i|we)|could (?:i|we)|may i|what (?!a\b)|which|why|how (?:do|does|did|is|are|much"
    r"|many|long|far|old|often|to|about|can|could|should)|(?:i|we) (?:want|need|wish)"
    r"|(?:i|we)(?: would|'d) like|i'?d like|looking for|help me|recommend|suggest|remind me"
    r"|any (?:ideas?|tips?|advice|suggestions?)|wonder\w*|i meant?|i said|i asked|instead"
    r"|(?:it|that|this|they|these|those|he|she|(?:the|a|an) [\w ]{1,30}?) "
    r"(?:should|must|needs? to|has to|have to|ought))\b",
    re.IGNORECASE,
)
QUOTED = (
    r"(?:repeat|say|spell|recite|sing|quote|pronounce|translate|correct|proofread|rephrase"
    r"|rewrite|reword|shorten|dictate|type|write|echo|complete|finish|continue|read)"
)
QUOTING = re.compile(
    rf"{START}{POLITE}{QUOTED}\b"
    r"|\b(?:repeat (?:after|what|that|this|it|the)|read (?:\w+ ){1,4}?back|say (?:after|it back)"
    r"|after me|word for word|back to me|translat\w+|spell(?:ed|ing)?|in your own words"
    r"|how (?:do|would|should|can) (?:you|i|we|one) (?:say|spell|write|pronounce|put))\b",
    re.IGNORECASE,
)
COURTESY = re.compile(
    rf"{START}(?:good (?:morning|day|afternoon|evening|night)|hello|hi|hey|welcome|nice to (?:meet"
    r"|see|hear)|happy |merry |see you|bye|goodbye|take care|sleep well|cheers|congratulations"
    r"|same to|thank|thanks|likewise|you'?re welcome|have a |enjoy )",
    re.IGNORECASE,
)
# What stands around words that are handed back: "So you said that ... , I understand."
AROUND = """
so well okay ok oh ah yes yeah right indeed really very quite also too then just now still even
again absolutely definitely certainly said saying say told telling mean means meant hear heard see
understand understood sounds seems think know noticed feel that great sure there have got
"""
COMPLAINT = re.compile(
    r"\b(?:hat(?:e|es|ed)|annoy\w*|hurts?|aches?|aching|sore|sick|ill|a cold|flu|tired|exhausted"
    r"|sad|lonely|upset|angry|terrible|awful|horrible|broke|broken|burnt|burned|lost|stolen|ruined"
    r"|cancell?ed|driv(?:es?|ing) me (?:crazy|mad|up)|nightmare|stress\w*|can(?:'?t|not) (?:stand"
    r"|sleep)|worst|worried|nervous|unfortunately|missed|failed|died|dead|crashed|dread"
    r"|(?:far |much |way )?too (?:loud|slow|expensive|hot|cold|late|dark|small|big|long|much))\b",
    re.IGNORECASE,
)
PLAN = re.compile(
    r"\b(?:going to|will|i'?ll|we'?ll|tomorrow|tonight|next (?:week|month|year|weekend|spring"
    r"|summer|autumn|winter|\w+day)|this (?:weekend|evening|afternoon)"
    r"|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|in (?:january|february|march|april|may|june"
    r"|july|august|september|october|november|december)|plan(?:s|ning)?|looking forward|soon)\b",
    re.IGNORECASE,
)
OPINION = re.compile(
    r"\b(?:i (?:really |quite |do )?(?:like|love|prefer|think|guess|find|believe|enjoy|don'?t)"
    r"|(?:i|we)(?:'d| would) (?:rather|prefer)|best|better|favou?rite|nicer?|beautiful|lovely|ugly"
    r"|boring|interesting|delicious|rather|sounds?|looks?|seems?|overrated|great|good|bad)\b",
    re.IGNORECASE,
)

REMARKS = Remarks(
    lead_in=LEAD_IN,
    told=TOLD,
    asks=ASKS,
    quoting=QUOTING,
    courtesy=COURTESY,
    # "It" alone proves nothing: "is it raining" is about no poem. What is to be changed is known.
    reference=re.compile(
        rf"{START}{POLITE}(?:add|change|include|remove|replace|rename|shorten|extend|insert)\b"
        r"|\b(?:do|make|change|explain|continue|finish|write|read|tell|turn|put|add|fix|use|end|of"
        r"|in|about|to|with|for|from|like|run) (?:it|that|this|them|those)\b"
        r"|\b(?:does|did|could|can|will|would|should) it\b"
        r"|\bthe (?:ending|beginning|title|rest|(?:first|second|third|last|next) (?:part|line|verse"
        r"|sentence|word|step))\b|\bthe (?P<noun>\w+)",
        re.IGNORECASE,
    ),
    dependent=re.compile(
        r"^(?:if|since|because|when|as|although|though|while|after|before|once|unless)\b.*,$",
        re.IGNORECASE,
    ),
    around=frozenset(AROUND.split()),
    own_names=("the twin", "the assistant", "the voice assistant"),
    refusal=re.compile(
        r"\b(?:can't|cannot|can not|won't be able to|(?:am|'m) (?:unable|not able) to)"
        r" (?:\w+ )?(?:assist|help|fulfil|comply|do that|provide)\b",
        re.IGNORECASE,
    ),
    apology=re.compile(
        r"(?:i'm (?:so |very )?sorry|i am sorry|i apologi[sz]e|sorry|unfortunately|i'm afraid)\W*",
        re.IGNORECASE,
    ),
    turned={
        **dict.fromkeys(("i", "you", "me", "we", "us", "myself", "yourself"), "i"),
        **dict.fromkeys(("my", "your", "our", "mine", "yours", "ours"), "my"),
        **dict.fromkeys(("am", "are", "is", "be"), "be"),
        **{"were": "was", "has": "have", "does": "do", "cannot": "can not", "can't": "can not"},
        **{"won't": "will not", "shan't": "shall not"},
    },
    contracted=(
        (re.compile(r"n'?t\b"), " not"),
        (re.compile(r"'m\b|\b(?<=i)m\b"), " am"),
        (re.compile(r"'re\b"), " are"),
        (re.compile(r"'ve\b"), " have"),
        (re.compile(r"'ll\b"), " will"),
        (re.compile(r"'d\b"), " would"),
        (re.compile(r"\b(it|that|there|he|she|what|who)'s\b"), r"\1 is"),
        (re.compile(r"'s?\b"), ""),
    ),
    complaint=COMPLAINT,
    plan=PLAN,
    opinion=OPINION,
)
