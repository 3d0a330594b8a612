"""Requests for mails that count no more."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.membership.signing_in.challenges import make_challenge
from coworking.membership.signing_in.mail_limits import DAY, forget_requests, may_mail
from coworking.membership.signing_in.models import MailRequest, SignInChallenge
from tests.factories.membership import NOW


def queue_forget(session: Session, operator_id: int) -> None:
    for at in (NOW - DAY, NOW - DAY + timedelta(seconds=1)):
        may_mail(session, operator_id, "sato@example.jp", "192.0.2.1", at)
    make_challenge(session, operator_id, "passkey-sign-in", NOW - DAY)
    forget_requests.enqueue(session, operator_id=operator_id, now=NOW, day=NOW.date().isoformat())


def is_forgotten(session: Session) -> bool:
    kept = session.scalars(select(MailRequest.at)).all()
    return (
        kept == [NOW - DAY + timedelta(seconds=1)] and not session.scalars(select(SignInChallenge.id)).all()
    )
