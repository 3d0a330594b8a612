"""Registrations, certificates and exit cases on a database."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.profiles import Profile
from coworking.kit.errors import NotFound
from coworking.kit.events import Subscriptions
from coworking.membership import AddressReleased, enter_offices
from coworking.membership.company_models import KeptAddress
from coworking.membership.contract_models import PlanTerm
from coworking.membership.models import Member
from tests.factories.addresses import TODAY
from tests.factories.membership import NOW, make_member, make_operator
from tests.factories.sakura_address import address_rules, sakura
from virtual_office import days, read_texts
from virtual_office.certificate_paper import certificate_pdf, spaced
from virtual_office.certificates import check_code, request_certificate, state_of
from virtual_office.exit_cases import items_of, open_case, settle_step
from virtual_office.hearing import hear_released
from virtual_office.models import AddressRegistration
from virtual_office.registrations import declare, prove

ACTOR = "account:1"
RULES = address_rules()
COMPANY = "company-registration"


@pytest.fixture
def profile() -> Profile:
    return sakura()


@pytest.fixture
def member(session: Session, profile: Profile) -> Iterator[Member]:
    """A company on the virtual-office plan, in whose session a proof of a move is heard."""
    read_texts()
    subscriptions = Subscriptions()
    subscriptions.subscribe(AddressReleased, lambda session, told: hear_released(session, RULES, told))
    session.info["subscriptions"] = subscriptions
    operator_id = make_operator(session, "sakura")
    enter_offices(session, operator_id, dict.fromkeys(profile.membership.offices, ""))
    member = make_member(session, operator_id, kind="company", name="株式会社さくら")
    yield member
    session.info.pop("subscriptions")


def bare(text: str) -> str:
    return "".join(text.split())


def test_one_registration_at_a_time_whatever_the_code_forgets(session: Session, member: Member) -> None:
    first = declare(session, RULES, member.id, COMPANY, "株式会社さくら", actor=ACTOR, now=NOW)
    row = {name: getattr(first, name) for name in ("operator_id", "member_id", "use", "declared_on")}
    session.add(AddressRegistration(**row, registered_name="合同会社", declared_at=NOW, declared_by=ACTOR))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_those_who_were_asked_for_their_proof_hide_nobody(
    session: Session, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days, "MOST_A_DAY", 1)
    other = make_member(session, member.operator_id, kind="company", name="株式会社うめ")
    declared = [
        declare(session, RULES, one.id, COMPANY, one.name, actor=ACTOR, now=NOW) for one in (member, other)
    ]
    overdue = NOW + timedelta(days=RULES.profile.proof_days + 1)
    for now in (overdue, overdue + timedelta(days=1)):
        days.ask(session, RULES, member.operator_id, now)
    assert [one.proof_asked_at for one in declared] == [overdue, overdue + timedelta(days=1)]


def test_a_certificate_says_what_was_proven_and_is_checked_by_its_code(
    session: Session, member: Member
) -> None:
    declare(session, RULES, member.id, COMPANY, "株式会社さくら本店", actor=ACTOR, now=NOW)
    prove(session, RULES, member.id, COMPANY, "登記事項証明書", actor=ACTOR, now=NOW)
    certificate = request_certificate(session, RULES, member.id, None, actor=ACTOR, now=NOW)
    for language, words in (
        ("ja", ("住所利用証明書", "株式会社さくら本店", "富山県富山市新桜町")),
        ("en", ("Certificate of use", "Shinsakuramachi", TODAY.isoformat())),
    ):
        pdf = certificate_pdf(RULES, certificate, language)
        text = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
        wanted = (*words, spaced(certificate.code), f"/sakura/certificates/{certificate.code}")
        assert [word for word in wanted if bare(word) not in bare(text)] == []
    written = spaced(certificate.code).lower().replace(" ", "-")
    assert check_code(session, RULES, written, NOW).state == "valid"
    with pytest.raises(NotFound):
        check_code(session, RULES, certificate.code[:-1], NOW)
    for term in session.scalars(select(PlanTerm).where(PlanTerm.member_id == member.id)):
        term.ends_on = TODAY
    session.flush()
    assert state_of(session, RULES, certificate, NOW) == "valid"
    assert state_of(session, RULES, certificate, NOW + timedelta(days=1)) == "ended"


def test_the_proof_of_the_move_is_given_once_and_counts_everywhere(session: Session, member: Member) -> None:
    registration = declare(session, RULES, member.id, COMPANY, "株式会社さくら", actor=ACTOR, now=NOW)
    case = open_case(session, RULES, member.id, "leaving", TODAY + timedelta(days=20), now=NOW)
    assert case is not None
    again = open_case(session, RULES, member.id, "ended", TODAY + timedelta(days=10), now=NOW)
    assert again is case
    assert case.leaves_on == TODAY + timedelta(days=10)
    settle_step(session, RULES, case.id, "registration-moved", "登記", done_on=None, actor=ACTOR, now=NOW)
    kept = session.scalars(select(KeptAddress)).one()
    assert (kept.released_on, registration.ended_on, case.closed_at) == (TODAY, TODAY, None)
    for item in items_of(session, case.id):
        if item.done_on is None:
            settle_step(session, RULES, case.id, item.step, "確認", done_on=None, actor=ACTOR, now=NOW)
    assert case.closed_at == NOW
    # Who registers again has to prove the next move again.
    declare(session, RULES, member.id, COMPANY, "株式会社さくら", actor=ACTOR, now=NOW)
    assert kept.released_on is None
