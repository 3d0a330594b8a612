"""What each leg came to, kept beside the charges so that usage can be counted by line, class and day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.db import table_of
from telephony.metering.usage_models import BilledLeg

STATEMENT_ROWS = 500


def write_billed_legs(session: Session, call_sids: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Put these rows, all of these calls, in the place of what was kept of the calls."""
    table = table_of(BilledLeg)
    if call_sids:
        session.execute(
            delete(table).where(
                table.c.call_sid.in_(call_sids), table.c.leg_sid.not_in([row["leg_sid"] for row in rows])
            )
        )
    statement = insert(table)
    for start in range(0, len(rows), STATEMENT_ROWS):
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["leg_sid"],
                set_={
                    column.name: statement.excluded[column.name]
                    for column in table.c
                    if column.name not in {"leg_sid", "operator_id"}
                },
            ),
            list(rows[start : start + STATEMENT_ROWS]),
        )
