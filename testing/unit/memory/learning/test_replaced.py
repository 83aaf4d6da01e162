"""Which older facts a fact replaces that somebody asked to be remembered, without any model."""

import unicodedata

import pytest

from pipecatapp.memory.learning.replaced import replaced_facts
from pipecatapp.memory.storage.fact import Fact, NewFact, Source

# An older fact, a newer one, and the value that is said to be replaced.
REPLACED = [
    ("the gate code is 5512", "the gate code is 9034", "5512"),
    ("the gate code is 5512.", "the gate code is now 9034", "5512"),
    ("the gate code is five five one two", "the gate code is five five nine two",
     "five five one two"),
    ("The gate code is 5512", "the new gate code is 9034", "5512"),
    ("the gate code is 5512", "the gate code has changed to 9034", "5512"),
    ("the gate code is 5512", "we changed the gate code to 9034", "5512"),
    ("the gate code is 5512", "our gate code is 9034", "5512"),
    ("gate code: 5512", "the gate code is 9034", "5512"),
    ("the code of the gate is 5512", "the gate code is 9034", "5512"),
    ("the shed's combination is 12-7-33", "the shed's combination is 4-7-33", "12-7-33"),
    ("the Wi-Fi password is Maple7!", "the wifi password is Oak9!", "Maple7!"),
    ("my wifi password is Maple7", "our Wi-Fi password is maple7", "Maple7"),
    ("the password for the router is Maple7", "the router's password is Oak9", "Maple7"),
    ("the wifi password is blue moon", "the wifi password is blue sky", "blue moon"),
    ("the safe word is orchid", "the safe word is thistle", "orchid"),
    ("my address is 4 Mill Lane, Ely", "my address is 18 Mill Lane, Ely", "4 Mill Lane, Ely"),
    ("my phone number is 0171 55 20", "my new phone number is 0171 55 99", "0171 55 20"),
    ("my phone number is +49 30 55", "my phone number is +49 30 66", "+49 30 55"),
    ("my favourite colour is green", "my favorite color is dark blue", "green"),
    ("my favourite singer is Nina Simone", "my favourite singer is Nina Hagen", "Nina Simone"),
    ("my favourite singer is Nina Simone", "my favourite singer is now Joan Baez",
     "Nina Simone"),
    ("my favourite dish is lentil soup", "my favourite dish is mushroom risotto",
     "lentil soup"),
    ("my birthday is on 4 May", "my birthday is 5 May", "4 May"),
    ("my wife's birthday is 4 May", "the birthday of my wife is 14 May", "4 May"),
    ("the bins go out on Tuesday", "the bins go out on Thursday", "Tuesday"),
    ("the bins go out on Tuesday", "the bins now go out on Thursday", "Tuesday"),
    ("the recycling is collected on Monday", "the recycling is collected on Friday", "Monday"),
    ("the pool opens at 7", "the pool opens at 8.30", "7"),
    ("I live in Hull", "I live in Ely", "Hull"),
    ("I live in Hull", "I have moved to Ely", "Hull"),
    ("I work at the bank", "I work at the town hall", "the bank"),
    ("my dentist is Dr. Moon", "my dentist is Dr. Hall", "Dr. Moon"),
    ("my car is parked on level 2", "my car is parked on level 5", "level 2"),
    ("my locker is number 9", "my locker is number 12", "number 9"),
    ("my boss is called Ann Lee", "my boss is called Tom Lee", "Ann Lee"),
    ("my shoe size is 42", "my shoe size is 43", "42"),
    ("my sister Ruth's phone number is 55 20", "my sister Ruth's phone number is 66 20", "55 20"),
    ("the plumber's number is 55 20", "the number of the plumber is 66 20", "55 20"),
    ("my blood type is A", "my blood type is B", "A"),
    ("I get up at six", "I get up at seven", "six"),
    ("the gate code is 5512", "no, wait, the gate code is 9034", "5512"),
    ("the gate code is 5512", "the gate code is actually 9034 and the shed code is 77", "5512"),
    ("I am 41 years old", "I'm 42", "41"),
    ("I was born in Hull", "I was born in Ely", "Hull"),
    ("the spare key is under the mat", "the spare key is in the shed", "under the mat"),
    ("our wifi is called Blue Moon", "the Wi-Fi is named Red Sun", "Blue Moon"),
    ("teal is my favourite colour", "my favourite colour is plum", "teal"),
    ("my favourite place is my garden", "my favourite place is the pier",
     '"my favourite place is my garden"'),
    ("the pin is six. Six. One", "the pin is six. Six. Nine", "six. Six. One"),
]  # fmt: skip
# The same in another writing: the older one goes, and nothing is said of it.
REWRITTEN = [
    ("my favourite singer is nina simone", "my favourite singer is Nina Simone"),
    ("the gate code is 5512", "The gate code is 5512!"),
    ("gate code: 5512", "the code of the gate is 5512"),
    ("the dog likes cheese", "The dog likes Cheese"),
]
STAYS = [
    ("my favourite singer is Nina Simone", "my brother's favourite singer is Joan Baez"),
    ("my brother's favourite singer is Joan Baez", "my favourite singer is Nina Simone"),
    ("the alarm code is 5512", "the alarm code of the garage is 9034"),
    ("the alarm code of the garage is 9034", "the alarm code is 5512"),
    ("the code is 5512 for the gate", "the code is 9034 for the shed"),
    ("the code is 5512", "the code is 9034 for the shed"),
    ("the alarm code is 5512", "the old alarm code was 9034"),
    ("the alarm code is 5512", "the old alarm code is 9034"),
    ("the alarm code is 5512", "the alarm code is on the fridge"),
    ("the alarm code is 5512", "the alarm code is not 9034"),
    ("the alarm code is 5512", "the second alarm code is 9034"),
    ("the wifi password is Maple7", "the wifi password is written on the router"),
    ("the wifi password is Maple7", "the guest wifi password is Oak9"),
    ("the wifi password is Maple7", "the bank password is Oak9"),
    ("my daughter's name is Ada", "my daughter's name is Bea"),
    ("my son is called Max", "my son is called Leo"),
    ("my daughter's birthday is 4 May", "my daughter's birthday is 9 June"),
    ("I like tea", "I like coffee"),
    ("I am allergic to nuts", "I am allergic to bees"),
    ("we have a cat called Mia", "we have a dog called Rex"),
    ("one of my favourite singers is Nina Simone", "one of my favourite singers is Joan Baez"),
    ("my favourite singer is Nina Simone", "my favourite singer is injured"),
    ("my favourite singer is Nina Simone", "my favourite singer is from Ghana"),
    ("my favourite singer is Nina Simone", "my other favourite singer is Joan Baez"),
    ("my favourite singer is Nina Simone", "my favourite drummer is Tony Allen"),
    ("my phone number is 55 20", "my phone number at work is 66 20"),
    ("my phone number is 55 20", "my office phone number is 66 20"),
    ("the bins go out on Tuesday", "the recycling bins go out on Friday"),
    ("the bins go out on Tuesday", "the bins go out on Thursday this week"),
    ("the pool opens at 7", "the pool opens at 9 on Sundays"),
    ("the pool opens at 7", "the pool closes at 9"),
    ("my birthday is 4 May", "my birthday party is on 7 May"),
    ("my mother's birthday is 4 May", "my father's birthday is 9 June"),
    ("I live in Hull", "I live in a small flat"),
    ("I live in Hull", "my parents live in Ely"),
    ("I speak German", "I speak Dutch"),
    ("the dentist appointment is on 4 May", "the dentist appointment is on 9 June"),
    ("Tom owes me 20 euros", "Ann owes me 30 euros"),
    ("the gate code is 5512. The key is under the pot.", "the gate code is 9034"),
    ("my dentist is Dr. Moon", "my dentist is kind"),
    ("the gate code is 5512 and the shed code is 77", "the gate code is 9034"),
    ("my favourite drink is coffee in the morning", "my favourite drink is tea in the evening"),
    ("my favourite dish is soup", "my favourite dish for breakfast is porridge"),
    ("my favourite book is Momo", "my favourite book shop is Quire"),
    ("my favourite book is Momo", "my favourite book as a child was Heidi"),
    ("the server's IP is 10.0.0.1", "the printer's IP is 10.0.0.2"),
    ("my gym is on Oak Street", "my bank is on Elm Street"),
    ("the lesson is in the evening", "the lesson is in the attic"),
    ("the meeting is at the town hall", "the meeting is on Monday"),
    ("Ann is 41", "Ann is 42 now and Bob is 44"),
    ("my sister is in the garden", "my sister is in the attic"),
]  # fmt: skip


