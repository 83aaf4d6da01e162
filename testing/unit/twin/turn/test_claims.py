import pytest

from pipecatapp.text.language import language
from pipecatapp.tools.execution.tool_definition import Tool, tools_of
from pipecatapp.tools.tool import Call, Toolset, tool
from pipecatapp.twin.history.messages import (
    AssistantMessage,
    ResultState,
    ToolCall,
    ToolResult,
    UserMessage,
)
from pipecatapp.twin.history.turn import ActiveTurn, Turn
from pipecatapp.twin.llm.chunks import Chunks
from pipecatapp.twin.turn.abilities import what_it_can
from pipecatapp.twin.turn.answer_stream import AnswerStream, streamed
from pipecatapp.twin.turn.checked_answer import AnswerCheck, CheckedAnswer, Clause, Correction
from pipecatapp.twin.turn.claims import ClaimsCheck, PresentCheck, asks_of_undone
from pipecatapp.voice.clauses import ClauseAggregator
from testing.unit.tools.fake_resources import FakeResources
from testing.unit.twin.turn.test_checked_answer import token


class Egg(Toolset):
    """Boils eggs, and rings for them."""

    namespace = "timer"

    @tool(
        examples=("boil an egg", "set a timer", "egg timer", "start a timer", "count down"),
        read_only=True,
    )
    async def set(self, call: Call) -> str:
        """Sets a timer."""
        return "Set."


class Shutter(Toolset):
    """A household's own tool."""

    namespace = "shutters"

    @tool(
        examples=("close the shutters", "roll down the blinds", "shutters up", "open all", "down")
    )
    async def move(self, call: Call) -> str:
        """Moves the shutters."""
        return "Moved."


class Look(Toolset):
    """Tells something, and does nothing."""

    namespace = "look"

    @tool(examples=("look", "see", "what is it", "check", "tell"), read_only=True)
    async def out(self, call: Call) -> str:
        """Looks out."""
        return "A tree."


TOOLS: dict[str, Tool] = {
    each.name: each
    for toolset in (Egg(FakeResources()), Shutter(FakeResources()), Look(FakeResources()))
    for each in tools_of(toolset)
}
CLAIMS = ClaimsCheck(TOOLS.get, lambda: list(TOOLS))
PRESENT = PresentCheck(lambda: list(TOOLS))


def turn_of(*words: str | tuple[str, str] | tuple[str, str, ResultState]) -> ActiveTurn:
    """Return the last of some turns; a tool that was called stands beside the words."""
    turns = []
    for each in words:
        said, name, state = (
            (each, "", ResultState.DONE) if isinstance(each, str) else (*each, ResultState.DONE)[:3]
        )
        turn = Turn(UserMessage(said))
        if name:
            turn.steps += [ToolCall("1", name), ToolResult("1", name, "x", state)]
        turns.append(turn)
    for earlier in turns[:-1]:
        earlier.answers.append(AssistantMessage("Well."))
    return ActiveTurn(turns[:-1], turns[-1])


