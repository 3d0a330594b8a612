"""What waits at the counter is counted and found by the same conditions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from mail_handling import Choice, MailItem, confirm_disposal, instruct
from mail_handling.endings import send_back
from mail_handling.waiting import Work, count_work, list_work
from tests.factories.mail import ACTOR, mail_rules, make_item
from tests.factories.membership import NOW, make_member, make_operator

RULES = mail_rules()
DAY = timedelta(days=1)
NOTHING = dict.fromkeys(Work, 0)
WEDNESDAY, FRIDAY = NOW, NOW + 2 * DAY


def decided(session: Session, choices: list[Choice | None]) -> list[MailItem]:
    """An item for each, of one member, which came at NOW."""
    operator_id = make_operator(session)
    member = make_member(session, operator_id)
    items = [make_item(session, operator_id, member=member, rules=RULES) for _ in choices]
    for item, choice in zip(items, choices, strict=True):
        if choice is not None:
            instruct(session, RULES, item.id, choice, actor=ACTOR, by_staff=False, now=NOW)
    make_item(session, operator_id, rules=RULES)
    return items


def test_each_kind_is_counted_in_one_question_and_listed(session: Session) -> None:
    items = decided(session, [*Choice, Choice.FORWARD, None])
    by_choice = dict(zip(Choice, items, strict=False))
    confirm_disposal(session, RULES, by_choice[Choice.DISPOSE].id, actor=ACTOR, by_staff=False, now=NOW)
    session.flush()
    asked: list[str] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *called: asked.append(called[2]))
    found = count_work(session, RULES, WEDNESDAY, most=100)
    assert len(asked) == 1
    waiting = {Work.UNASSIGNED: 1, Work.SCAN: 1, Work.HAND_OVER: 1, Work.BATCH: 1, Work.RETURN: 1}
    assert found == {**NOTHING, **waiting}
    assert count_work(session, RULES, FRIDAY, most=100) == {**NOTHING, **waiting, Work.DISPOSAL: 1}
    listed = {
        work: [item.instruction for item in list_work(session, RULES, work, FRIDAY, limit=10)]
        for work in Work
    }
    assert listed == {
        Work.UNASSIGNED: [None],
        Work.SCAN: ["scan"],
        Work.HAND_OVER: ["pick-up"],
        Work.BATCH: ["forward", "bundle", "forward"],
        Work.STORAGE: [],
        Work.DISPOSAL: ["dispose"],
        Work.RETURN: ["return"],
    }
    assert len(list_work(session, RULES, Work.BATCH, WEDNESDAY, limit=10)) == 2
    assert len(list_work(session, RULES, Work.BATCH, FRIDAY, limit=1)) == 1


@pytest.mark.parametrize(("days", "ends_soon"), [(24, 0), (25, 2), (29, 2), (30, 0)])
def test_storage_ends_soon_from_the_warning_until_it_costs(
    session: Session, days: int, ends_soon: int
) -> None:
    decided(session, [None, Choice.KEEP])
    assert count_work(session, RULES, NOW + days * DAY, most=100)[Work.STORAGE] == ends_soon


def test_no_more_is_counted_than_asked_and_nothing_that_left(session: Session) -> None:
    items = decided(session, [Choice.RETURN] * 4)
    send_back(session, items[0].id, actor=ACTOR, now=NOW)
    assert [count_work(session, RULES, NOW, most=most)[Work.RETURN] for most in (2, 100)] == [2, 3]
