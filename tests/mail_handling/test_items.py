"""Items over their days: standing instructions, storage, disposal, the end of a membership, the search."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coworking.billing import list_charges
from coworking.kit.errors import NotFound, UserError
from coworking.kit.notices import Notice
from coworking.membership.models import Member
from mail_handling import (
    Choice,
    MailItem,
    Wanted,
    assign,
    confirm_disposal,
    instruct,
    list_items,
    put_back,
    record_scan,
)
from mail_handling.days import turn_item
from mail_handling.endings import dispose, send_back
from mail_handling.errors import DisposalTooEarly, OwnChoice, SenderEmpty
from mail_handling.histories import state_after
from mail_handling.items import histories_of, state_of
from mail_handling.models import MailEvent
from mail_handling.rules import MailRules
from mail_handling.standing import NewStanding, give_standing
from tests.factories.mail import ACTOR, PUBLIC_URL, mail_rules, make_item
from tests.factories.membership import NOW, make_member, make_operator, make_profile_version


@pytest.fixture
def operator_id(session: Session) -> int:
    return make_operator(session)


@pytest.fixture
def rules(session: Session, operator_id: int) -> MailRules:
    return mail_rules(make_profile_version(session, operator_id))


@pytest.fixture
def member(session: Session, operator_id: int) -> Member:
    return make_member(session, operator_id)


def later(days: int) -> datetime:
    return NOW + timedelta(days=days)


def told(session: Session) -> list[str]:
    return list(session.scalars(select(Notice.kind).where(Notice.kind.like("mail-%")).order_by(Notice.id)))


def test_what_the_item_says_is_what_its_history_says(
    session: Session, rules: MailRules, member: Member
) -> None:
    item = make_item(session, member.operator_id, member=member, rules=rules)
    instruct(session, rules, item.id, Choice.SCAN, actor=ACTOR, by_staff=False, now=NOW)
    record_scan(session, rules, item.id, actor=ACTOR, now=NOW)
    instruct(session, rules, item.id, Choice.DISPOSE, actor=ACTOR, by_staff=False, now=NOW)
    confirm_disposal(session, rules, item.id, actor=ACTOR, by_staff=False, now=NOW)
    history = histories_of(session, [item.id])[item.id]
    assert [one.number for one in history] == list(range(1, len(history) + 1))
    assert state_after(history) == state_of(item)
    with pytest.raises(DisposalTooEarly):
        dispose(session, rules, item.id, actor=ACTOR, now=NOW)
    dispose(session, rules, item.id, actor=ACTOR, now=later(1))
    assert item.status == "disposed"
    assert told(session) == ["mail-arrived", "mail-scanned", "mail-disposed"]
    body = session.scalars(select(Notice.body).where(Notice.kind == "mail-scanned")).one()
    assert f"{PUBLIC_URL}/mail/{item.id}" in body.split()
    assert [charge.what for charge in list_charges(session)] == ["mail-scan"]


def test_history_cannot_be_changed_and_ends_once(
    session: Session, rules: MailRules, operator_id: int
) -> None:
    item = make_item(session, operator_id, rules=rules)
    send_back(session, item.id, actor=ACTOR, now=NOW)
    twice = {
        "operator_id": operator_id,
        "item_id": item.id,
        "number": 9,
        "what": "disposed",
        "at": NOW,
        "by": ACTOR,
        "acted_as": "staff",
    }
    with pytest.raises(DBAPIError, match="uq_mail_events_end"), session.begin_nested():
        session.execute(insert(MailEvent).values(twice))
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(update(MailEvent).values(by="account:2"))


@pytest.mark.parametrize(
    ("new", "item_kind", "days", "instruction"),
    [
        (NewStanding(Choice.FORWARD), "letter", 0, "forward"),
        (NewStanding(Choice.FORWARD, sender="ヨコハマ"), "letter", 0, None),
        (NewStanding(Choice.FORWARD, sender="横浜"), "letter", 0, "forward"),
        (NewStanding(Choice.FORWARD, weekday=2), "letter", 0, "forward"),  # 2026-06-10 is a Wednesday
        (NewStanding(Choice.FORWARD, weekday=3), "letter", 0, None),
        (NewStanding(Choice.RETURN, after_days=10), "letter", 9, None),
        (NewStanding(Choice.RETURN, after_days=10), "letter", 10, "return"),
        (NewStanding(Choice.RETURN, before_storage=True), "letter", 24, None),
        (NewStanding(Choice.RETURN, before_storage=True), "letter", 25, "return"),
    ],
)
def test_standing_instructions_hold_for_what_they_fit(
    session: Session,
    rules: MailRules,
    member: Member,
    new: NewStanding,
    item_kind: str,
    days: int,
    instruction: str | None,
) -> None:
    give_standing(session, rules, member.id, new, actor=ACTOR, by_staff=False, now=NOW)
    item = make_item(session, member.operator_id, member=member, rules=rules)
    for day in range(days + 1):
        turn_item(session, rules, item, later(day))
    assert item.instruction == instruction


def test_storage_is_warned_of_once_and_then_charged_by_the_day(
    session: Session, rules: MailRules, member: Member
) -> None:
    item = make_item(session, member.operator_id, member=member, rules=rules)
    for day in (24, 25, 26, 29, 30, 30, 33):
        turn_item(session, rules, item, later(day))
    assert told(session).count("mail-storage-warning") == 1
    charges = list_charges(session)
    assert [charge.what for charge in charges] == ["mail-storage"] * 4
    assert [charge.service_on for charge in charges] == [later(day).date() for day in range(30, 34)]


def test_who_hears_late_of_an_item_is_warned_as_long_before(
    session: Session, rules: MailRules, member: Member
) -> None:
    """Not even where another had it wrongly, and was warned and charged."""
    other = make_member(session, member.operator_id)
    item = make_item(session, member.operator_id, member=other, rules=rules)
    for day in (25, 30, 31):
        turn_item(session, rules, item, later(day))
    put_back(session, item.id, actor=ACTOR, by_staff=True, now=later(31))
    assign(session, rules, item.id, member.id, actor=ACTOR, now=later(40))
    for day in range(41, 48):
        turn_item(session, rules, item, later(day))
    own = select(Notice.created_at).where(
        Notice.kind == "mail-storage-warning", Notice.recipient == f"member:{member.id}"
    )
    assert session.scalars(own).all() == [later(41)]
    charged = [charge.service_on for charge in list_charges(session) if charge.member_id == member.id]
    assert charged == [later(46).date(), later(47).date()]


def test_a_standing_disposal_is_the_members_word_once_confirmed(
    session: Session, rules: MailRules, member: Member
) -> None:
    standing = NewStanding(Choice.DISPOSE)
    give_standing(session, rules, member.id, standing, actor=ACTOR, by_staff=False, now=NOW)
    item = make_item(session, member.operator_id, member=member, rules=rules)
    confirm_disposal(session, rules, item.id, actor=ACTOR, by_staff=False, now=NOW)
    assert item.instructed_by == ACTOR
    dispose(session, rules, item.id, actor=ACTOR, now=later(1))
    assert told(session) == ["mail-arrived", "mail-disposal-to-confirm", "mail-disposed"]


def test_after_the_end_nobody_has_to_confirm_a_standing_disposal(
    session: Session, rules: MailRules, member: Member
) -> None:
    after_end = rules.profile.after_end.model_copy(update={"then": "dispose"})
    rules = replace(rules, profile=rules.profile.model_copy(update={"after_end": after_end}))
    standing = NewStanding(Choice.DISPOSE)
    give_standing(session, rules, member.id, standing, actor=ACTOR, by_staff=False, now=NOW)
    item = make_item(session, member.operator_id, member=member, rules=rules)
    member.status, member.ends_on = "ended", NOW.date()
    session.flush()
    for day in (31, 32):
        turn_item(session, rules, item, later(day))
    assert len(histories_of(session, [item.id])[item.id]) == 5
    assert dispose(session, rules, item.id, actor=ACTOR, now=later(32)).status == "disposed"


def test_a_sender_without_letters_is_not_every_sender(
    session: Session, rules: MailRules, member: Member
) -> None:
    new = NewStanding(Choice.RETURN, sender="・-")
    with pytest.raises(SenderEmpty):
        give_standing(session, rules, member.id, new, actor=ACTOR, by_staff=False, now=NOW)


def test_after_the_end_and_its_grace_the_rules_say_what_becomes_of_an_item(
    session: Session, rules: MailRules, member: Member
) -> None:
    item = make_item(session, member.operator_id, member=member, rules=rules)
    member.status, member.ends_on = "ended", NOW.date()
    session.flush()
    turn_item(session, rules, item, later(30))
    assert item.instruction is None
    turn_item(session, rules, item, later(31))
    turn_item(session, rules, item, later(32))
    assert (item.instruction, item.instructed_by) == ("return", "rules")
    assert len(histories_of(session, [item.id])[item.id]) == 4
    assert list_charges(session) == []
    assert send_back(session, item.id, actor=ACTOR, now=later(32)).status == "returned"


def test_opening_and_disposal_are_the_members_own_word(
    session: Session, rules: MailRules, member: Member
) -> None:
    item = make_item(session, member.operator_id, member=member, rules=rules)
    for choice in (Choice.SCAN, Choice.DISPOSE):
        with pytest.raises(OwnChoice):
            instruct(session, rules, item.id, choice, actor=ACTOR, by_staff=True, now=NOW)
    with pytest.raises(OwnChoice):
        give_standing(
            session, rules, member.id, NewStanding(Choice.SCAN), actor=ACTOR, by_staff=True, now=NOW
        )


def test_what_was_put_back_is_found_by_what_stands_on_it_only(
    session: Session, rules: MailRules, operator_id: int
) -> None:
    member = make_member(session, operator_id, name="鈴木 一郎")
    item = make_item(session, operator_id, member=member, rules=rules, addressee="さくら書店")
    found = Wanted(name="鈴木")
    assert [one.id for one in list_items(session, found, after_id=0, limit=10)] == [item.id]
    put_back(session, item.id, actor=ACTOR, by_staff=True, now=NOW)
    assert list_items(session, found, after_id=0, limit=10) == []
    assert len(list_items(session, Wanted(name="サクラ"), after_id=0, limit=10)) == 1
    assert session.scalar(select(func.count()).select_from(MailItem)) == 1


def test_nothing_is_done_with_an_item_that_is_not_there(session: Session, rules: MailRules) -> None:
    with pytest.raises(NotFound):
        dispose(session, rules, 999, actor=ACTOR, now=NOW)
    with pytest.raises(UserError):
        put_back(session, 999, actor=ACTOR, by_staff=True, now=NOW)
