"""Which tests share a server, a port or an engine, and so run in one process."""

SHARED = {
    "agent": (
        "testing/integration/experts/test_agent.py",
        "testing/integration/test_barge_in.py",
        "testing/integration/test_echo.py",
        "testing/integration/test_openai_api.py",
        "testing/integration/test_socket_bad_input.py",
    ),
    "docker": (
        "testing/browser/test_spoken_acts.py",
        "testing/integration/tools/test_code_runner.py",
    ),
}
"""Files by what they share; any other file is a unit of its own."""

BEGINNING = (
    "docker",
    "agent",
    "testing/integration/memory/test_remembering.py",
    "testing/integration/test_acting.py",
    "testing/integration/tools/test_web_browser.py",
    "testing/unit/test_imports.py",
    "testing/test_lint.py",
)
"""Units that take long; the many short ones then fill up whichever process ends first."""


def unit_of(nodeid: str) -> str:
    """Return the name of the unit that a test belongs to."""
    file = nodeid.partition("::")[0]
    return next((unit for unit, files in SHARED.items() if file in files), file)
