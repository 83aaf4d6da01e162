import unicodedata

import pytest

from pipecatapp.text.normal_form import is_written_alike, normal_form
from pipecatapp.text.words import significant_words, tokenize, whole_words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jürgen Bäcker", unicodedata.normalize("NFD", "Jürgen Bäcker")),
        ("JÜRGEN", "ju\u0308rgen"),
        ("the  key\tis\nhere ", "The key is here"),
        ("Große Straße", "GROSSE STRASSE"),
        ("\uff34\uff4f\uff4d", "tom"),  # full-width letters
        ("the ﬁle", "the file"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("A\u030angström", "ångström"),
        ("\u1e9bx", "ṡx"),  # folding takes it apart
    ],
)
def test_writings_of_one_text_are_equal(one: str, other: str) -> None:
    assert normal_form(one) == normal_form(other)
    assert normal_form(normal_form(one)) == normal_form(one)


@pytest.mark.parametrize(("one", "other"), [("Jürgen", "Jurgen"), ("a.b", "ab"), ("no 1", "no 11")])
def test_different_texts_stay_different(one: str, other: str) -> None:
    assert normal_form(one) != normal_form(other)


def test_only_the_composition_of_characters_is_invisible() -> None:
    assert is_written_alike("Zoë", "Zoe\u0308")
    assert not is_written_alike("Zoë", "zoë")


def test_an_accent_of_its_own_cuts_no_word() -> None:
    apart = unicodedata.normalize("NFD", "Frau Köhler öffnet")
    assert tokenize(apart) == whole_words(apart) == ["Frau", "Köhler", "öffnet"]
    assert significant_words(apart) == ["frau", "köhler", "öffnet"]
