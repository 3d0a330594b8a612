"""A person's data is erased on request, but for what the law keeps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.people.erased_rows import erase_means, erase_reports, erase_telephone, erase_ways_in
from app.people.errors import AccountOfStaff, MemberStillActive, MoneyStillOwed, OnLegalHold
from app.people.holds import held_person, hold_of, recipients_of
from app.people.models import Erasure
from app.people.retention import RETENTION, Retention
from coworking.billing.allocations import advance_of
from coworking.billing.balances import open_balances
from coworking.billing.deposits.models import PayerName
from coworking.billing.invoice_models import Invoice
from coworking.billing.payment_models import Payment
from coworking.kit.audit import record
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.notices import Notice
from coworking.membership.application_models import Application, LinkedCard
from coworking.membership.community.models import GroupPick, Preference
from coworking.membership.detail_models import InvoiceAddresseeRow
from coworking.membership.identity.models import IdentityRecord
from coworking.membership.incidents.models import Breach, Damage, Inquiry
from coworking.membership.leaving import OVER
from coworking.membership.models import Account, Member, Person
from coworking.membership.roles import STAFF_ROLES
from coworking.membership.signing_in.staff_accounts import strip
from mail_handling.addressees.models import MemberAlias
from mail_handling.erasing import erase_mail
from mail_handling.pictures.forgetting import erase_pictures
from telephony.forwarding.models import Call
from virtual_office.models import AddressCertificate, AddressRegistration

NOBODY = "（消去済み / erased）"
HASH_OF_NONE = "!"


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays of a person, at least until a local date."""

    retention: Retention
    until: date


@dataclass(frozen=True, slots=True)
class Erased:
    at: datetime
    kept: Sequence[Kept]


def erase(
    session: Session, calendar: BusinessCalendar, person_id: int, *, actor: str, now: datetime
) -> Erased:
    """Erase or make nobody's what no law keeps: contact data, accounts, cards and mandates, phones and messages, ways
    in, inquiries and reports, preferences, what notices said.
    Erasing again gives what was said before. Raises `NotFound`, `OnLegalHold`, `MemberStillActive`, `AccountOfStaff`,
    `MoneyStillOwed`."""
    person = held_person(session, person_id)
    members = session.scalars(
        select(Member).where(Member.person_id == person_id).with_for_update(of=Member)
    ).all()
    accounts = session.scalars(
        select(Account).where(Account.person_id == person_id).with_for_update(of=Account)
    ).all()
    _require_erasable(session, person, members, accounts)
    kept = list(_kept(session, calendar, members))
    before = session.get(Erasure, person_id)
    if before is not None:
        return Erased(before.erased_at, kept)
    _erase_accounts(session, accounts, actor, now)
    _erase_notices(session, [member.id for member in members], [account.id for account in accounts], now)
    _erase_memberships(session, [member.id for member in members], now)
    erase_means(session, [member.id for member in members], actor=actor, now=now)
    erase_telephone(session, [member.id for member in members], now)
    erase_ways_in(session, [member.id for member in members], [account.id for account in accounts])
    erase_reports(session, [member.id for member in members])
    person.name, person.email = NOBODY, f"erased-{person.id}@erased.invalid"
    person.kana = person.address = person.phone = person.birth_date = None
    session.add(Erasure(person_id=person_id, operator_id=person.operator_id, erased_at=now, erased_by=actor))
    record(
        session,
        operator_id=person.operator_id,
        at=now,
        actor=actor,
        action="person.erased",
        subject=f"person:{person_id}",
        details={"members": [member.id for member in members]},
    )
    session.flush()
    return Erased(now, kept)


def _require_erasable(
    session: Session, person: Person, members: Sequence[Member], accounts: Sequence[Account]
) -> None:
    if hold_of(session, person.id) is not None:
        raise OnLegalHold
    if any(member.status not in OVER for member in members):
        raise MemberStillActive
    if any(account.role in STAFF_ROLES and account.closed_at is None for account in accounts):
        raise AccountOfStaff
    if any(open_balances(session, member.id) or advance_of(session, member.id) for member in members):
        raise MoneyStillOwed


def _erase_accounts(session: Session, accounts: Sequence[Account], actor: str, now: datetime) -> None:
    for account in accounts:
        strip(session, account, actor=actor, now=now)
        account.closed_at = account.closed_at or now
        account.sign_in_name = f"erased/{account.id}"
        account.password_hash, account.password_set_at = HASH_OF_NONE, None


def _erase_notices(
    session: Session, member_ids: Sequence[int], account_ids: Sequence[int], now: datetime
) -> None:
    own = Notice.recipient.in_(recipients_of(member_ids, account_ids))
    waiting = Notice.sent_at.is_(None) & Notice.failed_at.is_(None)
    session.execute(update(Notice).where(own, waiting).values(failed_at=now))
    session.execute(update(Notice).where(own).values(subject="", body="", address=""))


def _erase_memberships(session: Session, member_ids: Sequence[int], now: datetime) -> None:
    for model in (Inquiry, Preference, GroupPick, InvoiceAddresseeRow, PayerName, MemberAlias):
        session.execute(delete(model).where(model.member_id.in_(member_ids)))
    erase_pictures(session, member_ids, now=now)
    erase_mail(session, member_ids)
    session.execute(update(Application).where(Application.member_id.in_(member_ids)).values(evidence=None))
    for certificate in session.scalars(
        select(AddressCertificate).where(AddressCertificate.member_id.in_(member_ids))
    ):
        certificate.facts = {**certificate.facts, "name": NOBODY, "registered_name": None}
    registered = update(AddressRegistration).where(AddressRegistration.member_id.in_(member_ids))
    session.execute(registered.values(registered_name=NOBODY))
    cards = session.scalars(select(LinkedCard).where(LinkedCard.member_id.in_(member_ids)))
    for card in cards:
        card.reference, card.unlinked_at = f"erased:{card.id}", card.unlinked_at or now


def _kept(session: Session, calendar: BusinessCalendar, members: Sequence[Member]) -> Iterator[Kept]:
    ids = [member.id for member in members]
    issued = session.scalar(select(func.max(Invoice.issued_on)).where(Invoice.member_id.in_(ids)))
    received = session.scalar(select(func.max(Payment.received_on)).where(Payment.member_id.in_(ids)))
    called = session.scalar(select(func.max(Call.started_at)).where(Call.member_id.in_(ids)))
    checked = session.scalar(
        select(func.max(IdentityRecord.verified_at)).where(IdentityRecord.member_id.in_(ids))
    )
    conduct = [
        session.scalar(select(func.max(model.happened_on)).where(model.member_id.in_(ids)))
        for model in (Breach, Damage)
    ]
    over = [member.ends_on for member in members if member.ends_on is not None]
    last = {
        "books": max((day for day in (issued, received) if day is not None), default=None),
        "calls": calendar.local_date(called) if called is not None else None,
        "conduct": max((day for day in conduct if day is not None), default=None),
        # The law counts from the end of the membership.
        "identity": max([calendar.local_date(checked), *over]) if checked is not None else None,
    }
    for name, day in last.items():
        retention = RETENTION[name]
        if day is not None and retention.years is not None:
            yield Kept(retention, _years_after(day, retention.years))


def _years_after(day: date, years: int) -> date:
    """The same day of the year; of a leap day, the day after."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
