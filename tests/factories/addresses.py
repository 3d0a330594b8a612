"""A member's identity record with a paper, a suspicion, and one of everything about the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from coworking.kit.sealed_files import store_file
from coworking.kit.sealing import FieldKeys
from coworking.kit.virus_check import VirusScanner
from coworking.membership.contract_models import OptionTerm
from coworking.membership.identity.facts import IdentityFacts
from coworking.membership.identity.models import (
    AddressLetter,
    IdentityPaper,
    IdentityRecord,
    SuspiciousReport,
    place_of_facts,
    place_of_grounds,
)
from coworking.membership.models import Member
from tests.factories.membership import NOW, nex
from virtual_office.models import (
    AddressCertificate,
    AddressEvidence,
    AddressMisuse,
    AddressRegistration,
    ExitCase,
    ExitItem,
)

ACTOR = "account:1"
TODAY = nex().calendar().local_date(NOW)
PDF = b"%PDF-1.4\n%%EOF\n"
OPTIONS = ("address-mail", "company-registration")
USE = "company-registration"
STEP = "address-off-web"
PERSON = IdentityFacts.model_validate(
    {
        "person": {"name": "佐藤 花子", "address": "富山県富山市新桜町1-1", "birth_date": "1990-04-01"},
        "purpose": "郵便物の受け取り",
        "occupation": "デザイナー",
        "paper": {"title": "運転免許証", "number": "123456789012"},
    }
)


@dataclass(frozen=True)
class AddressIds:
    record_id: int
    paper_id: int
    report_id: int
    registration_id: int
    evidence_id: int
    certificate_id: int
    exit_case_id: int
    misuse_id: int
    code: str
    exit_step: str


def make_address(session: Session, member: Member, keys: FieldKeys, serial: int) -> AddressIds:
    facts = {"operator_id": member.operator_id, "member_id": member.id}
    session.add_all(
        OptionTerm(**facts, option=name, starts_on=member.starts_on, asked_at=NOW) for name in OPTIONS
    )
    file, other = (
        store_file(session, keys, VirusScanner(None), PDF, operator_id=member.operator_id, now=NOW)
        for _ in range(2)
    )
    record = make_record(session, member, keys)
    paper = IdentityPaper(
        operator_id=member.operator_id,
        record_id=record.id,
        file_id=file.id,
        what="運転免許証",
        added_at=NOW,
        added_by=ACTOR,
    )
    report = SuspiciousReport(**facts, sealed_grounds=b"", noted_at=NOW, noted_by=ACTOR)
    registration = AddressRegistration(
        **facts,
        use=USE,
        registered_name="株式会社さくら",
        declared_on=TODAY,
        declared_at=NOW,
        declared_by=ACTOR,
        proof_due_on=TODAY + timedelta(days=30),
    )
    case, misuse = _exit_case(session, member), _misuse(session, member)
    session.add_all((paper, report, registration))
    session.flush()
    report.sealed_grounds = keys.seal("名義が異なる", place=place_of_grounds(report))
    evidence = AddressEvidence(
        **facts,
        registration_id=registration.id,
        file_id=other.id,
        what="登記事項証明書",
        added_at=NOW,
        added_by=ACTOR,
    )
    certificate = make_certificate(session, member, f"CODE{serial:012}")
    session.add(evidence)
    session.flush()
    return AddressIds(
        record_id=record.id,
        paper_id=paper.id,
        report_id=report.id,
        registration_id=registration.id,
        evidence_id=evidence.id,
        certificate_id=certificate.id,
        exit_case_id=case.id,
        misuse_id=misuse.id,
        code=certificate.code,
        exit_step=STEP,
    )


def _exit_case(session: Session, member: Member) -> ExitCase:
    case = ExitCase(
        operator_id=member.operator_id,
        member_id=member.id,
        reason="leaving",
        leaves_on=TODAY + timedelta(days=20),
        opened_at=NOW,
    )
    session.add(case)
    session.flush()
    session.add_all(
        ExitItem(operator_id=member.operator_id, case_id=case.id, step=step, kind="confirmed")
        for step in (STEP, "keys-and-cards")
    )
    return case


def _misuse(session: Session, member: Member) -> AddressMisuse:
    misuse = AddressMisuse(
        operator_id=member.operator_id,
        member_id=member.id,
        name="合同会社無断",
        found_on=TODAY,
        where_found="https://example.jp",
        was_refused=False,
        recorded_at=NOW,
        recorded_by=ACTOR,
    )
    session.add(misuse)
    return misuse


def make_record(
    session: Session, member: Member, keys: FieldKeys, *, status: str = "checked"
) -> IdentityRecord:
    record = IdentityRecord(
        operator_id=member.operator_id,
        member_id=member.id,
        status=status,
        method="in-person",
        rule_version="2025-06-24",
        letter="イ",
        entered_at=NOW,
        recorded_by=ACTOR,
        checked_at=NOW,
        checked_by=ACTOR,
        verified_at=NOW if status in ("approved", "expired") else None,
    )
    session.add(record)
    session.flush()
    record.sealed_facts = keys.seal(PERSON.model_dump_json(), place=place_of_facts(record))
    session.add(
        AddressLetter(
            operator_id=member.operator_id,
            record_id=record.id,
            code_hash="!",
            made_at=NOW,
            made_by=ACTOR,
            usable_until=NOW + timedelta(days=30),
            tries=0,
        )
    )
    session.flush()
    return record


def make_certificate(session: Session, member: Member, code: str) -> AddressCertificate:
    certificate = AddressCertificate(
        operator_id=member.operator_id,
        member_id=member.id,
        use=USE,
        code=code,
        facts={
            "name": member.name,
            "registered_name": None,
            "proven_on": None,
            "address_ja": "富山県富山市新桜町6番15号",
            "address_en": "6-15 Shinsakuramachi, Toyama",
            "use_ja": "法人の本店所在地",
            "use_en": "A corporation's head office",
            "since": TODAY.isoformat(),
        },
        issued_on=TODAY,
        issued_at=NOW,
        issued_by=ACTOR,
    )
    session.add(certificate)
    session.flush()
    return certificate
