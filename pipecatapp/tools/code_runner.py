"""`code_runner`: runs Python code in a container without network and with a time limit."""

import asyncio
import re
from typing import ClassVar

from docker.errors import DockerException

from pipecatapp.text.invisible import visible
from pipecatapp.text.telling import told
from pipecatapp.tools.node_helper.client import helper_client
from pipecatapp.tools.sandbox.container import (
    MEMORY_MB,
    MOST_OUTPUT,
    SECONDS,
    SandboxResult,
    SandboxRun,
)
from pipecatapp.tools.sandbox.engine import engine_problem, engine_remedy, remove_leftovers
from pipecatapp.tools.tool import Call, Resources, ToolError, Toolset, tool

LONGEST_CODE = 2**20
_FENCED = re.compile(r"\s*```\w*[ \t]*\n(.*?)\n?```\s*", re.DOTALL)

EXAMPLES = (
    "what is seventeen to the power of nine use python",
    "um can you calculate the first twenty prime numbers with code",
    "use python to work out three hundred and twelve times eighty seven point five",
    "run some code to find out how many days there are between the third of march and christmas",
    "okay let python calculate the factorial of thirty please",
    "uh run a bit of python and tell me the square root of two to fifty digits",
    "what is the sum of all numbers from one to ten thousand compute it with python",
    "run python code that reverses the word refrigerator",
    "let the computer work out how many seconds are in seventeen years with a script",
    "can you execute this in python please print two to the power of one hundred",
    "simulate a thousand dice rolls in python and give me the average",
    "count how many times the letter s is in mississippi by running code",
    "what is 17 to the power of 9, use Python",
    "Calculate the first twenty prime numbers with code",
    "Run this: print(sum(range(101)))",
    "run python: 2**64 - 1",
    "Execute [x*x for x in range(10)] and show me the output.",
    "Use Python to convert 0xDEADBEEF to decimal",
    "compute the sha256 of 'hello world' with python",
    "Sort 42, 7, 19, 3, 88 in Python and tell me the median",
    "is 1000003 prime? check it by running code",
    "Run some code: what's the 50th Fibonacci number?",
    "what's 4817 * 3926 exactly? run it, don't guess",
    "Work out the compound interest on 2500 at 3.2% over 12 years in Python.",
    "execute this python print open bracket three times four close bracket",
    "run this python code for me x equals five print x plus one",
    "use your sandbox to multiply 123456 by 654321",
    "run this snippet and tell me what it prints: import math; print(math.pi ** 5)",
)


class CodeRunner(Toolset):
    """Runs code in containers that have no network, no privileges and no files of this machine."""

    namespace: ClassVar[str] = "code_runner"

    def __init__(self, resources: Resources):
        super().__init__(resources)
        self._image = resources.settings.code_runner_image
        self._helper = helper_client(resources.settings)

    async def unavailable(self) -> str | None:
        """Return None if Docker runs and has the image; then also remove leftover containers."""
        if self._helper:
            return await self._helper.unavailable(self.namespace)
        found = await asyncio.to_thread(engine_problem, self._image)
        return found or await asyncio.to_thread(self._clean_up)

    @tool(
        sensitive=True,
        spoken=told,
        examples=EXAMPLES,
        purpose="run a piece of Python",
        few_shot={
            "what is three to the power of eleven use python": {"code": "print(3**11)"},
            "um the sum of the first fifty cubes with python": {
                "code": "print(sum(n**3 for n in range(1, 51)))"
            },
        },
        provenance={"code": "derived"},
    )
    async def run_python_code(self, call: Call, code: str) -> str:
        """Run Python code and return its output: for exact calculations, dates, sorting, counting.

        Args:
            code: Python 3, standard library only, without files, network or input. What it
                prints is returned, and the value of its last expression.
        """
        if self._helper:
            return await self._helper.run("run_python_code", {"code": code}, call.progress)
        source = without_fence(code)
        if not source.strip():
            raise ToolError("There is no code to run")
        if len(source) > LONGEST_CODE:
            raise ToolError(f"The code is longer than {LONGEST_CODE} characters")
        call.progress("Running Python code")
        try:
            await asyncio.to_thread(remove_leftovers)
            return result_text(await self._run(source))
        except (DockerException, OSError) as error:
            # The check for Docker and the image knows best what is missing.
            found = await asyncio.to_thread(engine_problem, self._image)
            raise ToolError(f"Code cannot run: {found or engine_remedy(error)}") from error

    async def _run(self, source: str) -> SandboxResult:
        run = SandboxRun(self._image, source)
        task = asyncio.create_task(asyncio.to_thread(run.execute))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            run.stop()
            # Once the thread has ended, in whatever way, its container is gone.
            await asyncio.gather(task, return_exceptions=True)
            raise

    def _clean_up(self) -> str | None:
        try:
            remove_leftovers()
        except (DockerException, OSError) as error:
            return engine_remedy(error)
        return None


def without_fence(code: str) -> str:
    """Return code without the Markdown fence that models often put around it."""
    fenced = _FENCED.fullmatch(code)
    return fenced[1] if fenced else code


def result_text(outcome: SandboxResult) -> str:
    """Return the text for the model: the output, then how the run ended.

    What nobody sees is removed, so that terminals and pages show the rest unchanged.
    """
    text = visible(outcome.output).strip("\n")
    lines = [text] if text.strip() else []
    if outcome.cut:
        lines.append(f"output was cut: the code was ended after {MOST_OUTPUT // 2**20} MB")
    elif outcome.timed_out:
        lines.append(f"timed out after {SECONDS} s")
    elif outcome.out_of_memory:
        lines.append(f"killed: more than {MEMORY_MB} MB of memory")
    elif outcome.exit_code:
        lines.append(f"exit code {outcome.exit_code}")
    return "\n".join(lines) or "The code ran and printed nothing."
