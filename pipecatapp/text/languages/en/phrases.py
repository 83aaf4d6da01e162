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
    abilities={
        "timer": "set timers",
        "reminder": "remind you",
        "list": "keep lists",
        "alarm": "set alarms",
        "memory": "remember what you tell me to",
        "calculator": "calculate",
        "web_browser": "read web pages",
        "ssh": "run commands on your machines",
    },
    can_talk="talk with you about most things",
    can_also="{abilities} and {last}",
    can="I can {abilities}.",
    not_done="I have not done that, as I have no way to. {can}",
    not_done_yet='I have not done that yet. Please say it in one sentence, such as "{example}".',
    not_kept='I do not promise to keep that. Begin with "remember that", and I will.',
    not_known="I cannot know that, because I see nothing of what goes on right now. {can}",
    unable={
        "": "I cannot do that, as I have no way to. {can}",
        "lights": "I cannot switch lights or lamps, as none are connected to me. {can}",
        "heating": "I cannot change the heating or the air, as neither is connected to me. {can}",
        "appliances": "I cannot operate appliances, as none are connected to me. {can}",
        "doors": "I cannot lock, open or close anything, as nothing is connected to me. {can}",
        "media": "I cannot play music or films, as no player is connected to me. {can}",
        "calls": "I cannot make calls, as I have no telephone; call yourself. {can}",
        "messages": "I cannot send or read messages, but I can help you word one. {can}",
        "orders": "I cannot order, buy or pay for anything. {can}",
        "bookings": "I cannot book, reserve or cancel anything. {can}",
        "weather": "I cannot know the weather, as I have no forecast. {can}",
        "news": "I cannot know the news, as I learn of nothing new. {can}",
        "prices": "I cannot know prices and rates of today. {can}",
        "traffic": "I cannot know what traffic, buses, trains and planes are doing now. {can}",
        "scores": "I cannot know recent results, as I learn of nothing new. {can}",
        "whereabouts": "I cannot know where people and things are or what they do now. {can}",
    },
    no_words="Sorry, I found no words for that. Please ask me in another way.",
    output_notice="More of it is on the page.",
    left_out="[... {characters} characters left out ...]",
    left_out_lines="[... {characters} characters in {lines} lines left out ...]",
    ended_with="It ended with exit code {code}.",
    printed_nothing="It printed nothing.",
    last_lines="The last lines are:",
    page_is="The page is now: {title}.",
    remembered='I will remember: "{text}"{instead}.',
    instead_of=", instead of {values}",
    and_=" and ",
    kept_at_the_end="I kept {sign} at its end: if that is no part of it, tell me again without it.",
    left_out_at_the_end=(
        "I left out {sign} at its end: if that is part of it, tell me again in quotation marks."
    ),
    signs={".": "the full stop", "!": "the exclamation mark", "?": "the question mark"},
    you_said='On {date} you told me: "{words}"',
    not_told="I do not know that: you have not told me yet.",
    on_complaint=("I am sorry to hear that.", "That does not sound good. Can I help with it?"),
    on_plan=("That sounds like a plan.", "I hope that it goes well."),
    on_opinion=("I can see why.", "Fair enough, that makes sense to me."),
    on_oneself=("Thank you for telling me.", "Good to know, thank you."),
    on_remark=("I see.", "All right, I see what you mean."),
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
    kept_count=(
        "I keep nothing for good yet.",
        "I keep one thing for good.",
        "I keep {count} things for good.",
        "I keep {count} things for good. These are the newest.",
    ),
    nothing_kept="I keep nothing for good, as long-term memory is off.",
    turns=(
        "Nothing was said in this conversation before.",
        "Of this conversation I know the one thing that you said to me.",
        "Of this conversation I know the last {count} things that you said to me.",
    ),
)