def is_corrected(answer: str, turn: ActiveTurn, before: str = "") -> bool:
    return CLAIMS.correction(Clause(answer, before), turn) is not None


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        # perfect, past, future, progressive
        ("Switch the fan off.", "I've switched off the fan."),
        ("Switch the fan off.", "I have now switched the fan off,"),
        ("dim the lamp", "I just dimmed the lamp for you."),
        ("Mail Kim that I am late.", "I will send Kim an e-mail right away."),
        ("wake me at six", "Sure, I will wake you at 6."),
        ("wake me at six", "I\u2019ll wake you up at six."),
        ("Book a table.", "I'm booking a table for you now."),
        ("Book a table.", "I am going to book a table at Mario's."),
        ("I like tea.", "I'll remember that."),
        ("I like tea.", "I will keep that in mind."),
        ("My scarf is upstairs.", "I will go and fetch it for you."),
        ("I like tea.", "Let me check the weather for you."),
        ("remind me to water the plants", "I'll remind you."),
        ("hello", "I have sent your message."),
        ("Write a mail to Kim and send it.", "I've sent it."),
        ("Write a mail to Kim that I am late.", "Email sent."),
        # passive, elliptic
        ("lock the gate", "The gate is now locked."),
        ("lock the gate", "Your gate has been locked."),
        ("Send the recipe to Ada.", "The recipe has been sent to Ada."),
        ("Send the recipe to Ada.", "Okay, your apple pie recipe has already been posted."),
        ("put the kettle on", "The kettle in the kitchen is on."),
        ("set a timer for nine minutes", "Timer set for nine minutes."),
        ("send a mail to Jo", "Email sent."),
        ("play some blues", "Playing some blues."),
        ("play some blues", "Now playing blues on the radio."),
        ("turn the telly off", "Done!"),
        ("turn the telly off", "It's done."),
        ("turn the telly off", "Okay,"),
        ("turn the telly off", "Sure!"),
        ("Order a taxi.", "Your taxi is on its way."),
        ("add rice to the shopping list", "Okay, adding rice."),
        ("add rice to the shopping list", "I added rice to your shopping list."),
        ("lights off please", "Lights off."),
        ("Play my audio book.", "I will read your audio book."),
        ("mow the lawn and water the roses", "I will get right to the lawn."),
        ("Tell my sister that I am late.", "I have told your sister."),
        ("is the oven off", "No, the oven is not off."),
        ("Are the shutters closed?", "They aren't closed yet."),
        # other languages
        ("Mach das Licht aus.", "Ich habe das Licht ausgeschaltet."),
        ("Mach das Licht aus.", "Das Licht ist jetzt aus."),
        ("Mach das Licht aus.", "Erledigt."),
        ("Weck mich um sieben.", "Ich werde dich um sieben Uhr wecken."),
        ("Stell die Heizung auf 20 Grad.", "Ich stelle die Heizung auf 20 Grad."),
        ("Ferme les volets.", "J'ai ferm\u00e9 les volets."),
        ("Envoie un message.", "Je vais envoyer le message."),
        ("Apaga la luz.", "He apagado la luz."),
        ("Apaga la luz.", "La luz est\u00e1 apagada."),
        ("Pon m\u00fasica.", "Voy a poner m\u00fasica."),
    ],
)
def test_a_claim_without_a_deed_is_corrected(said: str, answer: str) -> None:
    assert is_corrected(answer, turn_of(said))


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("tell me a joke", "Sure! I'll tell you a joke."),
        ("explain tides", "I will explain it step by step."),
        ("Have you heard of Bach?", "Yes, I have heard of Bach."),
        ("Have you heard of Bach?", "I have heard of him,"),
        ("help me write to my aunt", "I can help you write a letter."),
        ("Write a mail to my boss.", "I have called the doctor, and I will send you the note."),
        ("Tell me a story about a guard.", "I locked the gate and turned off the lights."),
        ("Translate 'the door is locked'.", "The door is locked."),
        ("What did he say?", 'He said "I have sent the letter".'),
        ("turn the lamp off", "I'm sorry, I can't turn off the lamp."),
        ("turn the lamp off", "I have not turned off the lamp."),
        ("turn the lamp off", "If I could, I would have turned off the lamp."),
        ("How does a door lock work?", "When the door is locked,"),
        ("How does an oven work?", "The oven is heated by a coil."),
        ("I switched off the stove.", "That is good to hear,"),
        ("My lights are too bright.", "You could have dimmed lamps."),
        ("How do I boil an egg?", "Put it into boiling water for nine minutes."),
        ("What is two plus two?", "I add two and two and get four."),
        ("What does a butler do?", "A butler opens doors and serves."),
        ("How are you?", "I am doing well and ready to help."),
        ("Wie geht es dir?", "Ich bin gut gelaunt."),
        ("Ich bin umgezogen.", "Ich stelle mir das anstrengend vor,"),
        ("speak slower please", "I will do that."),
        ("is seven prime", "Let me check the factors."),
        ("Mach das Licht aus.", "Ich kann das Licht leider nicht ausschalten."),
        ("Write code that sends mail", "`I have sent the mail`"),
        ("Do you like tea?", "Yes,"),
        ("thanks", "Okay."),
        ("turn the lamp off", "Which lamp do you mean?"),
        ("turn the lamp off", "I will explain how a dimmer works."),
        ("Is the earth flat?", "No, it is not flat."),
        ("Is it done?", "I do not know whether it is done."),
        ("Is the shop on the left?", "It is not on the left."),
        ("I moved to Kiel.", "I remember that Kiel is by the sea."),
        ("What is a thermostat?", "It is set to a temperature and keeps it."),
    ],
)
def test_plain_talk_stays_free(said: str, answer: str) -> None:
    assert not is_corrected(answer, turn_of(said))


