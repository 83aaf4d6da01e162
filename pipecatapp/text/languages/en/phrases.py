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
    output_notice="All of it is on the page.",
    left_out="[... {characters} characters left out ...]",
    left_out_lines="[... {characters} characters in {lines} lines left out ...]",
    ended_with="It ended with exit code {code}.",
    printed_nothing="It printed nothing.",
    last_lines="The last lines are:",
    page_is="The page is now: {title}.",
)
