"""What is kept of a wish to remember, to the letter, and what is asked besides."""

import unicodedata

import pytest

from pipecatapp.tools.memory_requests.parser import RememberRequest, remember_request

KEPT = [
    # A sentence goes on behind an abbreviation.
    ("Remember that the vet appointment is at 3 p.m. on Monday in Room 4.",
     "the vet appointment is at 3 p.m. on Monday in Room 4"),
    ("Remember that the vet closes at 6 p.m.", "the vet closes at 6 p.m."),
    ("Please remember I met Sgt. Maj. Cole at the fair.", "I met Sgt. Maj. Cole at the fair"),
    ("remember that we live at 9 St. John St. in Ely", "we live at 9 St. John St. in Ely"),
    ("Remember that we live on Mill St.", "we live on Mill St."),
    ("Remember that Ms. Ode works at Acme Ltd. in Hull.", "Ms. Ode works at Acme Ltd. in Hull"),
    ("Note that the U.K. team plays at 2.30 p.m. today.",
     "the U.K. team plays at 2.30 p.m. today"),
    ("Remember that Mr. J. R. Hart has the key.", "Mr. J. R. Hart has the key"),
    ("Remember that he takes nuts, e.g. almonds, badly.", "he takes nuts, e.g. almonds, badly"),
    ("Remember that the jug holds approx. 1.5 litres.", "the jug holds approx. 1.5 litres"),
    ("Remember that the notes are at https://notes.example.org/a.html?id=7.",
     "the notes are at https://notes.example.org/a.html?id=7"),
    ("Remember that my mail is j.doe@example.org.", "my mail is j.doe@example.org"),
    ("Remember that the NAS is at 10.0.0.12.", "the NAS is at 10.0.0.12"),
    ("Remember that rent is 812.50 a month.", "rent is 812.50 a month"),
    ("Remember that the file is called .profile in my home.",
     "the file is called .profile in my home"),
    ("Remember that we need paint, nails, etc.", "we need paint, nails, etc."),
    ("Remember that well... I am scared of moths.", "well... I am scared of moths"),
    # Signs that belong to it.
    ("Remember that the Wi-Fi password is Maple7!", "the Wi-Fi password is Maple7!"),
    ("remember the password of the NAS is Zebra?42!", "the password of the NAS is Zebra?42!"),
    ("Remember that the password is qw3rty.", "the password is qw3rty."),
    ("Remember that the password is tulip!", "the password is tulip!"),
    ("Remember that our band is called Wham!", "our band is called Wham!"),
    ("Remember that the passphrase is correct horse battery staple!",
     "the passphrase is correct horse battery staple!"),
    ("Remember that the code word is \"swordfish!\"", "the code word is \"swordfish!\""),
    ("Remember that the password is \"abc.\"", "the password is \"abc.\""),
    ("Remember that she always says \"Never again.\" and laughs.",
     "she always says \"Never again.\" and laughs"),
    ("Remember that the riddle is \"Who am I?\"", "the riddle is \"Who am I?\""),
    ("The login is bob#9! Remember that.", "The login is bob#9!"),
    ("Remember that the door code is 7788!", "the door code is 7788"),
    ("Remember that 'tis the season is Ann's motto.", "'tis the season is Ann's motto"),
    ("Remember that my password is 12345!", "my password is 12345!"),
    ("Remember that the film is called Where Are You?", "the film is called Where Are You?"),
    ("Please remember that my favourite book is Who Goes There?",
     "my favourite book is Who Goes There?"),
    ("Remember that supper is at 7 p.m.!", "supper is at 7 p.m."),
    # Signs that only end the sentence.
    ("Remember that the pin is 3 3 1 and please don't forget it.", "the pin is 3 3 1"),
    ("Remember that I am allergic to bees!", "I am allergic to bees"),
    ("Remember that the roof leaks!!", "the roof leaks"),
    ("Could you remember that Tom sings in a choir?", "Tom sings in a choir"),
    # Polite words that belong to it.
    ("Remember that the safe word is please.", "the safe word is please"),
    ("remember that the magic word is thank you", "the magic word is thank you"),
    ("Remember that the dog is called Twin.", "the dog is called Twin"),
    ("remember that my sister has a twin", "my sister has a twin"),
    ("Remember that Mum is okay.", "Mum is okay"),
    ("Remember that Anna works for me.", "Anna works for me"),
    ("remember that the kids always say thanks", "the kids always say thanks"),
    ("Remember that my favourite song is Will You.", "my favourite song is Will You"),
    ("remember that the safe word is pretty please", "the safe word is pretty please"),
    ("Remember that our cats are called Max, Twin.", "our cats are called Max, Twin"),
    # Polite words that do not.
    ("Remember, please, that the boat is called Please.", "the boat is called Please"),
    ("Remember that it is spelled k-i-m-m, okay?", "it is spelled k-i-m-m"),
    ("Remember my bike is at the station, will you?", "my bike is at the station"),
    ("Please remember that we fly on Friday, please.", "we fly on Friday"),
    ("Can you please remember that I take no milk, thanks.", "I take no milk"),
    ("twin remember that i sleep badly please", "i sleep badly"),
    ("Remember that I sleep badly, Twin.", "I sleep badly"),
    ("Remember that the bus is late on Sundays, for me.", "the bus is late on Sundays"),
    ("Remember that the safe word is orchid, please.", "the safe word is orchid"),
    ("Remember that I hate peas. Thank you very much!", "I hate peas"),
    # Several sentences.
    ("Remember that my vet is Dr. Moon. She is at 12 Lime Street.",
     "my vet is Dr. Moon. She is at 12 Lime Street"),
    ("Remember that the pin is six. Six. One.", "the pin is six. Six. One"),
    ("remember the pin is four. four. two. two.", "the pin is four. four. two. two"),
    ("Remember my number is 0 1 7 7. 7 7. 3 3.", "my number is 0 1 7 7. 7 7. 3 3"),
    ("Remember this: the fuse is in the hall. The spare one is in the shed.",
     "the fuse is in the hall. The spare one is in the shed"),
    ("Remember the recipe: boil water. Add salt. Wait.",
     "the recipe: boil water. Add salt. Wait"),
    ("My vet is Dr. Moon. She is at Lime Street. Please remember that.",
     "My vet is Dr. Moon. She is at Lime Street"),
    ("Remember this:\n- milk\n- two  eggs", "- milk\n- two  eggs"),
    ("Remember that the key\u2019s under the pot. Don't forget that.",
     "the key\u2019s under the pot"),
    ("Please remember the following. The tap drips. The plumber is Mr. Oak.",
     "The tap drips. The plumber is Mr. Oak"),
    ("Can you remember this? The gate sticks.", "The gate sticks"),
    ("Remember something for me: I am on level 3.", "I am on level 3"),
    # As it was written.
    ("Remember that e is 2.71828...", "e is 2.71828..."),
    ("Remember that the tag is  A  B ", "the tag is  A  B"),
    (f"Remember that {unicodedata.normalize('NFD', 'Zoë is in Köln')}.",
     unicodedata.normalize("NFD", "Zoë is in Köln")),
    ("Remember that I\u2019m Ann\u2019s aunt.", "I\u2019m Ann\u2019s aunt"),
    ("Remember that the sign is \u2192 \u00bd \u20ac.", "the sign is \u2192 \u00bd \u20ac"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "kept"), KEPT)
