"""Scenes of identity records and the registered address."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people.identity_retention import forget_identity
from coworking.kit.daily import Calendars
from coworking.kit.notices import Notice
from coworking.kit.outbox import Resources
from coworking.kit.sealed_files import SealedFile
from coworking.kit.sealing import FieldKeys
from coworking.membership import MemberRules, RulesOfMembers, read_application_texts
from coworking.membership.identity.models import IdentityRecord, SuspiciousReport
from coworking.membership.identity.repeats import repeat_identity
from tests.factories.addresses import TODAY, make_address, make_record
from tests.factories.membership import NOW, make_account, make_member, nex
from tests.factories.sakura_address import address_rules
from virtual_office import RulesOfAddresses, ask_for_proofs, read_texts
from virtual_office.models import AddressRegistration

KEYS = FieldKeys({"k1": bytes(32)})
LONG_AGO = date(2018, 1, 31)


def queue_repeat(resources: Resources, session: Session, operator_id: int) -> None:
    """A check that was to be repeated yesterday."""
    read_application_texts()
    rules = MemberRules(nex().membership, nex().calendar())
    resources.provide(RulesOfMembers, RulesOfMembers({operator_id: rules}))
    make_account(session, operator_id)
    member = make_member(session, operator_id, identity=False)
    record = make_record(session, member, KEYS, status="approved")
    record.repeat_on = TODAY - timedelta(days=1)
    session.flush()
    repeat_identity.enqueue(session, operator_id=operator_id, now=NOW, day=TODAY.isoformat())


def is_repeat_told(session: Session) -> bool:
    told = session.scalars(select(Notice.kind)).all()
    return told == ["identity-repeat"] and session.scalars(select(IdentityRecord.repeat_told_at)).all() == [
        NOW
    ]


def queue_ask(resources: Resources, session: Session, operator_id: int) -> None:
    """A registration whose proof was due yesterday."""
    read_application_texts()
    read_texts()
    resources.provide(RulesOfAddresses, RulesOfAddresses({operator_id: address_rules()}))
    member = make_member(session, operator_id)
    ids = make_address(session, member, KEYS, 1)
    session.get_one(AddressRegistration, ids.registration_id).proof_due_on = TODAY - timedelta(days=1)
    session.flush()
    ask_for_proofs.enqueue(session, operator_id=operator_id, now=NOW, day=TODAY.isoformat())


def is_asked(session: Session) -> bool:
    return "registration-proof-due" in session.scalars(select(Notice.kind)).all()


def queue_forget(resources: Resources, session: Session, operator_id: int) -> None:
    """Of a member who left long ago."""
    resources.provide(Calendars, Calendars({operator_id: nex().calendar()}))
    member = make_member(session, operator_id, identity=False)
    make_address(session, member, KEYS, 1)
    leave_long_ago(session, member.id)
    member.status, member.ends_on = "ended", LONG_AGO
    session.flush()
    forget_identity.enqueue(session, operator_id=operator_id, now=NOW, day=TODAY.isoformat())


def leave_long_ago(session: Session, member_id: int) -> None:
    at = nex().calendar().instant(LONG_AGO, NOW.time())
    for record in session.scalars(select(IdentityRecord).where(IdentityRecord.member_id == member_id)):
        record.entered_at = at
    for report in session.scalars(select(SuspiciousReport).where(SuspiciousReport.member_id == member_id)):
        report.noted_at = at


def is_forgotten(session: Session) -> bool:
    models = (IdentityRecord, SuspiciousReport, SealedFile)
    return not any(session.scalars(select(model.id)).all() for model in models)
