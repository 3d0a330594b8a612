"""How long what is held about people is kept, and the daily forgetting of what is over (R31)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.people.holds import accounts_on_hold, members_on_hold, recipients_of
from coworking.doors.forgetting import forget_events, forget_told, forget_visits, forget_vouchers
from coworking.kit.notices import Notice
from coworking.kit.outbox import TaskContext, task
from coworking.kit.profile_fields import Words
from coworking.membership import RulesOfMembers
from coworking.membership.incidents.models import Inquiry
from coworking.membership.record_fields import RetentionDays
from coworking.membership.signing_in.models import MailedLink, SignInChallenge
from coworking.reservations.forgetting import forget_reservations
from mail_handling.forgetting import forget_destinations, forget_hand_overs, forget_items
from mail_handling.pictures.forgetting import forget_pictures, forget_scans

MOST_A_ROUND = 5_000
MOST_FILES_A_ROUND = 500


@dataclass(frozen=True, slots=True)
class Retention:
    """`days` from the day on which it came about, unless the operator's profile says otherwise; `years` where a law
    counts in years, from the day on which it was over. `law` is why it stays although a person asks for its erasure;
    None where it goes at once."""

    what: Words
    days: int | None = None
    years: int | None = None
    law: Words | None = None


_USUAL = RetentionDays()
_TAX_LAW = Words("法人税法・消費税法（帳簿書類の保存）", "Corporation Tax Act and Consumption Tax Act: books")
RETENTION: Final[dict[str, Retention]] = {
    "notices": Retention(Words("お知らせの本文", "What notices said"), days=_USUAL.notice_days),
    "inquiries": Retention(Words("お問い合わせ", "Inquiries"), days=_USUAL.inquiry_days),
    "mailed-links": Retention(
        Words("メールで送ったリンク", "Links that were mailed"), days=_USUAL.mailed_link_days
    ),
    "sign-in-challenges": Retention(
        Words("サインインの途中の記録", "Sign-ins that were begun"), days=_USUAL.sign_in_days
    ),
    "mail-pictures": Retention(
        Words("郵便物の外側の写真（お渡しなどの後）", "Pictures of mail that left"),
        days=_USUAL.mail_picture_days,
    ),
    "mail-scans": Retention(Words("開封スキャンのPDF", "Scans of opened mail"), days=_USUAL.mail_scan_days),
    "mail-items": Retention(
        Words(
            "お渡し・転送などが済んだ郵便物の宛名・差出人・転送先・受取サイン",
            "Names on mail that left, where it was sent, signatures of who took it",
        ),
        days=_USUAL.mail_item_days,
    ),
    "door-events": Retention(
        Words("入退室とドアの記録", "What happened at doors and entrances"), days=_USUAL.door_event_days
    ),
    "visits": Retention(Words("滞在の記録", "Visits"), days=_USUAL.visit_days),
    "reservations": Retention(
        Words("終わった予約", "Reservations that are over"), days=_USUAL.reservation_days
    ),
    "conduct": Retention(
        Words("違反・利用拒否・損害の記録", "Records of breaches, refused service and damage"),
        years=5,
        law=Words("民法第166条（債権の消滅時効）", "Civil Code, article 166: limitation of claims"),
    ),
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
    days = context.resource(RulesOfMembers)[context.operator_id].profile.retention
    rounds = [step(session, kept, days, now) for step in STEPS]
    if {MOST_A_ROUND, MOST_FILES_A_ROUND} & set(rounds):
        forget.enqueue(session, operator_id=context.operator_id, now=now, day=day)


def _forget_notices(session: Session, kept: list[int], days: RetentionDays, now: datetime) -> int:
    """That it was sent, and when, stays."""
    old = session.scalars(
        select(Notice.id)
        .where(
            Notice.created_at <= now - timedelta(days=days.notice_days),
            Notice.body != "",
            Notice.recipient.not_in(recipients_of(kept, accounts_on_hold(session))),
        )
        .limit(MOST_A_ROUND)
    ).all()
    if not old:
        return 0
    session.execute(update(Notice).where(Notice.id.in_(old)).values(subject="", body="", address=""))
    return len(old)


def _forget_inquiries(session: Session, kept: list[int], days: RetentionDays, now: datetime) -> int:
    over = Inquiry.asked_at <= now - timedelta(days=days.inquiry_days)
    old = session.scalars(
        select(Inquiry.id).where(over, Inquiry.member_id.not_in(kept)).limit(MOST_A_ROUND)
    ).all()
    if not old:
        return 0
    session.execute(delete(Inquiry).where(Inquiry.id.in_(old)))
    return len(old)


def _forget_links(session: Session, kept: list[int], days: RetentionDays, now: datetime) -> int:
    del kept
    over = MailedLink.until <= now - timedelta(days=days.mailed_link_days)
    old = session.scalars(select(MailedLink.id).where(over).limit(MOST_A_ROUND)).all()
    if not old:
        return 0
    session.execute(delete(MailedLink).where(MailedLink.id.in_(old)))
    return len(old)


def _forget_challenges(session: Session, kept: list[int], days: RetentionDays, now: datetime) -> int:
    del kept
    over = SignInChallenge.until <= now - timedelta(days=days.sign_in_days)
    old = session.scalars(select(SignInChallenge.id).where(over).limit(MOST_A_ROUND)).all()
    if not old:
        return 0
    session.execute(delete(SignInChallenge).where(SignInChallenge.id.in_(old)))
    return len(old)


def _forget_mail_pictures(session: Session, kept: list[int], days: RetentionDays, now: datetime) -> int:
    before = now - timedelta(days=days.mail_picture_days)
    return forget_pictures(session, before=before, now=now, kept=kept, most=MOST_FILES_A_ROUND)


def _forget_mail_scans(session: Session, kept: list[int], days: RetentionDays, now: datetime) -> int:
    before = now - timedelta(days=days.mail_scan_days)
    return forget_scans(session, before=before, now=now, kept=kept, most=MOST_FILES_A_ROUND)


def _forget_mail_items(session: Session, kept: list[int], days: RetentionDays, now: datetime) -> int:
    before = now - timedelta(days=days.mail_item_days)
    return max(
        step(session, before=before, kept=kept, most=MOST_A_ROUND)
        for step in (forget_items, forget_hand_overs, forget_destinations)
    )


def _forget_door_events(session: Session, kept: list[int], days: RetentionDays, now: datetime) -> int:
    before = now - timedelta(days=days.door_event_days)
    return max(
        step(session, before=before, kept=kept, most=MOST_A_ROUND) for step in (forget_events, forget_told)
    )


def _forget_visits(session: Session, kept: list[int], days: RetentionDays, now: datetime) -> int:
    before = now - timedelta(days=days.visit_days)
    return max(
        step(session, before=before, kept=kept, most=MOST_A_ROUND)
        for step in (forget_visits, forget_vouchers)
    )


def _forget_reservations(session: Session, kept: list[int], days: RetentionDays, now: datetime) -> int:
    before = now - timedelta(days=days.reservation_days)
    return forget_reservations(session, before=before, kept=kept, most=MOST_A_ROUND)


STEPS: tuple[Callable[[Session, list[int], RetentionDays, datetime], int], ...] = (
    _forget_notices,
    _forget_inquiries,
    _forget_links,
    _forget_challenges,
    _forget_mail_pictures,
    _forget_mail_scans,
    _forget_mail_items,
    _forget_door_events,
    _forget_visits,
    _forget_reservations,
)
