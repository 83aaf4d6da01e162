"""Errors that end in one clear line for the person who reads it."""


class UserError(Exception):
    """A failure that a person can put right.

    The message is one line: what failed, then what to do about it. The command line prints it
    without a traceback and exits with status 1; the page shows it as it stands.
    """


class MalformedError(UserError):
    """What was given is not of the form that it has to have."""


class NotFoundError(UserError):
    """What was asked for is not there."""


class TakenError(UserError):
    """A name belongs to something else already."""
