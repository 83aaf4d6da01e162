from collections.abc import Callable

from pipecatapp.memory import queue as module
from pipecatapp.memory.long_term import Addition, LongTermMemory
from pipecatapp.memory.queue import FinishedTurn
from pipecatapp.memory.storage.fact import NewFact, Source


def turn(said: str) -> FinishedTurn:
    return FinishedTurn(said, "I see.", "one", 5.0, "Ann", (("hello", "Hi."), ("\ud800", "?")))


def test_turns_wait_in_order_across_a_restart_with_all_that_is_known(
    memory: LongTermMemory, open_memory: Callable[[], LongTermMemory]
) -> None:
    memory.turns.put(turn("first"))
    memory.turns.put(turn("second"))
    memory = open_memory()
    assert len(memory.turns) == 2
    oldest = memory.turns.oldest()
    assert oldest is not None
    assert (oldest.said, oldest.answered, oldest.told_by, oldest.at) == (
        "first",
        "I see.",
        "Ann",
        5,
    )
    assert oldest.before[0] == ("hello", "Hi.")


def test_a_turn_leaves_with_its_facts(memory: LongTermMemory) -> None:
    memory.turns.put(turn("first"))
    oldest = memory.turns.oldest()
    assert oldest is not None
    memory.keep([Addition(NewFact("A fact.", Source.LEARNED, 5.0))], examined=oldest.id)
    assert memory.turns.oldest() is None
    assert len(memory) == 1


def test_a_turn_without_facts_leaves_too(memory: LongTermMemory) -> None:
    memory.turns.put(turn("first"))
    oldest = memory.turns.oldest()
    assert oldest is not None
    memory.keep([], examined=oldest.id)
    assert memory.turns.oldest() is None


def test_a_turn_that_always_fails_is_given_up_for_those_behind_it(memory: LongTermMemory) -> None:
    memory.turns.put(turn("first"))
    memory.turns.put(turn("second"))
    oldest = memory.turns.oldest()
    assert oldest is not None
    given_up = [memory.turns.failed(oldest.id) for _ in range(module.MOST_FAILURES)]
    assert given_up == [False] * (module.MOST_FAILURES - 1) + [True]
    following = memory.turns.oldest()
    assert following is not None
    assert following.said == "second"


def test_a_queue_that_grows_without_end_loses_its_oldest(memory: LongTermMemory) -> None:
    for number in range(module.LONGEST_QUEUE + 2):
        memory.turns.put(turn(str(number)))
    oldest = memory.turns.oldest()
    assert oldest is not None
    assert oldest.said == "2"
    assert len(memory.turns) == module.LONGEST_QUEUE
