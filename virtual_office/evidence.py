"""Files that prove what was declared, done or found: kept sealed, each look at them on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.sealed_files import CleanFile, open_file, store_file
from coworking.kit.sealing import FieldKeys
from coworking.kit.virus_check import VirusScanner
from virtual_office.errors import TooManyEvidenceFiles
from virtual_office.models import AddressEvidence

MOST_FILES = 10
"""With one registration, step or misuse."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a file belongs to: one of the three. `member_id` is whose it is, None where it is nobody's here."""

    operator_id: int
    member_id: int | None
    registration_id: int | None = None
    exit_item_id: int | None = None
    misuse_id: int | None = None

    def condition(self) -> ColumnElement[bool]:
        if self.registration_id is not None:
            return AddressEvidence.registration_id == self.registration_id
        if self.exit_item_id is not None:
            return AddressEvidence.exit_item_id == self.exit_item_id
        return AddressEvidence.misuse_id == self.misuse_id


def add_evidence(
    session: Session,
    keys: FieldKeys,
    scanner: VirusScanner,
    subject: Subject,
    content: bytes,
    what: str,
    *,
    actor: str,
    now: datetime,
) -> AddressEvidence:
    """Raises `TooManyEvidenceFiles`, and what `store_file` raises."""
    count = session.scalar(select(func.count(AddressEvidence.id)).where(subject.condition()))
    if (count or 0) >= MOST_FILES:
        raise TooManyEvidenceFiles(most=MOST_FILES)
    file = store_file(session, keys, scanner, content, operator_id=subject.operator_id, now=now)
    evidence = AddressEvidence(
        operator_id=subject.operator_id,
        member_id=subject.member_id,
        registration_id=subject.registration_id,
        exit_item_id=subject.exit_item_id,
        misuse_id=subject.misuse_id,
        file_id=file.id,
        what=what,
        added_at=now,
        added_by=actor,
    )
    session.add(evidence)
    session.flush()
    _record(session, evidence, "added", actor, now)
    return evidence


def evidence_of(session: Session, evidence_id: int) -> AddressEvidence:
    """Raises `NotFound`."""
    evidence = session.get(AddressEvidence, evidence_id)
    if evidence is None:
        raise NotFound
    return evidence


def open_evidence(
    session: Session, keys: FieldKeys, evidence: AddressEvidence, *, actor: str, now: datetime
) -> CleanFile:
    _record(session, evidence, "opened", actor, now)
    return open_file(session, keys, evidence.file_id)


def evidence_with(session: Session, subject: Subject) -> Sequence[AddressEvidence]:
    statement = select(AddressEvidence).where(subject.condition()).order_by(AddressEvidence.id)
    return session.scalars(statement).all()


def _record(session: Session, evidence: AddressEvidence, action: str, actor: str, now: datetime) -> None:
    of_member = evidence.member_id is not None
    record(
        session,
        operator_id=evidence.operator_id,
        at=now,
        actor=actor,
        action=f"address-evidence.{action}",
        subject=f"member:{evidence.member_id}" if of_member else f"address-misuse:{evidence.misuse_id}",
        details={"evidence": evidence.id},
    )
