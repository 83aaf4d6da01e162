"""How every manual test ends: a line that says whether it worked, and the exit status."""

import sys
from collections.abc import Callable
from typing import NoReturn

from loguru import logger
from pydantic import ValidationError

from pipecatapp.errors import UserError


def report(what: str, test: Callable[[], str]) -> NoReturn:
    """Run a manual test, print whether it worked, and exit with status 0 or 1.

    Args:
        what: What the test does, in one sentence.
        test: Does it, and returns what came of it.
    """
    logger.remove()
    print(what, flush=True)
    try:
        result = test()
    except (UserError, ValidationError) as error:
        print(f"FAILED: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nSTOPPED: nothing is known.")
        sys.exit(130)
    print(f"WORKED: {result}")
    sys.exit(0)
