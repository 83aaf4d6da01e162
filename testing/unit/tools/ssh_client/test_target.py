import pytest

from pipecatapp.tools.ssh_client.target import Target, parse_target
from pipecatapp.tools.tool import ToolError


@pytest.mark.parametrize(
    ("text", "expected", "known_as"),
    [
        ("node2", Target("me", "node2", 22), "node2"),
        ("localhost", Target("me", "localhost", 22), "localhost"),
        ("Node2.Local", Target("me", "node2.local", 22), "node2.local"),
        ("node_2:2222", Target("me", "node_2", 2222), "[node_2]:2222"),
        ("pi@10.0.0.7", Target("pi", "10.0.0.7", 22), "10.0.0.7"),
        ("a.b@corp@node2:22", Target("a.b@corp", "node2", 22), "node2"),
        ("fd00::2", Target("me", "fd00::2", 22), "fd00::2"),
        ("[FD00::2]", Target("me", "fd00::2", 22), "fd00::2"),
        ("pi@[fd00::2]:2222", Target("pi", "fd00::2", 2222), "[fd00::2]:2222"),
        ("fe80::1%eth0", Target("me", "fe80::1%eth0", 22), "fe80::1%eth0"),
    ],
)
def test_a_machine_is_named_as_people_do(text: str, expected: Target, known_as: str) -> None:
    assert parse_target(text, "me") == expected
    assert expected.known_as == known_as


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@node2",
        "node2@",
        "-oProxyCommand=sh",
        "-l@node2",
        "node2 -v",
        " node2",
        "node2\n",
        "no\x00de2",
        "no\x1bde2",
        "node2;reboot",
        "$(reboot)",
        "node2:0",
        "node2:65536",
        "node2:ssh",
        "node2:٢٢",
        "[node2]:22",
        "[fd00::2",
        "fd00::zz",
        "fe80::1%eth 0",
        "ssh://node2",
        "a..b",
        "a" * 64,
        ".".join(["a" * 60] * 6),
    ],
)
def test_what_is_no_machine_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ToolError, match="is not a machine") as error:
        parse_target(text, "me")
    assert str(error.value).isprintable()


def test_without_a_user_it_is_the_current_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "somebody")
    assert parse_target("node2", None).user == "somebody"


@pytest.mark.parametrize("text", ["localhost", "local", "local host", "Local Host"])
def test_this_machine_as_it_is_heard(text: str) -> None:
    assert parse_target(text, "me").host == "localhost"
