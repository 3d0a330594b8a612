"""What is kept of control calls, text messages and offers to undo goes when its time is over (R31)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_, select

from coworking.kit.outbox import TaskContext, task
from telephony.forwarding.control.models import ChangeUndo, ControlSession, TextMessage
from telephony.forwarding.rules import RulesOfCalls

MOST_A_ROUND = 5_000


@task("control.forget")
def forget(context: TaskContext, *, day: str) -> None:
    """Delete what is over its days, and come again at once if there was too much. A text message that is still to go
    out stays."""
    session, now, operator_id = context.session, context.clock.now(), context.operator_id
    assert operator_id is not None
    rules = context.resource(RulesOfCalls).get(operator_id)
    if rules is None:  # lends no lines
        return
    over = now - timedelta(days=rules.forwarding.control.kept_days)
    is_decided = or_(TextMessage.sent_at.is_not(None), TextMessage.failed_at.is_not(None))
    is_left = False
    for table, is_over in (
        (ControlSession, ControlSession.started_at <= over),
        (ChangeUndo, ChangeUndo.until <= over),
        (TextMessage, (TextMessage.created_at <= over) & is_decided),
    ):
        old = session.scalars(select(table.id).where(is_over).limit(MOST_A_ROUND)).all()
        session.execute(delete(table).where(table.id.in_(old)))
        is_left = is_left or len(old) == MOST_A_ROUND
    if is_left:
        forget.enqueue(session, operator_id=operator_id, now=now, day=day)
