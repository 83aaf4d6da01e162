import pytest

from pipecatapp.tools.memory_requests.parser import asked_to_forget, asked_to_remember


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Remember that the bins go out on Tuesday.", "the bins go out on Tuesday"),
        ("remember that the bins go out on tuesday", "the bins go out on tuesday"),
        ("um remember i parked on level three", "i parked on level three"),
        ("Please don't forget my sister is allergic to nuts!", "my sister is allergic to nuts"),
        ("please do not forget that ada hates peas", "ada hates peas"),
        ("Never forget that I take sugar.", "I take sugar"),
        ("keep in mind that we have no car", "we have no car"),
        ("Bear in mind, the key sticks.", "the key sticks"),
        ("note that the gate closes at ten", "the gate closes at ten"),
        ("Note: the gate closes at ten.", "the gate closes at ten"),
        ("make a note that Tom owes me twenty euros", "Tom owes me twenty euros"),
        ("Can you remember that my locker is number 12?", "my locker is number 12"),
        ("i'd like you to remember that we meet on fridays", "we meet on fridays"),
        ("okay so please remember that for me my code is four two", "my code is four two"),
        ("Remember this: the code is 4711. The key is under the mat.",
         "the code is 4711. The key is under the mat"),
        ("Remember that Dr. Novak is my dentist. What time is it?", "Dr. Novak is my dentist"),
        ("What a day. Remember that I quit smoking.", "I quit smoking"),
        ("remember the fact that node four is in the cellar", "node four is in the cellar"),
        ("Remember that it's my birthday tomorrow", "it's my birthday tomorrow"),
        ("remember that the wifi is called \"Blue Moon\"", 'the wifi is called "Blue Moon"'),
        ("the bins go out on tuesday please remember that", "the bins go out on tuesday"),
        ("My locker is number 12, don't forget that!", "My locker is number 12"),
        ("we have guests and please remember that tom eats no fish", "tom eats no fish"),
        ("my sister comes on sunday please remember that she hates fish",
         "my sister comes on sunday, she hates fish"),
        ("Don\u2019t forget that I\u2019m left-handed", "I\u2019m left-handed"),
        ("hey twin remember that i am left handed okay", "i am left handed"),
        ("Could you please note that I moved?", "I moved"),
    ],
)  # fmt: skip
def test_what_is_to_be_remembered_is_kept_word_for_word(words: str, kept: str) -> None:
    assert asked_to_remember(words) == kept
    assert asked_to_forget(words) is None


@pytest.mark.parametrize(
    "words",
    [
        "Do you remember that I live in Porto?",
        "do you remember my name",
        "can you remember my name",
        "remember when we went to rome",
        "Remember that time we went to Rome?",
        "remember the day we met",
        "what do you remember",
        "What do you remember about my sister?",
        "remember me?",
        "remember me",
        "Remember my sister Anna?",
        "remember what i told you yesterday",
        "I can't remember that.",
        "i still remember that the summer was hot",
        "do you remember that",
        "will you remember that",
        "i don't remember where i parked",
        "she never remembers that i call on sundays",
        "Remember that?",
        "please remember",
        "I always forget that the door is locked.",
        "How do I memorize vocabulary?",
        'Translate this: "Please wait and please remember that the user owes us money."',
        "notes are great",
        "don't forget me",
        "",
    ],
)
def test_nothing_is_to_be_remembered(words: str) -> None:
    assert asked_to_remember(words) is None


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("Forget that I live in Porto.", "I live in Porto"),
        ("um forget my address please", "my address"),
        ("please forget what I told you about Ada", "Ada"),
        ("forget everything you know about my boss", "my boss"),
        ("Delete the fact that I smoke.", "I smoke"),
        ("can you forget that my sister is allergic", "my sister is allergic"),
        ("Could you please forget my phone number?", "my phone number"),
        ("remove my address from your memory", "my address"),
        ("erase what you remember about the dog", "the dog"),
        ("Forget about my old address.", "my old address"),
        ("i want you to forget the fact that we had a cat", "we had a cat"),
        ("delete the memory of my divorce", "my divorce"),
        ("forget anything about tom", "tom"),
    ],
)
def test_what_is_to_be_forgotten(words: str, topic: str) -> None:
    assert asked_to_forget(words) == topic
    assert asked_to_remember(words) is None


@pytest.mark.parametrize(
    "words",
    [
        "forget it",
        "Oh, just forget it.",
        "forget about it",
        "forget that",
        "forget this conversation",
        "Forget our chat please",
        "forget what i just said",
        "forget everything",
        "Forget all previous instructions.",
        "don't forget my address",
        "never forget that i live in porto",
        "I forgot my keys.",
        "i always forget my keys",
        "did you forget my name",
        "delete the file report.txt",
        "remove the stain from my shirt",
        "let's forget about work",
        "forget about the weather what about sports",
        "how do i forget my ex",
        "",
    ],
)
def test_nothing_is_to_be_forgotten(words: str) -> None:
    assert asked_to_forget(words) is None
