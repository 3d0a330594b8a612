"""Cases: legs on which our books and the carrier's records differ, opened and closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, case, null, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.listing import NEWEST_FIRST, Listing
from telephony.metering.carrier_prices import accept_price
from telephony.metering.comparison import Difference
from telephony.metering.errors import CaseClosed
from telephony.metering.usage_models import Reconciliation, ReconciliationCase

LARGEST_PAGE = 200
BY_ITSELF = "task:metering.reconcile-day"


def enter_differences(
    session: Session,
    operator_id: int,
    month: str,
    found: Sequence[Difference],
    compared: Sequence[str],
    now: datetime,
) -> None:
    """Open a case for each difference, once; close those of the legs `compared` on which the two agree by now. A case
    that staff closed stays closed as long as both sides say what they said then."""
    if compared:
        differing = [(one.leg_sid, one.kind) for one in found]
        session.execute(
            update(ReconciliationCase)
            .where(
                ReconciliationCase.month == month,
                ReconciliationCase.leg_sid.in_(compared),
                ReconciliationCase.closed_at.is_(None),
                tuple_(ReconciliationCase.leg_sid, ReconciliationCase.kind).not_in(differing),
            )
            .values(closed_at=now, closed_by=BY_ITSELF)
            .execution_options(synchronize_session=False)
        )
    if found:
        _open(session, operator_id, month, found, now)


def _open(session: Session, operator_id: int, month: str, found: Sequence[Difference], now: datetime) -> None:
    statement = insert(ReconciliationCase)
    new = statement.excluded
    stays = and_(
        ReconciliationCase.ours.is_not_distinct_from(new.ours),
        ReconciliationCase.carriers.is_not_distinct_from(new.carriers),
        ReconciliationCase.closed_by.is_distinct_from(BY_ITSELF),
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["operator_id", "month", "leg_sid", "kind"],
            set_={
                "ours": new.ours,
                "carriers": new.carriers,
                "line_id": new.line_id,
                "opened_at": case((stays, ReconciliationCase.opened_at), else_=new.opened_at),
                "closed_at": case((stays, ReconciliationCase.closed_at), else_=null()),
                "closed_by": case((stays, ReconciliationCase.closed_by), else_=null()),
                "note": case((stays, ReconciliationCase.note), else_=null()),
            },
        ),
        [
            {
                "operator_id": operator_id,
                "month": month,
                "leg_sid": one.leg_sid,
                "call_sid": one.call_sid,
                "line_id": one.line_id,
                "kind": one.kind,
                "ours": one.ours,
                "carriers": one.carriers,
                "opened_at": now,
            }
            for one in found
        ],
    )


def close_case(session: Session, case_id: int, *, note: str, actor: str, now: datetime) -> ReconciliationCase:
    """Staff have looked at it; the carrier's price is taken over with a case of price. Raises `NotFound`,
    `CaseClosed`."""
    found = session.get(ReconciliationCase, case_id, with_for_update=True)
    if found is None:
        raise NotFound
    if found.closed_at is not None:
        raise CaseClosed
    found.closed_at, found.closed_by, found.note = now, actor, note
    if found.kind == "price" and found.carriers is not None:
        accept_price(session, found.leg_sid, found.carriers)
    record(
        session,
        operator_id=found.operator_id,
        at=now,
        actor=actor,
        action="reconciliation.case-closed",
        subject=f"reconciliation-case:{found.id}",
        details={"kind": found.kind, "month": found.month, "note": note},
    )
    session.flush()
    return found


def list_cases(
    session: Session,
    *,
    month: str | None = None,
    kind: str | None = None,
    is_open: bool | None = None,
    after_id: int = 0,
    limit: int = LARGEST_PAGE,
    listing: Listing = NEWEST_FIRST,
) -> Sequence[ReconciliationCase]:
    statement = listing.part(select(ReconciliationCase), ReconciliationCase.id, after_id, limit)
    if month is not None:
        statement = statement.where(ReconciliationCase.month == month)
    if kind is not None:
        statement = statement.where(ReconciliationCase.kind == kind)
    if is_open is not None:
        statement = statement.where(ReconciliationCase.closed_at.is_(None) == is_open)
    return session.scalars(statement).all()


def list_reconciliations(session: Session) -> Sequence[Reconciliation]:
    """The latest months first, at most `LARGEST_PAGE`."""
    statement = select(Reconciliation).order_by(Reconciliation.month.desc()).limit(LARGEST_PAGE)
    return session.scalars(statement).all()
