from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import AuditEntry
from coworking.kit.db import Database, belong_to
from coworking.kit.errors import NotFound
from coworking.membership import (
    IdentityNotVerified,
    MembershipNotActive,
    NewMember,
    OfficeUnknown,
    PlanUnknown,
    confirm_identity,
    enter_offices,
    facts,
    get_member,
    has_identity,
    hold_member,
    join,
    list_members,
    plans_of,
    require_service,
)
from coworking.membership.identity.models import IdentityRecord
from coworking.membership.models import Company, Member, Office, Person
from tests.factories.membership import NOW, make_member, make_operator, nex

NEW = NewMember(
    kind="person",
    name="佐藤 花子",
    email="sato@example.jp",
    plan="virtual-office",
    office="kawasaki",
    starts_on=date(2026, 6, 10),
)
STATUSES_SERVED = ("active", "leaving")
STATUSES_REFUSED = ("applied", "suspended", "ended", "refused", "limited", "struck")


def enter(session: Session, operator_id: int, new: NewMember) -> Member:
    return join(session, nex().membership, new, operator_id=operator_id, actor="account:7", now=NOW)


def test_a_person_joins(session: Session) -> None:
    operator_id = make_operator(session)
    member = enter(session, operator_id, NEW)
    found = facts(session, member.id)
    assert (found.name, found.email, found.language, found.kind) == (
        "佐藤 花子",
        "sato@example.jp",
        "ja",
        "person",
    )
    assert (found.plan, found.office, found.office_area_code) == ("virtual-office", "kawasaki", "044")
    assert (found.status, found.starts_on, found.ends_on, found.capacity) == (
        "active",
        date(2026, 6, 10),
        None,
        None,
    )
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor, entry.subject, entry.at) == (
        "member.joined",
        "account:7",
        f"member:{member.id}",
        NOW,
    )
    assert entry.details == {"plan": "virtual-office", "office": "kawasaki", "kind": "person"}


def test_a_company_joins_with_its_representative(session: Session) -> None:
    operator_id = make_operator(session)
    new = replace(NEW, kind="company", name="佐藤商店", representative="佐藤 花子", language="en")
    member = enter(session, operator_id, new)
    company = session.scalars(select(Company)).one()
    person = session.scalars(select(Person)).one()
    assert (company.name, company.representative_id, person.name) == ("佐藤商店", person.id, "佐藤 花子")
    assert (member.name, member.person.name, member.kind) == ("佐藤商店", "佐藤 花子", "company")
    assert facts(session, member.id).language == "en"


def test_a_company_without_a_representative_is_spoken_for_by_its_name(session: Session) -> None:
    member = enter(session, make_operator(session), replace(NEW, kind="company", name="佐藤商店"))
    assert member.person.name == member.name == "佐藤商店"


def test_a_plan_that_is_not_there_is_refused_with_those_that_are(session: Session) -> None:
    operator_id = make_operator(session)
    with pytest.raises(PlanUnknown) as refused:
        enter(session, operator_id, replace(NEW, plan="penthouse", office="nowhere"))
    assert refused.value.code == "plan-not-allowed"
    assert refused.value.facts == {
        "plan": "penthouse",
        "allowed": "rental-office, coworking, virtual-office, spot-use",
    }
    assert session.scalars(select(Person)).all() == []


def test_an_office_that_is_not_there_is_refused_with_those_that_are(session: Session) -> None:
    operator_id = make_operator(session)
    with pytest.raises(OfficeUnknown) as refused:
        enter(session, operator_id, replace(NEW, office="nowhere"))
    assert refused.value.facts["allowed"].split(", ") == sorted(nex().membership.offices)
    assert "nowhere" in refused.value.sentence("ja")
    assert "nowhere" in refused.value.sentence("en")
    assert session.scalars(select(Person)).all() == []


def test_the_office_of_another_operator_is_not_there(session: Session) -> None:
    first, second = make_operator(session, "first"), make_operator(session, "second")
    enter_offices(session, second, {"annex": "03"})
    belong_to(session, first)
    with pytest.raises(OfficeUnknown):
        enter(session, first, replace(NEW, office="annex"))