def test_a_text_may_go_on_and_an_expert_writes_what_it_likes() -> None:
    story = "I locked the door and turned off the lights."
    assert not is_corrected(story, turn_of("tell me a story", "and then"))
    assert is_corrected("Yes, I have.", turn_of("lock the door", "tell me a joke", "Have you?"))
    coding = turn_of("make me something that stores names")
    assert is_corrected("I have stored the list.", coding)
    coding.answered_by("coding")
    assert not is_corrected("I have stored the list.", coding)


def test_a_tool_of_that_kind_backs_a_claim() -> None:
    assert not is_corrected("I've set a timer.", turn_of(("set a timer", "timer.set")))
    assert not is_corrected("Done!", turn_of(("set a timer", "timer.set")))
    assert not is_corrected("The shutters are down.", turn_of(("shutters", "shutters.move")))
    assert not is_corrected("I've closed them.", turn_of(("close the shutters", "shutters.move")))


@pytest.mark.parametrize("state", [ResultState.FAILED, ResultState.RUNNING])
def test_a_call_that_failed_or_runs_backs_none(state: ResultState) -> None:
    assert is_corrected("I've set a timer.", turn_of(("set a timer", "timer.set", state)))


def test_a_tool_of_another_kind_backs_none() -> None:
    assert is_corrected("I've locked the door.", turn_of(("lock the door", "timer.set")))
    assert is_corrected("I've set a timer.", turn_of(("set a timer", "shutters.move")))
    assert is_corrected("I've sent it.", turn_of(("send it to Kim", "look.out")))


def test_have_you_is_answered_by_the_turn_that_asked() -> None:
    did = turn_of(("Close the shutters.", "shutters.move"), "Have you?")
    assert not is_corrected("Yes, I have.", did)
    assert not is_corrected("I have closed the shutters.", did)
    failed = turn_of(("Close the shutters.", "shutters.move", ResultState.FAILED), "Have you?")
    assert is_corrected("Yes, I have.", failed)
    other = turn_of(("Close the shutters.", "shutters.move"), "Lock the door.", "Did you do it?")
    assert is_corrected("Yes, I did.", other)
    assert is_corrected("Yes,", other)
    assert is_corrected("I have locked the door.", other)
    insisted = turn_of("Turn the radio on.", "Just do it.")
    assert is_corrected("Okay.", insisted)


@pytest.mark.parametrize(
    "words",
    ["Have you?", "so is it on now", "When will it be here?", "did it work", "was it sent?"],
)
def test_how_a_deed_went_that_was_never_begun_is_no_matter_for_the_model(words: str) -> None:
    assert asks_of_undone(turn_of("Order a taxi to the station.", words))
    assert asks_of_undone(turn_of("Order a taxi to the station.", "thanks", words))
    assert not asks_of_undone(turn_of(("Order a taxi.", "taxi.order"), words))
    assert not asks_of_undone(turn_of(("Order a taxi.", "taxi.order", ResultState.RUNNING), words))
    assert not asks_of_undone(turn_of("Tell me a joke.", words))
    assert not asks_of_undone(turn_of("Write a poem about a taxi order.", words))


def test_a_deed_that_was_done_late_is_not_denied() -> None:
    late = Turn(ToolResult("1", "shutters.move", "moved"))
    asked = Turn(UserMessage("Close the shutters."))
    asked.steps += [
        ToolCall("1", "shutters.move"),
        ToolResult("1", "shutters.move", "", ResultState.AWAITS_APPROVAL),
    ]
    assert not asks_of_undone(ActiveTurn([asked, late], Turn(UserMessage("Have you?"))))


@pytest.mark.parametrize(
    "words", ["Is it raining?", "have you heard of Bach", "how long is it to Kiel", "do they bite"]
)
def test_other_questions_after_it_are(words: str) -> None:
    assert not asks_of_undone(turn_of("Order a taxi to the station.", words))


def test_a_timer_is_told_of_in_later_turns() -> None:
    later = turn_of(("set a timer", "timer.set"), "hello", "what about my timer")
    assert not is_corrected("I have set your timer.", later)


def text_of(correction: Correction | None) -> str:
    assert correction is not None
    assert correction.ends
    return correction.text


