"""The heap: order, cancelling, and time that never goes back."""

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from coworking.kit.clock import VirtualClock
from telephony.carrier.sandbox.timeline import COMPACTED_FROM, Timeline

STARTS_AT = datetime(2026, 6, 1, tzinfo=UTC)


@given(st.lists(st.tuples(st.integers(-5, 50), st.booleans()), max_size=40))
def test_entries_are_performed_in_order_and_time_never_goes_back(plan):
    clock = VirtualClock(STARTS_AT)
    timeline = Timeline(clock)
    performed = []
    expected = []
    for number, (seconds, cancelled) in enumerate(plan):
        entry = timeline.after(seconds, lambda number=number: performed.append((timeline.now(), number)))
        if cancelled:
            timeline.cancel(entry)
            timeline.cancel(entry)
        else:
            expected.append((STARTS_AT + timedelta(seconds=max(seconds, 0)), number))
    assert len(timeline) == len(expected)
    asyncio.run(timeline.advance(STARTS_AT + timedelta(seconds=60)))
    assert performed == sorted(expected)
    assert clock.now() == STARTS_AT + timedelta(seconds=60)
    assert timeline.next_due_at() is None


def test_what_an_entry_plans_for_now_is_performed_too():
    timeline = Timeline(VirtualClock(STARTS_AT))
    seen = []
    timeline.soon(lambda: (seen.append("first"), timeline.soon(lambda: seen.append("second")))[0])
    asyncio.run(timeline.advance(STARTS_AT))
    assert seen == ["first", "second"]


def test_cancelled_entries_do_not_pile_up():
    timeline = Timeline(VirtualClock(STARTS_AT))
    for _ in range(10 * COMPACTED_FROM):
        timeline.cancel(timeline.after(86_400, lambda: None))
    assert len(timeline) == 0
    assert len(timeline._heap) <= COMPACTED_FROM + 1
