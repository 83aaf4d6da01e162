import random

from pipecatapp.runtime.kept_output import KeptOutput


def test_what_fits_is_kept_whole_however_it_comes() -> None:
    data = "Grüße\n日本\n".encode() * 20
    rng = random.Random(7)
    kept = KeptOutput(len(data) // 2 + 1)
    place = 0
    while place < len(data):
        step = rng.randint(1, 9)
        kept.add(data[place : place + step])
        place += step
    assert kept.text == data.decode()
    assert kept.total == len(data)


def test_what_lies_between_is_counted() -> None:
    kept = KeptOutput(10)
    for number in range(1000):
        kept.add(f"{number:04}\n".encode())
    assert kept.text == "0000\n0001\n[... 4980 characters in 996 lines left out ...]\n0998\n0999\n"
