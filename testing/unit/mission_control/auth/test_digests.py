import hashlib

from pipecatapp.mission_control.auth.digests import digest, find_digest, new_secret


def test_secrets_are_long_and_never_the_same() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(len(secret) == 43 for secret in secrets)


def test_a_digest_is_sha256_of_whatever_is_sent() -> None:
    assert digest("key") == hashlib.sha256(b"key").hexdigest()
    assert digest("\ud800") != digest("?")  # a lone surrogate is no reason to fail


def test_a_digest_is_found_among_the_known_ones_alone() -> None:
    known = [digest("one"), digest("two")]
    assert find_digest(digest("two"), known) == known[1]
    assert find_digest(digest("three"), known) is None
    assert find_digest(digest("one"), []) is None
