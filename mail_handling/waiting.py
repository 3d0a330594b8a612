"""What waits for staff at the mail counter, by kind of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, false, func, select
from sqlalchemy.orm import Session

from coworking.kit.profile_fields import Weekday
from mail_handling.histories import HERE
from mail_handling.models import MailItem
from mail_handling.profile import Choice
from mail_handling.rules import MailRules


class Work(StrEnum):
    UNASSIGNED = "unassigned"
    """Nobody's yet."""
    SCAN = "scan"
    """To be opened and scanned."""
    HAND_OVER = "hand-over"
    """Its member wants to collect it."""
    BATCH = "batch"
    """To be sent on today."""
    STORAGE = "storage"
    """Its free days of storage end soon."""
    DISPOSAL = "disposal"
    """To be destroyed: confirmed, and its waiting days are over."""
    RETURN = "return"
    """To be sent back."""


def count_work(session: Session, rules: MailRules, now: datetime, *, most: int) -> dict[Work, int]:
    """By kind, up to `most` each, in one question to the database. Of batches it counts members: what one of them wants
    sent on goes together."""
    counts = []
    for work, condition in _conditions(rules, now).items():
        what = MailItem.member_id if work is Work.BATCH else MailItem.id
        found = select(what).where(condition).distinct().limit(most).subquery()
        counts.append(select(func.count()).select_from(found).scalar_subquery().label(work.name))
    row = session.execute(select(*counts)).one()
    return dict(zip(Work, row, strict=True))


def list_work(
    session: Session, rules: MailRules, work: Work, now: datetime, *, limit: int
) -> Sequence[MailItem]:
    """In the order of arrival."""
    statement = select(MailItem).where(_conditions(rules, now)[work]).order_by(MailItem.id).limit(limit)
    return session.scalars(statement).all()


def _conditions(rules: MailRules, now: datetime) -> Mapping[Work, ColumnElement[bool]]:
    today = rules.calendar.local_date(now)
    here = MailItem.status.in_(HERE)
    storage, forwarding = rules.profile.storage, rules.profile.forwarding
    ends_soon: ColumnElement[bool] = false()
    if storage is not None:
        # The first day that costs something is received_on + free_days (see mail_handling.storage).
        first_received = today - timedelta(days=storage.free_days - 1)
        last_received = today - timedelta(days=storage.free_days - storage.warning_days_before)
        ends_soon = here & MailItem.received_on.between(first_received, last_received)
    sent_on = [Choice.FORWARD.value]
    if forwarding is not None and (
        not forwarding.weekdays or list(Weekday)[today.weekday()] in forwarding.weekdays
    ):
        sent_on.append(Choice.BUNDLE.value)
    return {
        Work.UNASSIGNED: MailItem.status == "unassigned",
        Work.SCAN: here & (MailItem.instruction == Choice.SCAN.value),
        Work.HAND_OVER: here & (MailItem.instruction == Choice.PICK_UP.value),
        Work.BATCH: here & MailItem.instruction.in_(sent_on),
        Work.STORAGE: ends_soon,
        Work.DISPOSAL: here & (MailItem.disposable_on <= today),
        Work.RETURN: here & (MailItem.instruction == Choice.RETURN.value),
    }
