"""What stands on mail that left goes when its days are over; that it came and went stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coworking.membership.models import Member
from mail_handling import Choice, MailItem, NewBatch, Proof, forward, hand_over, instruct
from mail_handling.erasing import erase_mail
from mail_handling.forgetting import forget_destinations, forget_hand_overs, forget_items
from mail_handling.models import HandOver, MailBatch, MailEvent, MailWord
from tests.factories.mail import ACTOR, mail_rules, make_item
from tests.factories.membership import NOW, make_member, make_operator, make_profile_version

DAY = timedelta(days=1)
SIGNATURE = "M1 1 L20 20"
DOCUMENT = Proof(recipient="佐藤 花子", document="passport")


@pytest.fixture
def member(session: Session) -> Member:
    """One who collected a letter and a parcel and had another letter sent on, on the day after they came; a fourth is
    still here."""
    operator_id = make_operator(session)
    member = make_member(session, operator_id)
    rules = mail_rules(make_profile_version(session, operator_id))
    items = [
        make_item(session, operator_id, member=member, rules=rules, tracking_number=str(number))
        for number in range(4)
    ]
    then = NOW + DAY
    collected = [item.id for item in items[:2]]
    hand_over(session, rules, member.id, collected, DOCUMENT, signature=SIGNATURE, actor=ACTOR, now=then)
    instruct(session, rules, items[2].id, Choice.FORWARD, actor=ACTOR, by_staff=True, now=then)
    new = NewBatch(postage=Decimal(430), addressee="佐藤", address="富山市1-1")
    forward(session, rules, member.id, new, actor=ACTOR, now=then)
    return member


def known(session: Session) -> tuple[int, int, int]:
    """Of how many items names are known, of how many hand-overs signatures, of how many batches destinations."""
    session.expire_all()
    named = MailItem.addressee.is_not(None) | MailItem.id.in_(select(MailWord.item_id))
    questions = (
        select(func.count()).select_from(MailItem).where(named),
        select(func.count()).select_from(HandOver).where(HandOver.signature == SIGNATURE),
        select(func.count()).select_from(MailBatch).where(MailBatch.address != ""),
    )
    first, second, third = (session.scalar(question) or 0 for question in questions)
    return first, second, third


def forget(session: Session, before: datetime, kept: list[int] | None = None) -> list[int]:
    return [
        step(session, before=before, kept=kept or [], most=10)
        for step in (forget_items, forget_hand_overs, forget_destinations)
    ]


def test_names_signatures_and_destinations_go_after_their_days(session: Session, member: Member) -> None:
    left_at = NOW + DAY
    events = session.scalar(select(func.count()).select_from(MailEvent))
    assert forget(session, left_at) == [0, 0, 0]
    assert forget(session, left_at + DAY, [member.id]) == [0, 0, 0]
    assert known(session) == (4, 1, 1)
    assert forget(session, left_at + DAY) == [3, 1, 1]
    assert known(session) == (1, 0, 0)
    assert forget(session, left_at + DAY) == [0, 0, 0]
    handed = session.scalars(select(HandOver)).one()
    assert (handed.recipient, handed.document, handed.handed_at) == ("", "passport", left_at)
    assert session.scalar(select(func.count()).select_from(MailEvent)) == events


def test_who_is_erased_leaves_no_signature(session: Session, member: Member) -> None:
    erase_mail(session, [member.id])
    assert known(session) == (1, 0, 0)


def change_signature(session: Session) -> None:
    session.execute(update(HandOver).values(signature="M2 2"))


def change_recipient(session: Session) -> None:
    session.execute(update(HandOver).values(recipient="鈴木"))


def change_who_handed(session: Session) -> None:
    session.execute(update(HandOver).values(handed_by="account:2"))


def delete_it(session: Session) -> None:
    session.execute(delete(HandOver))


@pytest.mark.parametrize("change", [change_signature, change_recipient, change_who_handed, delete_it])
def test_a_hand_over_is_wiped_and_never_changed(
    session: Session, member: Member, change: Callable[[Session], None]
) -> None:
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"), session.begin_nested():
        change(session)
