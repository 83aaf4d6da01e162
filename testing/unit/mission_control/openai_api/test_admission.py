import pytest

from pipecatapp.mission_control.openai_api.admission import (
    MOST_AT_ONCE,
    MOST_OF_ONE_CALLER,
    RETRY_SECS,
    Admission,
)
from pipecatapp.mission_control.openai_api.errors import ApiError


def test_a_caller_has_so_many_places_and_gets_one_back() -> None:
    admission = Admission()
    for _ in range(MOST_OF_ONE_CALLER):
        admission.enter("a")
    with pytest.raises(ApiError, match=f"{MOST_OF_ONE_CALLER} requests of yours") as raised:
        admission.enter("a")
    assert raised.value.status == 429
    assert raised.value.headers == {"Retry-After": str(RETRY_SECS)}
    admission.enter("b")
    admission.leave("a")
    admission.enter("a")


def test_all_callers_share_the_places() -> None:
    admission = Admission()
    callers = [f"caller-{number}" for number in range(MOST_AT_ONCE)]
    for caller in callers:
        admission.enter(caller)
    with pytest.raises(ApiError, match=f"{MOST_AT_ONCE} requests of all callers"):
        admission.enter("another")
    admission.leave(callers[0])
    admission.enter("another")
