"""Everything that is held about a person, table by table, without secrets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from coworking.billing.cards.models import Card, CardCharge
from coworking.billing.debits.models import DebitMandate, DebitRow
from coworking.billing.deposits.models import Deposit, PayerName
from coworking.billing.dues_models import FeeRecord, Use
from coworking.billing.invoice_models import Invoice
from coworking.billing.models import Charge
from coworking.billing.payment_models import Payment, PaymentMethod
from coworking.doors.models import AccessCard, DoorEvent, DoorVisit
from coworking.kit.db import Base, table_of
from coworking.kit.errors import NotFound
from coworking.kit.money import plain
from coworking.kit.notices import Notice
from coworking.membership.application_models import Application, LinkedCard
from coworking.membership.community.models import GroupPick, Preference, SignUp, TermsAcceptance
from coworking.membership.company_models import Belonging, KeptAddress
from coworking.membership.contract_models import OptionTerm, Pause, PlanTerm
from coworking.membership.detail_models import InvoiceAddresseeRow
from coworking.membership.identity.models import IdentityRecord
from coworking.membership.incidents.models import (
    ActivityRecord,
    Breach,
    Damage,
    FaultReport,
    Inquiry,
    LostThing,
    ServiceRefusal,
)
from coworking.membership.lent_thing_models import LentThing
from coworking.membership.models import Account, Company, Member, Person
from coworking.reservations.models import Reservation
from mail_handling.addressees.models import MemberAlias
from mail_handling.models import HandOver, MailBatch, MailItem, StandingInstruction
from mail_handling.pictures.models import MailScan
from telephony.forwarding.calling_out.models import CallAttempt
from telephony.forwarding.models import Call, CallerRule, Destination
from telephony.forwarding.voicemail.models import MissedCall, VoicemailMessage
from telephony.numbers.line_record_models import ProhibitedAct, ZoneEvidence
from telephony.numbers.models import Line, RegisteredPhone
from virtual_office.models import AddressCertificate, AddressRegistration, ExitCase

MOST_ROWS = 10_000
"""Of one table; `cut_off` names those of which there are more."""
ALWAYS_LEFT_OUT = {"operator_id", "profile_version_id"}
SECRETS = {"password_hash", "digest", "sealed_facts", "sealed_number"}
OF_MEMBERS: dict[str, type[Base]] = {
    "plans": PlanTerm,
    "options": OptionTerm,
    "pauses": Pause,
    "applications": Application,
    "identity_records": IdentityRecord,
    "address_registrations": AddressRegistration,
    "address_certificates": AddressCertificate,
    "exit_cases": ExitCase,
    "mail_aliases": MemberAlias,
    "mail_scans": MailScan,
    "invoice_addressees": InvoiceAddresseeRow,
    "payment_methods": PaymentMethod,
    "charges": Charge,
    "invoices": Invoice,
    "payments": Payment,
    "preferences": Preference,
    "groups": GroupPick,
    "event_sign_ups": SignUp,
    "terms_acceptances": TermsAcceptance,
    "inquiries": Inquiry,
    "belongings": Belonging,
    "linked_cards": LinkedCard,
    "kept_addresses": KeptAddress,
    "breaches": Breach,
    "service_refusals": ServiceRefusal,
    "activity_records": ActivityRecord,
    "fault_reports": FaultReport,
    "lost_things": LostThing,
    "damages": Damage,
    "fee_records": FeeRecord,
    "uses": Use,
    "reservations": Reservation,
    "lent_things": LentThing,
    "cards": Card,
    "card_charges": CardCharge,
    "debit_mandates": DebitMandate,
    "debits": DebitRow,
    "deposits": Deposit,
    "payer_names": PayerName,
    "lines": Line,
    "zone_evidence": ZoneEvidence,
    "missed_calls": MissedCall,
    "voicemail_messages": VoicemailMessage,
    "mail_items": MailItem,
    "mail_hand_overs": HandOver,
    "mail_batches": MailBatch,
    "standing_instructions": StandingInstruction,
    "access_cards": AccessCard,
    "visits": DoorVisit,
    "door_events": DoorEvent,
}

OF_LINES: dict[str, type[Base]] = {
    "registered_phones": RegisteredPhone,
    "destinations": Destination,
    "caller_rules": CallerRule,
    "call_attempts": CallAttempt,
    "prohibited_acts": ProhibitedAct,
}


@dataclass(frozen=True, slots=True)
class PersonExport:
    """`calls` counts a person's calls by direction."""

    person: dict[str, Any]
    tables: dict[str, list[dict[str, Any]]]
    calls: dict[str, int]
    cut_off: Sequence[str]


def export_person(session: Session, person_id: int) -> PersonExport:
    """Raises `NotFound`."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound
    members = list(session.scalars(select(Member.id).where(Member.person_id == person_id)))
    lines = list(session.scalars(select(Line.id).where(Line.member_id.in_(members))))
    wanted: list[tuple[str, type[Base], ColumnElement[bool]]] = [
        ("accounts", Account, Account.person_id == person_id),
        ("companies", Company, Company.representative_id == person_id),
        ("members", Member, Member.person_id == person_id),
        *((name, model, table_of(model).c.member_id.in_(members)) for name, model in OF_MEMBERS.items()),
        *((name, model, table_of(model).c.line_id.in_(lines)) for name, model in OF_LINES.items()),
        ("notices", Notice, Notice.recipient.in_([f"member:{member_id}" for member_id in members])),
    ]
    tables: dict[str, list[dict[str, Any]]] = {}
    cut_off = []
    for name, model, condition in wanted:
        rows = _rows(session, model, condition)
        if len(rows) > MOST_ROWS:
            cut_off.append(name)
        tables[name] = rows[:MOST_ROWS]
    calls = session.execute(
        select(Call.direction, func.count()).where(Call.member_id.in_(members)).group_by(Call.direction)
    )
    [own] = _rows(session, Person, Person.id == person_id)
    return PersonExport(own, tables, dict(calls.all()), cut_off)


def _rows(session: Session, model: type[Base], condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    table = table_of(model)
    shown = [column for column in table.c if column.name not in ALWAYS_LEFT_OUT | SECRETS]
    statement = (
        select(*shown).select_from(table).where(condition).order_by(*table.primary_key).limit(MOST_ROWS + 1)
    )
    return [
        {name: _shown(value) for name, value in row._mapping.items()} for row in session.execute(statement)
    ]


def _shown(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
