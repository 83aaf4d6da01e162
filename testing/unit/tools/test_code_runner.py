import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipecatapp.settings import Settings
from pipecatapp.tools.code_runner import CodeRunner, result_text, without_fence
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.tools.sandbox import runner
from pipecatapp.tools.sandbox.container import KEPT_OUTPUT, SandboxResult
from pipecatapp.tools.sandbox.engine import BUILD
from pipecatapp.tools.tool import ToolError

CALL: Any = SimpleNamespace(progress=lambda line: None)


@pytest.fixture
def toolset(tmp_path: Path) -> CodeRunner:
    resources: Any = SimpleNamespace(settings=Settings(home=tmp_path))
    return CodeRunner(resources)


def run(code: str) -> subprocess.CompletedProcess[str]:
    """Run code as the container does, without one."""
    options = ["-I", "-B", "-u", "-X", "utf8", "-X", "int_max_str_digits=0"]
    command = [sys.executable, *options, runner.__file__]
    return subprocess.run(command, input=code, capture_output=True, encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("17**9", "118587876497\n"),
        ("x = 6\nx * 7", "42\n"),
        ("'quoted'", "'quoted'\n"),
        ("print('once')", "once\n"),
        ("None", ""),
        ("x = 5", ""),
        ("", ""),
        ("# nothing", ""),
        ("for i in range(2):\n    i", ""),
        ("'grüße', '日本', '🙂'", "('grüße', '日本', '🙂')\n"),
        ("len(str(10 ** 9999))", "10000\n"),
        ("if __name__ == '__main__':\n    print('main')", "main\n"),
        ("def f(n): return 1 if n < 2 else n * f(n - 1)\nf(20)", "2432902008176640000\n"),
        ("import dataclasses as d\n@d.dataclass\nclass P:\n    x: int\nP(3)", "P(x=3)\n"),
        ("import sys\nsys.exit()", ""),
    ],
)
def test_what_is_printed_and_the_last_value_are_shown(code: str, printed: str) -> None:
    ran = run(code)
    assert (ran.stdout, ran.stderr, ran.returncode) == (printed, "", 0)


def test_a_failure_shows_the_codes_own_lines_after_what_was_printed() -> None:
    ran = run("print('before')\ndef f():\n    return 1 / 0\nf()")
    assert ran.returncode == 1
    assert ran.stdout.startswith("before\nTraceback (most recent call last):\n")
    assert 'File "<code>", line 3, in f\n    return 1 / 0' in ran.stdout
    assert ran.stdout.endswith("ZeroDivisionError: division by zero\n")
    assert "runner.py" not in ran.stdout


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("def f(:", "SyntaxError"),
        ("a\x00b", "null bytes"),
        ("input()", "EOFError"),
        ("(" * 5000, "Error"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ],
)
def test_broken_code_fails_and_says_why(code: str, error: str) -> None:
    ran = run(code)
    assert ran.returncode == 1
    assert error in ran.stdout
    assert "runner.py" not in ran.stdout


def test_an_exit_code_is_kept() -> None:
    assert run("import sys\nsys.exit(3)").returncode == 3


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (SandboxResult("42\n", exit_code=0), "42"),
        (SandboxResult("", exit_code=0), "The code ran and printed nothing."),
        (SandboxResult("oops\n", exit_code=3), "oops\nexit code 3"),
        (SandboxResult("half", timed_out=True), "half\ntimed out after 20 s"),
        (
            SandboxResult("", exit_code=137, out_of_memory=True),
            "killed: more than 256 MB of memory",
        ),
        (SandboxResult("\x1b[2Jred\r\n\x07", exit_code=0), "red"),
        (SandboxResult("  a\n b", exit_code=0), "  a\n b"),
    ],
)
def test_a_result_says_how_the_run_ended(outcome: SandboxResult, text: str) -> None:
    assert result_text(outcome) == text


def test_a_result_says_that_output_was_cut() -> None:
    assert "output was cut" in result_text(SandboxResult("x" * KEPT_OUTPUT, cut=True))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("```python\n17**9\n```", "17**9"),
        ("\n```\na\nb\n```\n", "a\nb"),
        ("print('```')", "print('```')"),
        ("17**9", "17**9"),
    ],
)
def test_a_markdown_fence_is_taken_off(given: str, code: str) -> None:
    assert without_fence(given) == code


def test_the_tool_is_sensitive_and_takes_code_alone(toolset: CodeRunner) -> None:
    (tool,) = tools_of(toolset)
    assert tool.name == "code_runner.run_python_code"
    assert tool.sensitive
    assert tool.check({"code": "1"}) == {"code": "1"}
    with pytest.raises(ToolError):
        tool.check({"code": "1", "image": "other"})


@pytest.mark.parametrize("code", ["", "  \n", "```python\n\n```", "x" * (2**20 + 1)])
async def test_no_code_and_endless_code_are_refused(toolset: CodeRunner, code: str) -> None:
    with pytest.raises(ToolError, match=r"no code|longer"):
        await toolset.run_python_code(CALL, code)


async def test_without_an_engine_one_line_says_what_to_do(
    toolset: CodeRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    missing = await toolset.unavailable()
    assert missing
    assert "apt install docker.io" in missing
    assert "\n" not in missing
    with pytest.raises(ToolError, match=r"apt install docker\.io"):
        await toolset.run_python_code(CALL, "1")


async def test_an_engine_that_never_answers_is_not_waited_for(
    toolset: CodeRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{silent.getsockname()[1]}")
        assert "does not answer" in (await toolset.unavailable() or "")


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_building_the_image_needs_root_and_says_so() -> None:
    ran = subprocess.run(
        ["bash", "-s"],
        # The script itself may lie where only root can read.
        input=BUILD.read_text(),
        user=65534 if os.geteuid() == 0 else None,
        capture_output=True,
        text=True,
        cwd="/",
        env={"PATH": os.environ["PATH"]},
    )
    assert ran.returncode == 1
    assert "run this with sudo" in ran.stderr