def test_an_office_takes_the_area_code_of_the_profile(session: Session) -> None:
    operator_id = make_operator(session)
    count = len(session.scalars(select(Office)).all())
    enter_offices(session, operator_id, {"kawasaki": "03"})
    session.expire_all()
    assert session.scalars(select(Office.area_code).where(Office.name == "kawasaki")).one() == "03"
    assert len(session.scalars(select(Office)).all()) == count


def test_identity_is_a_fact_with_its_time_and_witness(session: Session) -> None:
    operator_id = make_operator(session)
    member = make_member(session, operator_id, identity=False)
    assert not has_identity(session, member.id)
    confirm_identity(
        session, member.id, method="my-number-card", operator_id=operator_id, actor="account:7", now=NOW
    )
    assert has_identity(session, member.id)
    record = session.scalars(select(IdentityRecord)).one()
    assert (record.method, record.verified_at, record.recorded_by) == ("my-number-card", NOW, "account:7")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "identity.confirmed")).one()
    assert (entry.subject, entry.details) == (
        f"member:{member.id}",
        {"record": record.id, "method": "my-number-card"},
    )


def test_the_identity_of_nobody_cannot_be_confirmed(session: Session) -> None:
    operator_id = make_operator(session)
    with pytest.raises(NotFound):
        confirm_identity(session, 1, method="x", operator_id=operator_id, actor="account:7", now=NOW)


@pytest.mark.parametrize("status", STATUSES_SERVED)
def test_who_is_active_or_leaving_is_served(session: Session, status: str) -> None:
    member = make_member(session, make_operator(session), status=status)
    assert require_service(session, member.id).id == member.id


@pytest.mark.parametrize("status", STATUSES_REFUSED)
@pytest.mark.parametrize("identity", [True, False])
def test_the_membership_is_looked_at_before_the_identity(
    session: Session, status: str, identity: bool
) -> None:
    member = make_member(session, make_operator(session), status=status, identity=identity)
    with pytest.raises(MembershipNotActive):
        require_service(session, member.id)


@pytest.mark.parametrize("status", STATUSES_SERVED)
def test_without_an_identity_record_there_is_no_service(session: Session, status: str) -> None:
    operator_id = make_operator(session)
    member = make_member(session, operator_id, status=status, identity=False)
    make_member(session, operator_id)  # another's record does not count
    with pytest.raises(IdentityNotVerified):
        require_service(session, member.id)


def test_a_member_of_another_operator_is_not_there(session: Session) -> None:
    member = make_member(session, make_operator(session, "first"))
    second = make_operator(session, "second")
    session.expunge_all()
    for look in (get_member, require_service, facts):
        with pytest.raises(NotFound):
            look(session, member.id)
    assert plans_of(session, [member.id]) == {}
    assert list_members(session) == []
    make_member(session, second)


def test_members_are_listed_page_by_page_in_the_order_in_which_they_came(session: Session) -> None:
    operator_id = make_operator(session)
    ids = [make_member(session, operator_id).id for _ in range(5)]
    assert [member.id for member in list_members(session)] == ids
    assert [member.id for member in list_members(session, limit=2)] == ids[:2]
    assert [member.id for member in list_members(session, after_id=ids[1], limit=2)] == ids[2:4]
    assert list_members(session, after_id=ids[-1]) == []
    assert plans_of(session, ids[:2]) == dict.fromkeys(ids[:2], "virtual-office")


def test_who_is_held_is_as_they_are_now_whatever_was_read_before(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        operator_id = make_operator(session)
        member_id = make_member(session, operator_id).id
    with clean_database.transaction(operator_id) as session:
        read = get_member(session, member_id)
        with clean_database.transaction(operator_id) as other:
            get_member(other, member_id).status = "suspended"
        assert (read.status, hold_member(session, member_id).status) == ("active", "suspended")
