"""A member's data and the addressee of the invoices."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import AuditEntry
from coworking.kit.notices import Notice
from coworking.membership import invoice_addressee
from coworking.membership.applications import read_texts
from coworking.membership.contract_errors import OfficeOnly
from coworking.membership.details import AddressByLink, Details, NotACompany, update_details
from coworking.membership.invoice_addressees import NewAddressee, name_addressee
from tests.factories.membership import NOW, make_account, make_member, make_operator, nex

ACTOR = "account:1"


def update(session: Session, member_id: int, changes: dict[str, str], *, by_staff: bool = False) -> Details:
    read_texts()
    return update_details(
        session, nex().membership, member_id, changes, by_staff=by_staff, actor=ACTOR, now=NOW
    )


def test_a_change_is_recorded_by_field_and_told_to_staff(session: Session) -> None:
    operator_id = make_operator(session)
    make_account(session, operator_id)
    member = make_member(session, operator_id)
    changes = {"address": "東京都港区1-1", "phone": "03-1234-5678", "kana": "サトウ"}
    found = update(session, member.id, changes)
    assert (found.address, found.phone, found.kana) == ("東京都港区1-1", "03-1234-5678", "サトウ")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "member.details-changed")).one()
    assert entry.details == {"fields": ["kana", "address", "phone"]}
    notice = session.scalars(select(Notice)).one()
    assert (notice.kind, notice.recipient) == ("details-changed", "staff")
    assert "03-1234-5678" not in notice.body
    update(session, member.id, changes)
    assert len(session.scalars(select(Notice)).all()) == 1


def test_person_and_company_are_changed_each_by_itself(session: Session) -> None:
    company = make_member(session, make_operator(session), kind="company")
    found = update(session, company.id, {"company_phone": "03-1111-2222", "phone": "03-3333-4444"})
    assert (found.company_phone, found.phone) == ("03-1111-2222", "03-3333-4444")
    person = make_member(session, company.operator_id)
    with pytest.raises(NotACompany):
        update(session, person.id, {"company_phone": "03-1111-2222"})


def test_what_only_the_office_changes(session: Session) -> None:
    company = make_member(session, make_operator(session), kind="company", name="株式会社例")
    for field in ("company_name", "name"):
        with pytest.raises(OfficeOnly):
            update(session, company.id, {field: "別の名前"})
    with pytest.raises(AddressByLink):
        update(session, company.id, {"email": "new@example.jp"})
    before = company.person.email
    changes = {"company_name": "新しい名前", "email": "new@example.jp"}
    found = update(session, company.id, changes, by_staff=True)
    assert (found.company_name, found.email) == ("新しい名前", "new@example.jp")
    told = session.scalars(select(Notice).where(Notice.kind == "mail-address-entered")).one()
    assert told.address == before


def test_invoices_go_to_whom_the_company_names_or_to_its_representative(session: Session) -> None:
    company = make_member(session, make_operator(session), kind="company", name="株式会社例")
    own = invoice_addressee(session, company.id)
    assert (own.name, own.attention, own.email) == ("株式会社例", "田中 一郎", company.person.email)
    new = NewAddressee(email="keiri@example.jp", name="経理部", address="大阪市1-1", language="en")
    named = name_addressee(session, company.id, new, actor=ACTOR, now=NOW)
    assert (named.name, named.attention) == ("株式会社例", "経理部")
    assert (named.email, named.address, named.language) == ("keiri@example.jp", "大阪市1-1", "en")
    assert name_addressee(session, company.id, None, actor=ACTOR, now=NOW) == own
