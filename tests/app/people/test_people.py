"""What is held about a person is given out, erased but for what the law keeps, and forgotten in time."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people.erasing import NOBODY, erase
from app.people.errors import AccountOfStaff, MemberStillActive, MoneyStillOwed, OnLegalHold
from app.people.exporting import export_person
from app.people.holds import lift_hold, members_on_hold, place_hold
from app.people.models import Erasure
from app.people.retention import RETENTION, STEPS
from coworking.billing.debits.mandates import NewMandate, register_mandate
from coworking.billing.invoice_models import InvoiceBalance
from coworking.kit.audit import AuditEntry
from coworking.kit.clock import SystemClock
from coworking.kit.errors import NotFound, UserError
from coworking.kit.notices import Notice
from coworking.kit.sealing import FieldKeys
from coworking.membership.incidents.models import Breach, FaultReport, Inquiry
from coworking.membership.models import Account, Member, Person
from coworking.membership.record_fields import RetentionDays
from coworking.membership.signing_in.models import Passkey
from telephony.numbers.models import RegisteredPhone
from tests.factories.cards import make_card, sandbox_cards
from tests.factories.invoices import make_invoice
from tests.factories.membership import NOW, make_account, make_member, make_operator, nex
from tests.factories.numbers import make_line
from tests.factories.passkeys import make_passkey

CALENDAR = nex().calendar()
SECRET = "秘密の質問"
ACTOR = "account:1"
PHONE = "+819012345678"
MANDATE = NewMandate("0001", "001", 1, "7654321", "カイイン ハナコ", date(2026, 4, 1), is_active=True)
NAMES = {one.what.en: name for name, one in RETENTION.items()}


def write_to(
    session: Session,
    operator_id: int,
    recipient: str,
    kind: str,
    body: str,
    *,
    sent_at: datetime | None = None,
) -> None:
    session.add(
        Notice(
            operator_id=operator_id,
            recipient=recipient,
            address="sato@example.jp",
            kind=kind,
            channel="mail",
            language="ja",
            subject="佐藤 花子 様",
            body=body,
            created_at=NOW,
            sent_at=sent_at,
        )
    )


@pytest.fixture
def member(session: Session) -> Member:
    """Who has left, with a little of everything."""
    operator_id = make_operator(session)
    member = make_member(session, operator_id, name="佐藤 花子", email="sato@example.jp")
    member.person.address, member.person.phone = "横浜市中区1-2-3", "045-670-0001"
    make_passkey(session, make_account(session, operator_id, member=member, sign_in_name="sato@example.jp"))
    session.add(
        Inquiry(operator_id=operator_id, member_id=member.id, category="other", question=SECRET, asked_at=NOW)
    )
    write_to(session, operator_id, f"member:{member.id}", "welcome", SECRET, sent_at=NOW)
    member.status, member.ends_on = "ended", date(2026, 6, 9)
    session.flush()
    return member


def settle(session: Session, member: Member) -> None:
    invoice = make_invoice(session, member, issued_on=date(2026, 6, 1))
    balance = session.get_one(InvoiceBalance, invoice.id)
    balance.paid, balance.status, balance.paid_on = balance.total, "paid", date(2026, 6, 5)
    session.flush()


def test_everything_is_given_out_but_no_secret(session: Session, member: Member) -> None:
    make_invoice(session, member)
    export = export_person(session, member.person_id)
    told = json.dumps([export.person, export.tables, export.calls], ensure_ascii=False)
    assert export.person["phone"] == "045-670-0001"
    assert {name: len(rows) for name, rows in export.tables.items() if rows} == {
        "accounts": 1,
        "members": 1,
        "plans": 1,
        "identity_records": 1,
        "passkeys": 1,
        "invoices": 1,
        "inquiries": 1,
        "notices": 1,
    }
    assert SECRET in told
    assert "argon2" not in told
    assert "password_hash" not in told
    with pytest.raises(NotFound):
        export_person(session, member.person_id + 1000)


def test_what_no_law_keeps_is_erased_and_the_rest_is_told(session: Session, member: Member) -> None:
    settle(session, member)
    erased = erase(session, CALENDAR, member.person_id, actor=ACTOR, now=NOW)
    person = session.get_one(Person, member.person_id)
    assert (person.name, person.address, person.phone) == (NOBODY, None, None)
    export = export_person(session, person.id)
    told = json.dumps([export.person, export.tables], ensure_ascii=False)
    assert [word for word in (SECRET, "045-670-0001", "横浜市中区") if word in told] == []
    assert export.tables["notices"][0]["address"] == ""
    assert session.scalars(select(Passkey)).all() == []
    [account] = session.scalars(select(Account).where(Account.person_id == person.id))
    assert (account.closed_at, "sato" in account.sign_in_name) == (NOW, False)
    assert {NAMES[one.retention.what.en]: one.until for one in erased.kept} == {
        "books": date(2033, 6, 1),
        "identity": date(2033, 6, 10),
    }
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.erased"))
    assert entry.subject == f"person:{person.id}"
    again = erase(session, CALENDAR, person.id, actor=ACTOR, now=NOW + timedelta(days=1))
    assert (again.at, len(session.scalars(select(Erasure)).all())) == (NOW, 1)


def test_nothing_of_cards_accounts_phones_and_messages_is_left(session: Session, member: Member) -> None:
    operator_id, keys = member.operator_id, FieldKeys({"a": bytes(32)})
    make_card(session, sandbox_cards(SystemClock()), member)
    mandate = register_mandate(session, keys, member.id, MANDATE, actor=ACTOR, now=NOW)
    member.status, member.ends_on = "active", None
    line = make_line(session, operator_id, member=member)
    member.status, member.ends_on = "ended", date(2026, 6, 9)
    session.add(
        RegisteredPhone(operator_id=operator_id, line_id=line.id, number=PHONE, slot=1, registered_at=NOW)
    )
    session.add(
        FaultReport(
            operator_id=operator_id,
            member_id=member.id,
            kind="fault",
            what=SECRET,
            place="2F",
            reported_at=NOW,
            reported_by=ACTOR,
        )
    )
    session.add(
        Breach(
            operator_id=operator_id,
            member_id=member.id,
            kind="other",
            happened_on=date(2026, 6, 2),
            evidence="",
            recorded_at=NOW,
            recorded_by=ACTOR,
        )
    )
    session.flush()
    before = export_person(session, member.person_id).tables
    for table in ("cards", "debit_mandates", "lines", "registered_phones", "fault_reports", "breaches"):
        assert len(before[table]) == 1, table
    told = json.dumps(before, ensure_ascii=False)
    assert ("7654321" in told, PHONE in told, "カイイン" in told) == (False, True, False)
    erased = erase(session, CALENDAR, member.person_id, actor=ACTOR, now=NOW)
    after = json.dumps(export_person(session, member.person_id).tables, ensure_ascii=False)
    assert [word for word in (PHONE, SECRET, "ｶｲｲﾝ", "pm_ok") if word in after] == []
    assert (mandate.state, mandate.sealed_number) == ("ended", b"")
    assert ("conduct", date(2031, 6, 2)) in {(NAMES[one.retention.what.en], one.until) for one in erased.kept}


def still_a_member(session: Session, member: Member) -> None:
    member.status, member.ends_on = "active", None


def owes(session: Session, member: Member) -> None:
    make_invoice(session, member)


def is_held(session: Session, member: Member) -> None:
    place_hold(session, member.person_id, "係争中", actor=ACTOR, now=NOW)


def is_staff(session: Session, member: Member) -> None:
    account = make_account(session, member.operator_id)
    account.person = member.person


@pytest.mark.parametrize(
    ("because", "refused"),
    [
        (still_a_member, MemberStillActive),
        (owes, MoneyStillOwed),
        (is_held, OnLegalHold),
        (is_staff, AccountOfStaff),
    ],
)
def test_erasing_is_refused_and_leaves_everything(
    session: Session, member: Member, because: object, refused: type[UserError]
) -> None:
    assert callable(because)
    because(session, member)
    session.flush()
    with pytest.raises(refused):
        erase(session, CALENDAR, member.person_id, actor=ACTOR, now=NOW)
    assert session.get_one(Person, member.person_id).phone == "045-670-0001"
    assert session.scalars(select(Inquiry.question)).all() == [SECRET]


def write_to_account(session: Session, member: Member) -> Account:
    """To an account of the person's that has no membership."""
    operator_id = member.operator_id
    person = session.get_one(Person, member.person_id)
    account = make_account(session, operator_id, sign_in_name="second@example.jp", role="member")
    account.person = person
    link = f"https://example.jp/reset/rsl_{operator_id}_{'A' * 43}"
    write_to(session, operator_id, f"account:{account.id}", "password-reset", f"{link}\n{SECRET}")
    session.flush()
    return account


