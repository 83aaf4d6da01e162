import pytest

from pipecatapp.text.sentences import sentences


@pytest.mark.parametrize(
    "text",
    [
        "The vet is open until 6 p.m. on Fridays in summer.",
        "The train leaves at 9 a.m. sharp.",
        "I met Lt. Cdr. Brooks and Gov. Hale there.",
        "Our doctor is Dr. Okafor from St. Mary's.",
        "Ms. Lind and Mrs. Ode live next door.",
        "Mr. and Mrs. Hall come on Sun. evening.",
        "She lives at 12 St. James St. in Leeds.",
        "My flat is Apt. 4b, 3rd fl. on Main Rd. near the park.",
        "The U.S. Open starts late.",
        "The jar holds approx. 3.5 litres.",
        "Bring e.g. a towel, i.e. something dry.",
        "My boss is J. R. Hartley.",
        "The page is https://example.org/a.html?x=1.5&y=2 on the NAS.",
        "The address is 192.168.1.20 and the port is 80.",
        "Well... I like tea.",
        'She said "Go home. Now! Please?" and left.',
        "Prof. Dr. Klein works at Acme Inc. in Berlin.",
        "We paid 3.50 and got 1.25 back.",
        "My mail is a.b.c@example.org for now.",
        "The box is no. 7 in row B.",
        "The game was Leeds vs. Hull in Feb. 2025.",
        "Sgt. Pepper is my cat.",
        "the password is a.b!c?d",
        "The file is called .bashrc or notes.txt here.",
        "Rev. Green and Fr. Brown play chess.",
        "It takes 20 min. by bus.",
    ],
)
def test_a_sentence_stays_whole(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("My doctor is Dr. Okafor. When does he open?", (24,)),
        ("the pin is four. Four. Two.", (17, 23)),
        ("We meet at 5 p.m. Bring cake.", (18,)),
        ("They moved to the U.S. They like it.", (23,)),
        ("Is it true? Yes! It is.", (12, 17)),
        ("The code is 47. The key is under the mat.", (16,)),
        ("See https://example.org/a.html. It is good.", (32,)),
        ("one\ntwo three\nfour", (4, 14)),
        ('The motto is "Never again." It is old.', ()),
        ("my doctor is dr. weber. when does he open?", (24,)),
        ("I work at Acme Inc. Where is it?", (20,)),
        ("She has tea, milk, etc. He has none.", (24,)),
    ],
)
def test_sentences_end_where_they_do(text: str, parts: tuple[int, ...]) -> None:
    starts = [0, *parts]
    ends = [*parts, len(text)]
    cut = [text[a:b].strip() for a, b in zip(starts, ends, strict=True)]
    assert sentences(text) == cut


@pytest.mark.parametrize("text", ["", " ", "\n\n", "..."])
def test_a_text_without_words_has_no_other_sentences(text: str) -> None:
    assert sentences(text) == text.split()
