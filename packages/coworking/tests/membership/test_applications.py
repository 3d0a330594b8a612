from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import AuditEntry
from coworking.kit.errors import NotFound
from coworking.kit.notices import Notice
from coworking.membership import (
    MemberRules,
    MembershipNotActive,
    NewMember,
    confirm_identity,
    require_service,
)
from coworking.membership.applications import apply, approve, read_texts, refuse
from coworking.membership.errors import AlreadyApproved, NotApplied, RefusalReasonUnknown
from coworking.membership.models import Member
from tests.factories.membership import NOW, make_operator, nex

NEW = NewMember(
    kind="person",
    name="佐藤 花子",
    email="sato@example.jp",
    plan="virtual-office",
    office="kawasaki",
    starts_on=date(2026, 6, 10),
)
RULES = MemberRules(nex().membership, nex().calendar())


@pytest.fixture
def applied(session: Session) -> Member:
    read_texts()
    operator_id = make_operator(session)
    member = apply(session, RULES, NEW, operator_id=operator_id, actor="account:7", now=NOW)
    confirm_identity(
        session, member.id, method="in-person", operator_id=operator_id, actor="account:7", now=NOW
    )
    return member


def told(session: Session) -> list[tuple[str, str]]:
    return [(notice.kind, notice.recipient) for notice in session.scalars(select(Notice))]


def test_who_has_applied_is_served_once_approved(session: Session, applied: Member) -> None:
    assert applied.status == "applied"
    with pytest.raises(MembershipNotActive):
        require_service(session, applied.id)
    approve(session, RULES, applied.id, actor="account:7", now=NOW)
    assert require_service(session, applied.id).status == "active"
    assert told(session) == [("application-approved", f"member:{applied.id}")]


def test_an_application_is_refused_with_its_reason_on_record(session: Session, applied: Member) -> None:
    refuse(session, RULES.profile, applied.id, "papers-missing", actor="account:7", now=NOW)
    assert applied.status == "refused"
    with pytest.raises(MembershipNotActive):
        require_service(session, applied.id)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "member.refused")).one()
    assert (entry.actor, entry.subject, entry.details) == (
        "account:7",
        f"member:{applied.id}",
        {"reason": "papers-missing"},
    )
    assert "必要な書類が提出されない" in session.scalars(select(Notice)).one().body


def test_a_decision_is_made_once(session: Session, applied: Member) -> None:
    with pytest.raises(RefusalReasonUnknown) as unknown:
        refuse(session, RULES.profile, applied.id, "no-reason", actor="account:7", now=NOW)
    assert "papers-missing" in unknown.value.facts["allowed"]
    assert applied.status == "applied"
    approve(session, RULES, applied.id, actor="account:7", now=NOW)
    with pytest.raises(AlreadyApproved):
        approve(session, RULES, applied.id, actor="account:7", now=NOW)
    with pytest.raises(AlreadyApproved):
        refuse(session, RULES.profile, applied.id, "papers-missing", actor="account:7", now=NOW)
    applied.status = "refused"
    with pytest.raises(NotApplied):
        approve(session, RULES, applied.id, actor="account:7", now=NOW)
    with pytest.raises(NotFound):
        approve(session, RULES, applied.id + 1, actor="account:7", now=NOW)


def test_an_operator_that_approves_nothing_takes_everybody(session: Session) -> None:
    profile = nex().membership
    free = profile.model_copy(
        update={"joining": profile.joining.model_copy(update={"approval_required": False})}
    )
    member = apply(
        session,
        replace(RULES, profile=free),
        NEW,
        operator_id=make_operator(session),
        actor="account:7",
        now=NOW,
    )
    assert member.status == "active"
