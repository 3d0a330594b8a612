"""Identity records from the first word to the repeat check."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people.exporting import export_person
from coworking.kit.audit import AuditEntry
from coworking.kit.notices import Notice
from coworking.kit.virus_check import VirusScanner
from coworking.membership import has_identity, read_application_texts
from coworking.membership.identity import repeats
from coworking.membership.identity.errors import (
    AddressLetterPending,
    AnotherPersonApproves,
    IdentityIncomplete,
    MethodNotValid,
    PaperExpired,
    RecordOpen,
    WrongRecordStatus,
)
from coworking.membership.identity.facts import IdentityFacts, missing
from coworking.membership.identity.letters import MOST_TRIES, code_is_right, write_letter
from coworking.membership.identity.models import AddressLetter, IdentityRecord
from coworking.membership.identity.papers_shown import add_paper, open_paper
from coworking.membership.identity.record_sheet import record_sheet, sheet_csv, sheet_pdf
from coworking.membership.identity.records import (
    IdentityRules,
    approve_record,
    complete_record,
    enter_record,
    facts_of,
    refuse_record,
)
from coworking.membership.identity.repeats import expire_overdue, tell_what_is_due
from coworking.membership.identity.suspicions import decide_suspicion, grounds_of, note_suspicion
from coworking.membership.models import Member
from tests.factories.addresses import PDF, PERSON, TODAY
from tests.factories.membership import NOW, PASSWORDS, make_account, make_member, make_operator
from tests.factories.sakura_address import KEYS, identity_rules

CHECKER, APPROVER = "account:7", "account:8"
GROUNDS = "郵便物の名義が契約者と異なる"


@pytest.fixture
def member(session: Session) -> Member:
    read_application_texts()
    return make_member(session, make_operator(session), identity=False)


def enter(
    session: Session,
    rules: IdentityRules,
    member: Member,
    facts: IdentityFacts | None = PERSON,
    method: str = "in-person",
) -> IdentityRecord:
    return enter_record(session, rules, member.id, method, facts, actor=CHECKER, now=NOW)


def test_complete_facts_confirm_at_once_and_are_sealed(session: Session, member: Member) -> None:
    record = enter(session, identity_rules(), member)
    assert (record.status, record.letter, record.verified_at) == ("approved", "イ", NOW)
    assert record.repeat_on == TODAY.replace(year=TODAY.year + 5)
    assert has_identity(session, member.id)
    assert record.sealed_facts is not None
    assert "佐藤".encode() not in record.sealed_facts
    facts = facts_of(KEYS, record)
    assert facts is not None
    assert facts.person == PERSON.person
    assert facts.paper is not None
    assert facts.paper.seen_on == TODAY


def test_a_draft_serves_nobody_until_it_is_complete(session: Session, member: Member) -> None:
    rules = identity_rules()
    record = enter(session, rules, member, facts=None)
    assert record.status == "draft"
    with pytest.raises(IdentityIncomplete):
        approve_record(session, rules, record.id, actor=APPROVER, now=NOW)
    with pytest.raises(RecordOpen):
        enter(session, rules, member)
    assert not has_identity(session, member.id)
    complete_record(session, rules, record.id, PERSON, actor=CHECKER, now=NOW)
    assert has_identity(session, member.id)
    with pytest.raises(WrongRecordStatus):
        refuse_record(session, record.id, "別人", actor=CHECKER, now=NOW)


def test_who_checked_does_not_approve_where_two_have_to_look(session: Session, member: Member) -> None:
    rules = identity_rules(four_eyes=True)
    record = enter(session, rules, member)
    assert (record.status, has_identity(session, member.id)) == ("checked", False)
    with pytest.raises(AnotherPersonApproves):
        approve_record(session, rules, record.id, actor=CHECKER, now=NOW)
    approve_record(session, rules, record.id, actor=APPROVER, now=NOW)
    assert (record.checked_by, record.approved_by) == (CHECKER, APPROVER)
    assert has_identity(session, member.id)


def test_a_way_that_ended_between_check_and_approval_is_refused(session: Session, member: Member) -> None:
    rules = identity_rules(four_eyes=True)
    record = enter(session, rules, member, method="image-and-face")
    later = NOW.replace(year=2027)
    with pytest.raises(MethodNotValid):
        approve_record(session, rules, record.id, actor=APPROVER, now=later)


def test_an_expired_paper_confirms_nothing(session: Session, member: Member) -> None:
    assert PERSON.paper is not None
    paper = PERSON.paper.model_copy(update={"expires_on": TODAY - timedelta(days=1)})
    with pytest.raises(PaperExpired):
        enter(session, identity_rules(), member, PERSON.model_copy(update={"paper": paper}))


def letter(session: Session, rules: IdentityRules, record: IdentityRecord) -> tuple[str, str]:
    """Its text and its code."""
    pdf = write_letter(session, rules, PASSWORDS, record.id, sender="さくら", actor=CHECKER, now=NOW)
    text = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    found = re.search(r"[2-9A-Z]{4} [2-9A-Z]{4}", text)
    assert found is not None
    return text, found[0]


def test_the_code_of_the_letter_proves_the_address(session: Session, member: Member) -> None:
    rules = identity_rules()
    record = enter(session, rules, member, method="chip-and-letter")
    assert record.status == "checked"
    with pytest.raises(AddressLetterPending):
        approve_record(session, rules, record.id, actor=APPROVER, now=NOW)
    _, old = letter(session, rules, record)
    text, code = letter(session, rules, record)
    assert "転送不要" in text
    assert "富山県富山市新桜町" in text
    kept = session.scalars(select(AddressLetter.code_hash)).all()
    assert not [one for one in kept if code.replace(" ", "") in one]

    def tried(word: str, after_days: int = 1) -> bool:
        now = NOW + timedelta(days=after_days)
        return code_is_right(session, rules, PASSWORDS, member.id, word, actor="account:9", now=now)

    assert not tried(old)
    assert not tried(code, after_days=31)
    assert tried(code.lower().replace(" ", "-"))
    assert (record.status, has_identity(session, member.id)) == ("approved", True)
    assert not tried(code)


def test_a_letter_to_another_address_proves_nothing(session: Session, member: Member) -> None:
    """Neither one that waits nor one whose code came back, once the record says that the member lives elsewhere."""
    rules = identity_rules(address_letter_always=True)
    assert PERSON.person is not None
    for is_back in (False, True):
        record = enter(session, rules, member, PERSON.model_copy(update={"purpose": None}))
        _, code = letter(session, rules, record)
        if is_back:
            assert code_is_right(session, rules, PASSWORDS, member.id, code, actor="account:9", now=NOW)
        moved = PERSON.person.model_copy(update={"address": "東京都千代田区1-1"})
        facts = PERSON.model_copy(update={"person": moved})
        complete_record(session, rules, record.id, facts, actor=CHECKER, now=NOW)
        assert not code_is_right(session, rules, PASSWORDS, member.id, code, actor="account:9", now=NOW)
        with pytest.raises(AddressLetterPending):
            approve_record(session, rules, record.id, actor=APPROVER, now=NOW)
        refuse_record(session, record.id, "転居", actor=CHECKER, now=NOW)


def test_a_letter_goes_to_the_member_whoever_else_is_named(session: Session, member: Member) -> None:
    rules = identity_rules(address_letter_always=True)
    company = {
        "name": "株式会社よそ",
        "address": "大阪府大阪市1-1",
        "business": "貿易",
        "business_paper": "定款",
    }
    facts = IdentityFacts.model_validate({**PERSON.model_dump(), "company": company})
    text, _ = letter(session, rules, enter(session, rules, member, facts))
    assert "富山県富山市新桜町" in text
    assert "大阪" not in text


def test_who_acts_for_a_person_is_confirmed_as_well(session: Session, member: Member) -> None:
    acting = {
        "name": "佐藤 太郎",
        "address": "富山県富山市新桜町1-1",
        "birth_date": "1960-04-01",
        "relation": "成年後見人",
        "authority": "other",
    }
    facts = IdentityFacts.model_validate({**PERSON.model_dump(), "acting": acting})
    assert enter(session, identity_rules(), member, facts).status == "draft"
    assert missing(facts, "person") == ["acting: method", "acting: paper"]


def test_after_some_tries_the_right_code_is_over_too(session: Session, member: Member) -> None:
    rules = identity_rules(address_letter_always=True)
    record = enter(session, rules, member)
    _, code = letter(session, rules, record)
    for _ in range(MOST_TRIES):
        assert not code_is_right(session, rules, PASSWORDS, member.id, "x", actor="account:9", now=NOW)
    assert not code_is_right(session, rules, PASSWORDS, member.id, code, actor="account:9", now=NOW)


def test_staff_hear_once_of_a_repeat_and_what_is_overdue_expires(session: Session, member: Member) -> None:
    rules = identity_rules(repeat_years=1, expires_after_days=10)
    make_account(session, member.operator_id)
    record = enter(session, rules, member)
    due = NOW + timedelta(days=365)
    for now in (due - timedelta(days=1), due, due + timedelta(days=1)):
        tell_what_is_due(session, rules.members, member.operator_id, rules.today(now), now)
    told = session.scalars(select(Notice.created_at).where(Notice.kind == "identity-repeat")).all()
    assert told == [due]
    for days, serves in ((9, True), (10, False)):
        now = due + timedelta(days=days)
        expire_overdue(session, rules.members, rules.today(now), now)
        assert has_identity(session, member.id) is serves
    assert record.status == "expired"
    repeated = enter_record(session, rules, member.id, "my-number-card", PERSON, actor=CHECKER, now=due)
    assert repeated.status == "approved"
    assert has_identity(session, member.id)


def test_those_who_were_told_of_hide_nobody(
    session: Session, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many wait for their repeat check already, who falls due now is told of."""
    monkeypatch.setattr(repeats, "MOST_A_DAY", 1)
    rules = identity_rules(repeat_years=1)
    make_account(session, member.operator_id)
    other = make_member(session, member.operator_id, identity=False)
    records = [enter(session, rules, one) for one in (member, other)]
    due = NOW + timedelta(days=365)
    for now in (due, due + timedelta(days=1)):
        tell_what_is_due(session, rules.members, member.operator_id, rules.today(now), now)
    assert [record.repeat_told_at for record in records] == [due, due + timedelta(days=1)]


