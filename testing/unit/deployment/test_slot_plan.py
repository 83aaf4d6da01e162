import pytest

from pipecatapp.deployment.slot_plan import SlotPlan


@pytest.mark.parametrize(
    ("slots", "shares"),
    [
        (7, SlotPlan(conversations=4, experts=4, callers=5, memory=6)),
        (5, SlotPlan(conversations=2, experts=2, callers=3, memory=4)),
        # Two people who talk matter more than a slot of the callers' own.
        (4, SlotPlan(conversations=2, experts=2, callers=2, memory=3)),
        (3, SlotPlan(conversations=1, experts=1, callers=1, memory=2)),
        (1, SlotPlan(conversations=1, experts=1, callers=1, memory=2)),
    ],
)
def test_conversations_share_their_slots_with_nobody(slots: int, shares: SlotPlan) -> None:
    assert SlotPlan.of(slots) == shares