def test_it_is_kept_to_the_letter(words: str, kept: str) -> None:
    request = remember_request(words)
    assert request is not None
    assert request.text == kept
    assert request.besides == ""


@pytest.mark.parametrize(
    ("words", "kept", "besides"),
    [
        ("Remember that my vet is Dr. Moon. When does she open?",
         "my vet is Dr. Moon", "my vet is Dr. Moon. When does she open?"),
        ("remember that my vet is dr. moon. when does she open",
         "my vet is dr. moon", "my vet is dr. moon. when does she open"),
        ("Remember that we moved to Mill St. Where is the next school?",
         "we moved to Mill St.", "we moved to Mill St. Where is the next school?"),
        ("Remember that I am vegan. She is too. Suggest a dinner.",
         "I am vegan. She is too", "I am vegan. She is too. Suggest a dinner."),
        ("Remember that the pin is 12 34. Thanks! Can you tell me the time?",
         "the pin is 12 34", "the pin is 12 34. Can you tell me the time?"),
        ("How warm is it outside? And please remember that the stove is new.",
         "the stove is new", "the stove is new. How warm is it outside?"),
        ("Remember that Tom is ill. And remember that Ann is well.",
         "Tom is ill", "Tom is ill. And remember that Ann is well."),
        ("When is Easter? My locker is number 9, remember that.",
         "My locker is number 9", "My locker is number 9. When is Easter?"),
        ("Remember that the show is Dr. Who is Back. What channel is it on?",
         "the show is Dr. Who is Back",
         "the show is Dr. Who is Back. What channel is it on?"),
    ],
)  # fmt: skip
def test_a_question_is_not_lost(words: str, kept: str, besides: str) -> None:
    request = remember_request(words)
    assert request is not None
    assert (request.text, request.besides) == (kept, besides)


@pytest.mark.parametrize(
    ("words", "request_"),
    [
        ("Remember that the password is Maple7!", RememberRequest("the password is Maple7!", "!")),
        ("Remember that the password is qw3rty.", RememberRequest("the password is qw3rty.", ".")),
        ("Remember that the password is tulip.", RememberRequest("the password is tulip", ".")),
        ("Remember that the password is \"tulip\".", RememberRequest("the password is \"tulip\"")),
        ("Remember that the safe word is tulip.", RememberRequest("the safe word is tulip")),
        ("Can you remember that the pass key is 3-3, okay?",
         RememberRequest("the pass key is 3-3")),
        ("Remember that the door code is A7B8.", RememberRequest("the door code is A7B8", ".")),
        ("Remember that the door code is 7788.", RememberRequest("the door code is 7788")),
        ("Can you remember that the password is Maple7?",
         RememberRequest("the password is Maple7", "?")),
        ("remember that my name is tom please",
         RememberRequest("my name is tom please", "please")),
        ("remember that i am left handed twin", RememberRequest("i am left handed twin", "twin")),
        ("Remember that the bins go out on Tuesday.",
         RememberRequest("the bins go out on Tuesday")),
    ],
)  # fmt: skip
def test_what_may_or_may_not_belong_to_it_is_named(words: str, request_: RememberRequest) -> None:
    assert remember_request(words) == request_


@pytest.mark.parametrize(
    "words",
    [
        "Remember. The bins go out.",
        "Do you remember Dr. Moon? She was kind.",
        "I remember that. It was nice.",
        "Remember the time we met Mr. Hall? He was late.",
        "thanks, twin",
    ],
)
def test_no_wish_is_made_of_other_sentences(words: str) -> None:
    assert remember_request(words) is None
