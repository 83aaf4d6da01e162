"""How asking an expert can fail."""

from pipecatapp.errors import UserError


class ExpertError(UserError):
    """An expert did not answer."""


class NoExpertError(ExpertError):
    """There is no expert of that name."""


class ExpertUnavailableError(ExpertError):
    """No server of the expert's gave a first token: somebody else can answer in its place."""


class BrokenError(ExpertError):
    """The expert's server died in the middle of its answer."""


class TooLongError(ExpertError):
    """What was said last is more than the expert can take in."""