def test_letters_to_an_account_are_given_out_without_the_means_held_and_erased(
    session: Session, member: Member
) -> None:
    write_to_account(session, member)
    letters = export_person(session, member.person_id).tables["notices"]
    assert [one["body"] for one in letters] == [SECRET, f"https://example.jp/reset/…\n{SECRET}"]
    is_held(session, member)
    for step in STEPS:
        step(session, members_on_hold(session), RetentionDays(), NOW + timedelta(days=9999))
    session.expire_all()
    assert all(SECRET in body for body in session.scalars(select(Notice.body)))
    lift_hold(session, member.person_id, actor=ACTOR, now=NOW)
    erase(session, CALENDAR, member.person_id, actor=ACTOR, now=NOW)
    letters = export_person(session, member.person_id).tables["notices"]
    assert {(one["address"], one["body"], one["failed_at"] is None) for one in letters} == {
        ("", "", True),
        ("", "", False),
    }


def test_what_is_over_is_forgotten_but_not_of_who_is_held(session: Session, member: Member) -> None:
    kept_days = RetentionDays(notice_days=1095, inquiry_days=1095)

    def forget(days: int) -> list[str]:
        for step in STEPS:
            step(session, members_on_hold(session), kept_days, NOW + timedelta(days=days))
        session.expire_all()
        return list(session.scalars(select(Notice.body))) + list(session.scalars(select(Inquiry.question)))

    assert forget(1094) == [SECRET, SECRET]
    is_held(session, member)
    assert forget(1095) == [SECRET, SECRET]
    lift_hold(session, member.person_id, actor=ACTOR, now=NOW)
    assert forget(1095) == [""]
    with pytest.raises(NotFound):
        lift_hold(session, member.person_id, actor=ACTOR, now=NOW)
