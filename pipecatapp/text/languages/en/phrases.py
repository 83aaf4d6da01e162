"""What the twin says by itself."""

from pipecatapp.text.language import Phrases

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
    on_complaint=("I am sorry to hear that.", "That does not sound good. Can I help with it?"),
    on_plan=("That sounds like a plan.", "I hope that it goes well."),
    on_opinion=("I can see why.", "Fair enough, that makes sense to me."),
    on_oneself=("Thank you for telling me.", "Good to know, thank you."),
    on_remark=("I see.", "All right, I see what you mean."),
)
