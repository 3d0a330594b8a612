"""The chain over the audit trail: any edit, removal, reordering or truncation of what was sealed is found (R29).

Each entry's digest is chained to the one before it, per operator, in the order of sealing. The digests stay when an
entry's own row goes because its time is over (R31): the chain does not break, and the entry counts as purged only where
its digest says so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from coworking.kit.audit import AuditEntry
from coworking.kit.db import Base, Instant, table_of
from coworking.kit.outbox import TaskContext, task

MOST_A_ROUND = 5_000
LATE_COMMITS = timedelta(days=1)
"""An entry may become visible after one with a higher id; so far back the sealing looks for such."""
AGAIN_AFTER = timedelta(hours=1)
FIRST = b"\0" * 32
LARGEST_ID = 2**63 - 1


class AuditDigest(Base):
    """Append-only, but for `purged_at`. `position` counts from 1 per operator, without gaps."""

    __tablename__ = "audit_digests"
    __table_args__ = (UniqueConstraint("operator_id", "position"),)

    entry_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    position: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    chained: Mapped[bytes] = mapped_column(LargeBinary)
    purged_at: Mapped[datetime | None] = mapped_column(Instant)


class AuditHead(Base):
    """The end of an operator's chain. `searched_id`: every entry up to it has been sealed."""

    __tablename__ = "audit_heads"

    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
    chained: Mapped[bytes] = mapped_column(LargeBinary)
    searched_id: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """What is wrong at a position of the chain; `entry_id` is None where the chain itself is short."""

    position: int
    entry_id: int | None
    problem: str


@task("audit.seal")
def seal(context: TaskContext, *, day: str) -> None:
    """A daily step that comes again every hour as long as there is something to seal."""
    assert context.operator_id is not None
    now = context.clock.now()
    if seal_entries(context.session, context.operator_id, now):
        seal.enqueue(
            context.session,
            operator_id=context.operator_id,
            now=now,
            due_at=now + AGAIN_AFTER,
            key=f"audit:{context.operator_id}:seal",
            day=day,
        )


def seal_entries(session: Session, operator_id: int, now: datetime) -> int:
    """Chain what has not been chained; returns how many entries. Two at once: one waits for the other."""
    head = _head(session, operator_id)
    entries = session.scalars(
        select(AuditEntry)
        .outerjoin(AuditDigest, AuditDigest.entry_id == AuditEntry.id)
        .where(AuditEntry.id > head.searched_id, AuditDigest.entry_id.is_(None))
        .order_by(AuditEntry.id)
        .limit(MOST_A_ROUND)
    ).all()
    rows = []
    for entry in entries:
        digest = digest_of(entry)
        head.position, head.chained = head.position + 1, _chained(head.chained, digest)
        rows.append(
            {
                "entry_id": entry.id,
                "operator_id": operator_id,
                "position": head.position,
                "digest": digest,
                "chained": head.chained,
            }
        )
    if rows:
        session.execute(insert(table_of(AuditDigest)), rows)
    # Where a round was not enough, what follows its last entry waits for the next one.
    up_to = entries[-1].id if len(entries) == MOST_A_ROUND else LARGEST_ID
    settled = session.scalar(
        select(func.max(AuditEntry.id)).where(
            AuditEntry.id.between(head.searched_id, up_to), AuditEntry.at < now - LATE_COMMITS
        )
    )
    head.searched_id = max(head.searched_id, settled or 0)
    session.flush()
    return len(rows)


def broken_links(session: Session, operator_id: int) -> list[BrokenLink]:
    """Everything that does not fit in the operator's chain, from its beginning; empty when it is whole."""
    found: list[BrokenLink] = []
    before, position = FIRST, 0
    for link, entry in _links(session):
        position += 1
        if link.position != position:
            found.append(BrokenLink(position, link.entry_id, "positions are missing or out of order"))
            position = link.position
        if entry is None and link.purged_at is None:
            found.append(BrokenLink(position, link.entry_id, "the entry is gone"))
        if entry is not None and digest_of(entry) != link.digest:
            found.append(BrokenLink(position, link.entry_id, "the entry was changed"))
        if _chained(before, link.digest) != link.chained:
            found.append(BrokenLink(position, link.entry_id, "the chain was changed"))
        before = link.chained
    head = session.get(AuditHead, operator_id)
    if (head.position, head.chained) != (position, before) if head else position:
        found.append(BrokenLink(position, None, "the end of the chain is missing"))
    return found


def digest_of(entry: AuditEntry) -> bytes:
    """SHA-256 over all that an entry says."""
    said = [
        entry.id, entry.operator_id, entry.at.timestamp(), entry.actor, entry.action, entry.subject, entry.details,
        entry.channel,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).digest()


def _links(session: Session) -> Iterator[tuple[AuditDigest, AuditEntry | None]]:
    """Every link with its entry, in the order of the chain, a round at a time."""
    position = 0
    while True:
        rows: Sequence[tuple[AuditDigest, AuditEntry | None]] = [
            (link, entry)
            for link, entry in session.execute(
                select(AuditDigest, AuditEntry)
                .outerjoin(AuditEntry, AuditEntry.id == AuditDigest.entry_id)
                .where(AuditDigest.position > position)
                .order_by(AuditDigest.position)
                .limit(MOST_A_ROUND)
                .execution_options(populate_existing=True)
            )
        ]
        if not rows:
            return
        yield from rows
        position = rows[-1][0].position
        session.expunge_all()


def _head(session: Session, operator_id: int) -> AuditHead:
    """The operator's head, held until this transaction ends."""
    row = {"operator_id": operator_id, "position": 0, "chained": FIRST, "searched_id": 0}
    session.execute(insert(table_of(AuditHead)).values(row).on_conflict_do_nothing())
    return session.scalars(
        select(AuditHead).where(AuditHead.operator_id == operator_id).with_for_update()
    ).one()


def _chained(before: bytes, digest: bytes) -> bytes:
    return hashlib.sha256(before + digest).digest()
