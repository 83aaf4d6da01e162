"""Errors that a person sees as one line."""


class UserError(Exception):
    """A failure that a person can put right.

    The message is one line: what failed, then what to do about it. The command line prints it
    without a traceback and exits with status 1; the page shows it unchanged.
    """


class MalformedError(UserError):
    """The input does not have the required form."""


class NotFoundError(UserError):
    """The requested thing does not exist."""


class TakenError(UserError):
    """The name is already in use."""