def test_the_correction_says_what_was_not_done_and_what_can_be() -> None:
    phrases = language().phrases
    locked = text_of(CLAIMS.correction(Clause("I've locked the door."), turn_of("lock the door")))
    assert locked.startswith("I have not done that")
    assert phrases.abilities["timer"] in locked
    assert what_it_can([]) == "I can talk with you about most things."
    assert what_it_can(["list.add"]) == "I can keep lists and talk with you about most things."
    timer = text_of(CLAIMS.correction(Clause("I've set a timer."), turn_of("a timer")))
    assert timer == phrases.not_done_yet.format(example="boil an egg")
    kept = text_of(CLAIMS.correction(Clause("I'll remember that."), turn_of("I like tea")))
    assert kept == phrases.not_kept


def test_only_what_may_become_a_claim_is_waited_for() -> None:
    plain, deed = turn_of("why is the sky blue"), turn_of("turn the lamp on")
    for begun in ("I", "I'v", "I will", "The kitchen light", "J'ai"):
        assert CLAIMS.waits(Clause(begun), plain), begun
    for begun in ("The sky", "It", "Because", "I like", "Well, the"):
        assert not CLAIMS.waits(Clause(begun), plain), begun
    assert CLAIMS.waits(Clause("The sky"), deed)
    assert not CLAIMS.waits(Clause("I"), turn_of("tell me a story"))


def present(answer: str, turn: ActiveTurn, before: str = "") -> bool:
    return PRESENT.correction(Clause(answer, before), turn) is not None


@pytest.mark.parametrize(
    "said",
    [
        "Is it snowing in Oslo?",
        "will it be windy on Sunday",
        "What's the weather like today?",
        "how cold is it outside",
        "What are today's headlines?",
        "what does a litre of milk cost right now",
        "Who won the match last night?",
        "is the tram late",
        "Regnet es gerade in Bonn?",
    ],
)
def test_a_guess_at_the_present_is_corrected(said: str) -> None:
    turn = turn_of(said)
    assert PRESENT.waits(Clause("It"), turn)
    assert present("It is not snowing there.", turn)
    assert not present("I do not have access to that.", turn)
    honest = "I do not know that. "
    assert present("It is sunny.", turn, honest)
    assert not present("Look at a website.", turn, honest)


@pytest.mark.parametrize(
    "said",
    [
        "Why does it snow?",
        "Who won the World Cup in 1974?",
        "What is a weather front?",
        "how do clouds form",
        "What is bitcoin?",
        "Tell me a story about the weather today.",
        "How hot is the sun?",
        "How long is the night today?",
    ],
)
def test_what_can_be_known_is_left_alone(said: str) -> None:
    turn = turn_of(said)
    assert not PRESENT.waits(Clause("It"), turn)
    assert not present("It is fine.", turn)


def test_a_tool_that_looked_may_tell_of_the_present() -> None:
    assert not present("It is sunny.", turn_of(("Is it raining?", "look.out")))
    assert present("It is sunny.", turn_of(("Is it raining?", "look.out", ResultState.FAILED)))


async def spoken_at(tokens: list[str], *checks: AnswerCheck) -> list[tuple[int, str]]:
    """Return the pieces that are spoken, each with how many tokens had come when it was cut."""
    read = 0
    pieces: list[tuple[int, str]] = []
    clauses = ClauseAggregator()

    async def chunks() -> Chunks:
        nonlocal read
        for text in tokens:
            read += 1
            yield token(text)

    async def write(answer: AnswerStream) -> None:
        checked = CheckedAnswer(answer, turn_of("tell me about bees"), checks)
        await checked.take(chunks())
        await checked.end()

    async for chunk in streamed(write):
        async for piece in clauses.aggregate(chunk.choices[0].delta.content or ""):
            pieces.append((read, piece.text))
    return pieces


@pytest.mark.parametrize(
    "answer",
    [
        "Bees live in hives, and each of them has a queen. She lays eggs. All others work.",
        "They are insects. The hive in the garden is theirs. It holds honey for the winter.",
        "Well, bees of the wild nest in the ground or in hollow stems and collect pollen. Yes.",
    ],
)
async def test_plain_talk_is_spoken_as_early_as_without_checks(answer: str) -> None:
    tokens = [word if i == 0 else f" {word}" for i, word in enumerate(answer.split())]
    assert await spoken_at(tokens, CLAIMS, PRESENT) == await spoken_at(tokens)
