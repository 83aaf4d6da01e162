"""Runs the Python code on standard input; the only program of the sandbox image.

The value of a last expression is printed, as the interactive prompt does: small models write
`17**9` where they mean `print(17**9)`. A failure ends in a traceback of that code alone, and 1.
"""

import ast
import linecache
import os
import sys
import traceback
from types import ModuleType

FILENAME = "<code>"


def run(source: str) -> None:
    """Run code as `__main__` and print the value of its last expression, unless it is None."""
    # Where tracebacks look for the lines of a file that does not exist.
    linecache.cache[FILENAME] = (len(source), None, source.splitlines(keepends=True), FILENAME)
    module = ModuleType("__main__")
    sys.modules["__main__"] = module
    tree = ast.parse(source, FILENAME)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, FILENAME, "exec"), module.__dict__)  # noqa: S102 - what this is for
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), FILENAME, "eval"), module.__dict__)  # noqa: S307
        sys.displayhook(value)


def print_failure(error: BaseException) -> None:
    """Print a traceback that begins in the code, without this file's own frames."""
    entry = error.__traceback__
    while entry is not None and entry.tb_frame.f_code.co_filename != FILENAME:
        entry = entry.tb_next
    traceback.print_exception(type(error), error, entry)


def main() -> None:
    """Read the code to its end, so that nothing is left for it to read, and run it."""
    # One stream keeps what is printed and what fails in their order.
    os.dup2(1, 2)
    source = sys.stdin.buffer.read().decode()
    try:
        run(source)
    except SystemExit:
        raise
    except BaseException as error:
        sys.stdout.flush()
        print_failure(error)
        sys.exit(1)


if __name__ == "__main__":
    main()
