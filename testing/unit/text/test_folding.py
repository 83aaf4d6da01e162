import unicodedata

import pytest

from pipecatapp.text.folding import folded


@pytest.mark.parametrize(
    "spelling",
    ["Grüne Äpfel", "grüne äpfel", "GRÜNE  ÄPFEL", "ｇｒüne äpfel\n"],  # noqa: RUF001 - wide letters
)
def test_spellings_of_the_same_words_are_the_same(spelling: str) -> None:
    for form in ("NFC", "NFD"):
        assert folded(unicodedata.normalize(form, spelling)) == "grüne äpfel"


def test_other_words_are_not() -> None:
    assert folded("Straße") == folded("STRASSE")
    assert folded("Apfel") != folded("Äpfel")