def test_papers_are_kept_and_each_look_is_on_record(session: Session, member: Member) -> None:
    record = enter(session, identity_rules(), member)
    paper = add_paper(session, KEYS, VirusScanner(None), record.id, PDF, "運転免許証", actor=CHECKER, now=NOW)
    assert open_paper(session, KEYS, record.id, paper.id, actor=APPROVER, now=NOW).content == PDF
    looks = select(AuditEntry.actor).where(AuditEntry.action == "identity.paper-opened")
    assert session.scalars(looks).all() == [APPROVER]


def test_the_sheet_has_the_fields_of_the_record(session: Session, member: Member) -> None:
    rules = identity_rules()
    record = enter(session, rules, member)
    for language, words in (
        ("ja", ("確認の方法", "デザイナー", "123456789012", "郵便物の受け取り", "1990-04-01")),
        ("en", ("Way of the check", "デザイナー", "Paper with a photo shown in person")),
    ):
        sheet = record_sheet(
            record, facts_of(KEYS, record), rules.members.calendar, letters=[], language=language
        )
        pdf = sheet_pdf(sheet, "さくら", now=NOW)
        pages = PdfReader(io.BytesIO(pdf)).pages
        for told in (sheet_csv(sheet).decode("utf-8-sig"), "".join(page.extract_text() for page in pages)):
            assert [word for word in words if word not in told] == []


def test_a_suspicion_leaves_no_trace_that_the_member_could_read(session: Session, member: Member) -> None:
    report = note_suspicion(session, KEYS, member.id, GROUNDS, actor=APPROVER, now=NOW)
    decided = decide_suspicion(
        session,
        report.id,
        "reported",
        reported_on=None,
        reference="JAFIC-1",
        today=TODAY,
        actor=APPROVER,
        now=NOW,
    )
    assert (decided.reported_on, grounds_of(KEYS, report)) == (TODAY, GROUNDS)
    export = json.dumps(export_person(session, member.person_id).tables, ensure_ascii=False)
    assert [word for word in ("suspicious", GROUNDS, "JAFIC") if word in export] == []
    assert session.scalars(select(Notice)).all() == []
    trail = session.scalars(select(AuditEntry).where(AuditEntry.subject == f"member:{member.id}")).all()
    assert [entry.action for entry in trail if "suspicious" in entry.action] == []
