"""What the checks of the books found, and whether it stops invoicing (R37)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.billing.books.finding_models import CheckFinding
from coworking.kit.db import table_of

MOST_FINDINGS = 200
"""Kept of one check; where more is broken, these say enough."""
MOST_SHOWN = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be. `kind` is a stable word, `subject` a reference such as `invoice:12`; no personal data
    in `detail`."""

    kind: str
    subject: str
    detail: str
    stops_invoicing: bool = True


def faults_that_stop(session: Session) -> int:
    """How many faults are not mended that stop invoicing."""
    statement = (
        select(func.count())
        .select_from(CheckFinding)
        .where(CheckFinding.cleared_at.is_(None), CheckFinding.stops_invoicing)
    )
    return session.scalars(statement).one()


def enter_findings(
    session: Session, operator_id: int, findings: Sequence[Finding], kinds: Collection[str], now: datetime
) -> None:
    """Keep what checks of these kinds found; what they did not find any more is cleared."""
    table = table_of(CheckFinding)
    if findings:
        rows = [
            {
                "operator_id": operator_id,
                "kind": one.kind,
                "subject": one.subject,
                "detail": one.detail,
                "stops_invoicing": one.stops_invoicing,
                "found_at": now,
            }
            for one in findings
        ]
        session.execute(
            insert(table).on_conflict_do_nothing(
                index_elements=["operator_id", "kind", "subject"], index_where=table.c.cleared_at.is_(None)
            ),
            rows,
        )
    found = {(one.kind, one.subject) for one in findings}
    mended = update(table).where(table.c.cleared_at.is_(None), table.c.kind.in_(kinds)).values(cleared_at=now)
    if found:
        mended = mended.where(tuple_(table.c.kind, table.c.subject).not_in(found))
    session.execute(mended)


def open_findings(session: Session) -> list[CheckFinding]:
    """The oldest first, at most `MOST_SHOWN`."""
    return list(
        session.scalars(
            select(CheckFinding)
            .where(CheckFinding.cleared_at.is_(None))
            .order_by(CheckFinding.found_at, CheckFinding.id)
            .limit(MOST_SHOWN)
        )
    )
