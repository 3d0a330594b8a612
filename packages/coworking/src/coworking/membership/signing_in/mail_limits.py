"""How many mails strangers can have sent: by mail address, by network address and by day (R21)."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, text
from sqlalchemy.orm import Session

from coworking.kit.outbox import TaskContext, task
from coworking.membership.accounts import normal_name
from coworking.membership.signing_in.errors import TooManyMails
from coworking.membership.signing_in.models import MailRequest, SignInChallenge

MOST_PER_ADDRESS_AN_HOUR = 3
MOST_PER_ADDRESS_A_DAY = 6
MOST_PER_ORIGIN_AN_HOUR = 30
MOST_A_DAY = 2_000
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_LOCK = 7_206_113


def may_mail(session: Session, operator_id: int, email: str, origin: str, now: datetime) -> bool:
    """Count one request for a mail to this address. False when the address had its share: the answer is the same then,
    but nothing is sent. Raises `TooManyMails` when the network address or the operator's day had theirs."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(:key, :operator_id)"), {"key": _LOCK, "operator_id": operator_id}
    )
    address, origin_digest = _digest(normal_name(email)), _digest(origin)
    is_origin = MailRequest.origin_digest == origin_digest
    if _count(session, now - HOUR, is_origin) >= MOST_PER_ORIGIN_AN_HOUR:
        raise TooManyMails
    if _count(session, now - DAY) >= MOST_A_DAY:
        raise TooManyMails
    is_address = MailRequest.address_digest == address
    hourly = _count(session, now - HOUR, is_address)
    daily = _count(session, now - DAY, is_address)
    session.add(
        MailRequest(operator_id=operator_id, address_digest=address, origin_digest=origin_digest, at=now)
    )
    session.flush()
    return hourly < MOST_PER_ADDRESS_AN_HOUR and daily < MOST_PER_ADDRESS_A_DAY


@task("membership.forget-requests")
def forget_requests(context: TaskContext, *, day: str) -> None:
    """Delete requests that count no more and ceremonies that are over; `day` only tells one day's task from
    another's."""
    del day
    now = context.clock.now()
    context.session.execute(delete(MailRequest).where(MailRequest.at <= now - DAY))
    context.session.execute(delete(SignInChallenge).where(SignInChallenge.until <= now))


def _count(session: Session, since: datetime, *among: ColumnElement[bool]) -> int:
    statement = select(func.count()).select_from(MailRequest).where(MailRequest.at > since, *among)
    return session.scalar(statement) or 0


def _digest(value: str) -> bytes:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).digest()
