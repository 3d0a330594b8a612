"""Pictures and PDFs of the papers that were shown or sent, kept sealed with their record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.sealed_files import CleanFile, open_file, store_file
from coworking.kit.sealing import FieldKeys
from coworking.kit.virus_check import VirusScanner
from coworking.membership.identity.errors import TooManyPapers, WrongRecordStatus
from coworking.membership.identity.models import IdentityPaper, IdentityRecord
from coworking.membership.identity.records import held_record

MOST_PAPERS = 10
"""Of one record."""


def add_paper(
    session: Session,
    keys: FieldKeys,
    scanner: VirusScanner,
    record_id: int,
    content: bytes,
    what: str,
    *,
    actor: str,
    now: datetime,
) -> IdentityPaper:
    """Raises `NotFound`, `WrongRecordStatus`, `TooManyPapers`, and what `store_file` raises."""
    entry, _ = held_record(session, record_id)
    if entry.status in ("refused", "expired"):
        raise WrongRecordStatus(status=entry.status)
    count = session.scalar(select(func.count(IdentityPaper.id)).where(IdentityPaper.record_id == record_id))
    if (count or 0) >= MOST_PAPERS:
        raise TooManyPapers(most=MOST_PAPERS)
    file = store_file(session, keys, scanner, content, operator_id=entry.operator_id, now=now)
    paper = IdentityPaper(
        operator_id=entry.operator_id,
        record_id=record_id,
        file_id=file.id,
        what=what,
        added_at=now,
        added_by=actor,
    )
    session.add(paper)
    session.flush()
    _record(session, entry, paper, "paper-added", actor, now)
    return paper


def open_paper(
    session: Session, keys: FieldKeys, record_id: int, paper_id: int, *, actor: str, now: datetime
) -> CleanFile:
    """Looking at it is on record. Raises `NotFound`."""
    paper = session.get(IdentityPaper, paper_id)
    if paper is None or paper.record_id != record_id:
        raise NotFound
    _record(session, session.get_one(IdentityRecord, record_id), paper, "paper-opened", actor, now)
    return open_file(session, keys, paper.file_id)


def papers_of(session: Session, record_ids: Sequence[int]) -> dict[int, list[IdentityPaper]]:
    """By record."""
    found: dict[int, list[IdentityPaper]] = {}
    statement = (
        select(IdentityPaper).where(IdentityPaper.record_id.in_(record_ids)).order_by(IdentityPaper.id)
    )
    for paper in session.scalars(statement):
        found.setdefault(paper.record_id, []).append(paper)
    return found


def _record(
    session: Session, entry: IdentityRecord, paper: IdentityPaper, action: str, actor: str, now: datetime
) -> None:
    record(
        session,
        operator_id=entry.operator_id,
        at=now,
        actor=actor,
        action=f"identity.{action}",
        subject=f"member:{entry.member_id}",
        details={"record": entry.id, "paper": paper.id},
    )
