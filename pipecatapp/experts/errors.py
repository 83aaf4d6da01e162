"""Errors of experts."""

from pipecatapp.errors import UserError


class ExpertError(UserError):
    """An expert did not answer."""


class NoExpertError(ExpertError):
    """No expert has that name."""


class ExpertUnavailableError(ExpertError):
    """No server of the expert gave a first token, so that the twin can answer in its place."""


class BrokenError(ExpertError):
    """The expert's server failed in the middle of its answer."""


class TooLongError(ExpertError):
    """The last turn alone does not fit the expert's context."""
