"""How long what is held about people is kept, and the daily forgetting of what is over (R31)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.people.holds import members_on_hold
from coworking.kit.notices import Notice
from coworking.kit.outbox import TaskContext, task
from coworking.kit.profile_fields import Words
from coworking.membership.incidents.models import Inquiry
from coworking.membership.signing_in.models import MailedLink, SignInChallenge

MOST_A_ROUND = 5_000


@dataclass(frozen=True, slots=True)
class Retention:
    """`days` from the day on which it came about; `years` where a law counts in years, from the day on which it was
    over. `law` is why it stays although a person asks for its erasure; None where it goes at once."""

    what: Words
    days: int | None = None
    years: int | None = None
    law: Words | None = None


_TAX_LAW = Words("法人税法・消費税法（帳簿書類の保存）", "Corporation Tax Act and Consumption Tax Act: books")
RETENTION: Final[dict[str, Retention]] = {
    "notices": Retention(Words("お知らせの本文", "What notices said"), days=1095),
    "inquiries": Retention(Words("お問い合わせ", "Inquiries"), days=1095),
    "mailed-links": Retention(Words("メールで送ったリンク", "Links that were mailed"), days=90),
    "sign-in-challenges": Retention(Words("サインインの途中の記録", "Sign-ins that were begun"), days=1),
    "books": Retention(
        Words("請求書・入金・仕訳", "Invoices, payments and the journal"), years=7, law=_TAX_LAW
    ),
    "calls": Retention(
        Words("通話の記録と料金", "Records of calls and their charges"), years=7, law=_TAX_LAW
    ),
    "identity": Retention(
        Words("本人確認の記録", "Records of identity checks"),
        years=7,
        law=Words(
            "犯罪収益移転防止法（確認記録の保存）", "Act on Prevention of Transfer of Criminal Proceeds"
        ),
    ),
}


@task("people.forget")
def forget(context: TaskContext, *, day: str) -> None:
    """Forget what is over its days, except of people on legal hold; come again at once if there was too much."""
    assert context.operator_id is not None
    session, now = context.session, context.clock.now()
    kept = members_on_hold(session)
    rounds = [step(session, kept, now) for step in STEPS]
    if MOST_A_ROUND in rounds:
        forget.enqueue(session, operator_id=context.operator_id, now=now, day=day)


def _forget_notices(session: Session, kept: list[int], now: datetime) -> int:
    """That it was sent, and when, stays."""
    old = session.scalars(
        select(Notice.id)
        .where(
            Notice.created_at <= _over("notices", now),
            Notice.body != "",
            Notice.recipient.not_in([f"member:{member_id}" for member_id in kept]),
        )
        .limit(MOST_A_ROUND)
    ).all()
    session.execute(update(Notice).where(Notice.id.in_(old)).values(subject="", body="", address=""))
    return len(old)


def _forget_inquiries(session: Session, kept: list[int], now: datetime) -> int:
    over = Inquiry.asked_at <= _over("inquiries", now)
    old = session.scalars(
        select(Inquiry.id).where(over, Inquiry.member_id.not_in(kept)).limit(MOST_A_ROUND)
    ).all()
    session.execute(delete(Inquiry).where(Inquiry.id.in_(old)))
    return len(old)


def _forget_links(session: Session, kept: list[int], now: datetime) -> int:
    del kept
    over = MailedLink.until <= _over("mailed-links", now)
    old = session.scalars(select(MailedLink.id).where(over).limit(MOST_A_ROUND)).all()
    session.execute(delete(MailedLink).where(MailedLink.id.in_(old)))
    return len(old)


def _forget_challenges(session: Session, kept: list[int], now: datetime) -> int:
    del kept
    over = SignInChallenge.until <= _over("sign-in-challenges", now)
    old = session.scalars(select(SignInChallenge.id).where(over).limit(MOST_A_ROUND)).all()
    session.execute(delete(SignInChallenge).where(SignInChallenge.id.in_(old)))
    return len(old)


STEPS: tuple[Callable[[Session, list[int], datetime], int], ...] = (
    _forget_notices,
    _forget_inquiries,
    _forget_links,
    _forget_challenges,
)


def _over(name: str, now: datetime) -> datetime:
    return now - timedelta(days=RETENTION[name].days or 0)
