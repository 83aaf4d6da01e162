import pytest

from pipecatapp.experts.client import attempts as module
from pipecatapp.experts.client.attempts import Attempts
from pipecatapp.experts.client.server import CONNECT_SECS, FAR_CONNECT_SECS
from pipecatapp.experts.errors import ExpertUnavailableError, NoExpertError
from pipecatapp.experts.expert import Expert, ExpertInstance
from pipecatapp.runtime.inference.connections import READ_SECS

from .conftest import OneExpert

NEAR = ExpertInstance("http://10.0.0.1/v1", latency_ms=5.0)
FAR = ExpertInstance("https://api.example.com/v1", external=True, latency_ms=9.0)
SLEEPER = ExpertInstance("http://10.0.0.2/v1", asleep=True, healthy=False)


def by_latency(instance: ExpertInstance) -> tuple[bool, int, float]:
    return False, 0, instance.latency_ms or 0.0


@pytest.fixture
def attempts(known: OneExpert) -> Attempts:
    return Attempts(known.find, by_latency)


async def fail(attempts: Attempts) -> bool:
    """Have the next server fail, and return whether another one is asked."""
    expert, instance = await attempts.next()
    return await attempts.failed(expert, instance, ConnectionError())


async def test_the_best_server_is_asked_first_and_each_only_once(
    known: OneExpert, attempts: Attempts
) -> None:
    known.runs_on(FAR, NEAR)
    assert (await attempts.next())[1] is NEAR
    assert await fail(attempts)
    assert (await attempts.next())[1] is FAR
    assert not await fail(attempts)
    with pytest.raises(ExpertUnavailableError):
        await attempts.next()


async def test_an_expert_without_servers_is_not_waited_for(attempts: Attempts) -> None:
    with pytest.raises(ExpertUnavailableError):
        await attempts.next()


async def test_after_a_failure_another_server_has_two_seconds(
    known: OneExpert, attempts: Attempts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REPLACED_SECS", 0.5)
    known.runs_on(NEAR, FAR)
    assert attempts.patience(NEAR) == (CONNECT_SECS, READ_SECS)
    assert attempts.patience(FAR) == (FAR_CONNECT_SECS, READ_SECS)
    await fail(attempts)
    connect, read = attempts.patience(FAR)
    assert connect <= 0.5
    assert read == READ_SECS
    monkeypatch.setattr(module, "REPLACED_SECS", 0.0)
    await fail(attempts)
    assert attempts.patience(NEAR)[0] == module.SMALLEST_WAIT_SECS
    with pytest.raises(ExpertUnavailableError):
        await attempts.next()


async def test_a_sleeper_is_woken_when_nobody_is_awake(
    known: OneExpert, attempts: Attempts
) -> None:
    known.runs_on(SLEEPER, NEAR)
    await fail(attempts)
    _, instance = await attempts.next()
    assert instance is SLEEPER
    assert attempts.wakes(instance)
    assert not attempts.wakes(instance)
    assert attempts.patience(instance)[1] == pytest.approx(module.WAKING_SECS, abs=5.0)


async def test_a_sleeper_that_fails_is_asked_again_while_it_has_time(
    known: OneExpert, attempts: Attempts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ASK_AGAIN_SECS", 0.0)
    known.runs_on(SLEEPER)
    attempts.wakes(SLEEPER)
    assert not await fail(attempts)
    assert (await attempts.next())[1] is SLEEPER
    monkeypatch.setattr(attempts, "_wake_until", 0.0)
    with pytest.raises(ExpertUnavailableError):
        await attempts.next()


async def test_a_job_that_is_listed_nowhere_while_it_starts_is_waited_for(
    known: OneExpert, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ASK_AGAIN_SECS", 0.0)
    known.runs_on(NEAR)
    looks = 0

    def find() -> Expert:
        nonlocal looks
        looks += 1
        if looks < 3:
            raise NoExpertError("There is no expert now.")
        return known.expert

    attempts = Attempts(find, by_latency)
    with pytest.raises(NoExpertError):
        await attempts.next()
    attempts.wakes(SLEEPER)
    assert (await attempts.next())[1] is NEAR


def test_who_is_awake_wakes_nobody(attempts: Attempts) -> None:
    assert not attempts.wakes(NEAR)
    assert not attempts.waking