def fact(text: str, id_: int = 1, told_by: str | None = None) -> Fact:
    return Fact(text, Source.ASKED, 1.0, told_by, id=id_)


def new(text: str, told_by: str | None = None) -> NewFact:
    return NewFact(text, Source.ASKED, 2.0, told_by)


@pytest.mark.parametrize(("old", "newer", "value"), REPLACED)
def test_the_newer_value_holds(old: str, newer: str, value: str) -> None:
    assert [found.value for found in replaced_facts(new(newer), [fact(old)])] == [value]


@pytest.mark.parametrize(("old", "newer"), REWRITTEN)
def test_another_writing_takes_its_place_without_a_word(old: str, newer: str) -> None:
    assert [found.value for found in replaced_facts(new(newer), [fact(old)])] == [""]


@pytest.mark.parametrize(("old", "newer"), STAYS)
def test_both_may_be_true(old: str, newer: str) -> None:
    assert replaced_facts(new(newer), [fact(old)]) == []


def test_the_same_characters_composed_otherwise_replace_nothing() -> None:
    text = "our baker is Söhnke"
    assert replaced_facts(new(unicodedata.normalize("NFD", text)), [fact(text)]) == []


def test_what_one_person_says_of_themselves_is_not_anothers() -> None:
    hers, his = fact("my favourite tea is green", 1, "Ann"), fact("my tea is green", 2, "Bob")
    assert replaced_facts(new("my favourite tea is black", "Bob"), [hers, his]) == []
    (found,) = replaced_facts(new("my favourite tea is black", "Ann"), [hers, his])
    assert (found.fact, found.value) == (hers, "green")


def test_what_was_learned_of_somebody_by_name_is_theirs() -> None:
    learned = Fact("Ann's favorite tea is green.", Source.LEARNED, 1.0, "Ann", id=1)
    (found,) = replaced_facts(new("my favourite tea is black", "Ann"), [learned])
    assert found.value == "green"


def test_a_household_has_one_of_it_whoever_tells() -> None:
    told = fact("my wifi password is Maple7", 1, "Ann")
    (found,) = replaced_facts(new("the Wi-Fi password is Oak9", "Bob"), [told])
    assert found.value == "Maple7"
