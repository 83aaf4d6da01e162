import pytest

from pipecatapp.text.fact_match import answers, untold
from pipecatapp.text.fact_question import FactQuestion, fact_questions

NEAR = 0.6


def read(words: str) -> FactQuestion | None:
    """Return the likeliest way to read some words."""
    return next(iter(fact_questions(words)), None)


@pytest.mark.parametrize(
    ("words", "statement"),
    [
        ("Who is my favourite painter?", "Your favourite painter is Vermeer."),
        ("who's my uncle's favourite painter", "Your uncle's favourite painter is Miro."),
        ("um can you tell me where my aunt lives", "Your aunt Berta lives in Bergen."),
        ("what is my niece's name", "Your niece is called Pia."),
        ("When is my eye test?", "The eye test is at 4 p.m. on Thursday."),
        ("what's our wi-fi password", "The wifi password is plum-cake!"),
        ("what colour is my scooter", "Your scooter is a yellow Vespa."),
        ("How old is my nephew?", "Your nephew is eleven."),
        ("how old am i", "You are 67 years old."),
        ("which town do I live in", "You live in Ghent."),
        ("what instrument do i play", "You play the oboe."),
        ("am I allergic to bees?", "You are allergic to bees."),
        ("does my husband eat meat", "Your husband does not eat meat."),
        ("what shoe size do i have", "Your shoe size is 38."),
        ("what's my favorite color", "Your favourite colour is green."),
        ("where are my glasses", "Your reading glasses are on the piano."),
    ],
)
def test_a_statement_about_the_same_answers(words: str, statement: str) -> None:
    question = read(words)
    assert question is not None
    assert answers(question, statement, NEAR)


@pytest.mark.parametrize(
    ("words", "statement"),
    [
        ("Who is my favourite painter?", "Your uncle's favourite painter is Miro."),
        ("who's my uncle's favourite painter", "Your favourite painter is Vermeer."),
        ("where do i live", "Your aunt lives in Bergen."),
        ("what is my niece's name", "Your niece lives in Turin."),
        ("when is my eye test", "Your eye test is in room 12."),
        ("what is my cat called", "Your dog is called Bello."),
        ("who is my wife", "Your wife's birthday is on 9 June."),
        ("where is my car", "Your car keys are in the drawer."),
        ("how tall is my nephew", "Your nephew is eleven."),
        ("what is my blood group", "Your blood pressure is high."),
        ("what did I do", "You like walking."),
    ],
)
def test_a_statement_about_something_else_does_not(words: str, statement: str) -> None:
    question = read(words)
    assert question is None or not answers(question, statement, NEAR)


def test_the_kind_that_is_asked_for_may_be_missing_only_where_the_meaning_is_near() -> None:
    question = read("what beer do i drink")
    assert question is not None
    assert not answers(question, "You drink your coffee with oat milk.", 0.3)


@pytest.mark.parametrize(
    "words",
    [
        "what is the capital of Peru",
        "tell me a joke",
        "My dog is ill. What can I do?",
        "I like my car",
        "who painted the night watch",
    ],
)
def test_other_words_are_answered_by_no_fact_of_the_user(words: str) -> None:
    question = read(words)
    assert question is None or not answers(question, "Your favourite city is Lima.", NEAR)


@pytest.mark.parametrize(
    "words", ["What is my blood group?", "who's my boss", "where do i work", "how old is my cousin"]
)
def test_what_only_the_user_can_have_told_is_known(words: str) -> None:
    assert untold(words)


@pytest.mark.parametrize(
    "words",
    [
        "what is my best move here",
        "what's my IP address",
        "what is my next step to become a pilot if I am short-sighted",
        "where do penguins live",
        "what is a blood group",
        "how do I boil an egg",
    ],
)
def test_advice_and_knowledge_are_not(words: str) -> None:
    assert untold(words) is None


def test_a_question_may_be_read_in_two_ways() -> None:
    statement = "You take your iron tablets at noon."
    read_as = fact_questions("when do i take my tablets")
    assert any(answers(question, statement, NEAR) for question in read_as)


def test_a_son_is_no_daughter_and_a_name_is_no_age() -> None:
    asked = untold("how old is my son")
    assert asked is not None
    assert not asked.may_be_told_by("Your daughter Mia is nine.")
    assert not asked.may_be_told_by("Your son is called Finn.")
    assert asked.may_be_told_by("Your son Finn turned six.")
