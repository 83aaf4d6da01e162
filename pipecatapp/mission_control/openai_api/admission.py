"""Limits how many answers are generated at once: they share one model with people's turns."""

from collections import Counter

from pipecatapp.mission_control.openai_api.errors import ApiError

MOST_AT_ONCE = 8
MOST_OF_ONE_CALLER = 4
RETRY_SECS = 5


class Admission:
    """Counts the requests in progress, per caller and in all."""

    def __init__(self) -> None:
        self._by_caller: Counter[str] = Counter()

    def enter(self, caller: str) -> None:
        """Admit a request; the caller must `leave` when it ends.

        Args:
            caller: The id of the conversation that sends the request.

        Raises:
            ApiError: 429, too many requests are in progress.
        """
        mine, all_ = self._by_caller[caller], self._by_caller.total()
        if mine >= MOST_OF_ONE_CALLER or all_ >= MOST_AT_ONCE:
            whose = "of yours" if mine >= MOST_OF_ONE_CALLER else "of all callers"
            raise ApiError(
                429,
                f"{mine if whose == 'of yours' else all_} requests {whose} are being answered "
                "already: wait for one to end.",
                headers={"Retry-After": str(RETRY_SECS)},
            )
        self._by_caller[caller] += 1

    def leave(self, caller: str) -> None:
        """Note that a request has ended."""
        self._by_caller[caller] -= 1
        if not self._by_caller[caller]:
            del self._by_caller[caller]
