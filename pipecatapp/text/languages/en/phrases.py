"""What the twin says by itself."""

from pipecatapp.text.language import Phrases
from pipecatapp.text.log_rules import LogPhrases

PHRASES = Phrases(
    unavailable=(
        "I cannot think right now: my language model is not running. "
        "It is being started again, please ask me once more in a moment."
    ),
    broken_off="Sorry, my language model stopped in the middle of that. Please ask me again.",
    thinking="One moment.",
    code_notice="The code is on the page.",
    asks="I need your yes to {purpose}. I am waiting for it on your screen.",
    unasked=(
        "I may {purpose} only with a person's yes, and nobody can be asked here: "
        "ask me on the page of Mission Control."
    ),
    denied="All right, I did not {purpose}.",
    expired="Nobody said yes in time, so I did not {purpose}.",
    withdrawn="I was no longer waiting for a yes, so I did not {purpose}.",
    stopped="All right, I have stopped that.",
    takes_long="This takes a while. I will tell you when it is done.",
    ended="By the way, I am done: I was to {purpose}.",
    expert_wakes="One moment, the {name} expert has to wake up.",
    expert_replaced="One moment, I am asking another {name} expert.",
    expert_away="The {name} expert does not answer, so I do it myself.",
    expert_broke_off=(
        "Sorry, the {name} expert stopped in the middle of that. Please ask me again."
    ),
    too_long="That is more than I can take in at once. Please make it shorter.",
)

LOG_PHRASES = LogPhrases(
    asked='You asked: "{quote}"',
    said='You said: "{quote}"',
    answered='I said: "{quote}"',
    twin_said='I said: "{quote}"',
    summary="These are the main points of the {count} things that you said to me, in order.",
    begins="I no longer have the very beginning.",
    nth='The {place} {by} was: "{quote}"',
    by={
        ("user", True): "you asked me",
        ("user", False): "you said to me",
        ("assistant", True): "I asked you",
        ("assistant", False): "I said to you",
    },
    places={
        **{0: "first thing", 1: "second thing", 2: "third thing", 3: "fourth thing"},
        **{4: "fifth thing", -1: "last thing", -2: "last thing but one"},
    },
    place="thing number {number}",
    today=" today",
    at="That was at {time}.",
    yes="Yes.",
    no='No, nobody has spoken of "{topic}" in this conversation.',
    nothing_of='I find nothing about "{topic}" in this conversation.',
    nothing_chosen="I find no choice of that kind in this conversation.",
    nothing="Nothing has been said yet in this conversation.",
    nothing_today="Nothing else has been said today.",
    too_few="There is no such thing yet.",
    before_that='Before that I had said: "{quote}"',
    counts={
        True: (
            "You have asked me one question so far.",
            "You have asked me {count} questions so far.",
        ),
        False: ("You have said one thing to me so far.", "You have said {count} things to me."),
    },
    counts_of=(
        'You have spoken of "{topic}" once in this conversation.',
        'You have spoken of "{topic}" {count} times in this conversation.',
    ),
    kept="What I keep for you is: {facts}",
)
