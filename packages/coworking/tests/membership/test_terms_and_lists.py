"""Versions of the terms, lists of companies, and what a spreadsheet makes of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from coworking.membership.applications import read_texts
from coworking.membership.community.directory import companies_csv, member_companies, supporters
from coworking.membership.community.errors import TermsTooSoon, TermsVersionTaken, TermsVersionUnknown
from coworking.membership.community.published_terms import (
    TermsEdition,
    accept_present_terms,
    accept_terms,
    binding_on,
    publish_terms,
    terms_editions,
    terms_of_member,
)
from coworking.membership.record_fields import Community
from coworking.membership.texts import BilingualText
from tests.factories.community import ACTOR, TODAY
from tests.factories.membership import NOW, make_member, make_operator, nex

PROFILE = nex().membership
FIRST = PROFILE.terms[-1]
CHANGES = BilingualText("第5条", "Article 5")
COMING = TermsEdition("terms-2026-08-01", date(2026, 8, 1), CHANGES)


def publish(session: Session, operator_id: int, edition: TermsEdition) -> TermsEdition:
    read_texts()
    return publish_terms(
        session, PROFILE, edition, today=TODAY, operator_id=operator_id, actor=ACTOR, now=NOW
    )


def test_a_version_binds_from_its_date_whoever_accepted_it(session: Session) -> None:
    operator_id = make_operator(session)
    willing, silent = (make_member(session, operator_id).id for _ in range(2))
    publish(session, operator_id, COMING)
    accept_terms(session, PROFILE, willing, COMING.version, actor=ACTOR, now=NOW)
    later = NOW + timedelta(days=1)
    accept_terms(session, PROFILE, willing, COMING.version, actor=ACTOR, now=later)  # the first time counts
    editions = terms_editions(session, PROFILE)
    for day, bound in ((date(2026, 7, 31), FIRST.version), (date(2026, 8, 1), COMING.version)):
        binding = binding_on(editions, day)
        assert binding is not None
        assert binding.version == bound
        for member_id, accepted_at in ((willing, NOW), (silent, None)):
            last = terms_of_member(session, PROFILE, member_id, day)[-1]
            assert (last.is_binding, last.accepted_at) == (bound == COMING.version, accepted_at)


def test_registering_accepts_what_is_in_force(session: Session) -> None:
    member_id = make_member(session, make_operator(session)).id
    accept_present_terms(session, PROFILE, member_id, today=TODAY, actor=ACTOR, now=NOW)
    assert [one.accepted_at for one in terms_of_member(session, PROFILE, member_id, TODAY)][-1] == NOW


def test_terms_are_announced_before_they_bind(session: Session) -> None:
    operator_id = make_operator(session)
    with pytest.raises(TermsTooSoon):
        publish(session, operator_id, TermsEdition("today", TODAY, CHANGES))
    publish(session, operator_id, COMING)
    for taken in (COMING.version, FIRST.version):
        with pytest.raises(TermsVersionTaken):
            publish(session, operator_id, TermsEdition(taken, date(2026, 9, 1), CHANGES))
    with pytest.raises(TermsVersionTaken):
        publish(session, operator_id, TermsEdition("another", COMING.valid_from, CHANGES))
    member_id = make_member(session, operator_id).id
    with pytest.raises(TermsVersionUnknown):
        accept_terms(session, PROFILE, member_id, "unknown", actor=ACTOR, now=NOW)


def test_companies_are_listed_to_members_where_the_operator_says_so(session: Session) -> None:
    operator_id = make_operator(session)
    make_member(session, operator_id)
    listed = make_member(session, operator_id, kind="company", name="株式会社例")
    gone = make_member(session, operator_id, kind="company", name="去った会社")
    gone.status = "ended"
    session.flush()
    shown = PROFILE.model_copy(update={"community": Community(company_list=True)})

    def found(profile: object, by_staff: bool) -> list[int]:
        companies = member_companies(session, profile, by_staff=by_staff, after_id=0, limit=10)
        return [company.member_id for company in companies]

    assert found(shown, False) == [listed.id]
    assert found(PROFILE, True) == [listed.id]
    assert found(PROFILE, False) == []
    assert list(supporters(session, PROFILE, after_id=0, limit=10)) == []


@pytest.mark.parametrize("name", ["=1+1", "+81", "-1", "@SUM(A1)", "\tx"])
def test_no_cell_of_the_file_is_a_formula(session: Session, name: str) -> None:
    make_member(session, make_operator(session), kind="company", name=name)
    companies = member_companies(session, PROFILE, by_staff=True, after_id=0, limit=10)
    header, row, *_ = companies_csv(companies, "ja").removeprefix("\ufeff").split("\r\n")
    assert header == "会社名,種別,入会日"
    assert row.startswith("'")
