"""A file is judged line by line, then taken over as a whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import insert, select, text

from app.imports.columns import Cells
from app.imports.contracts import ContractRows
from app.imports.deposits import DepositRows
from app.imports.errors import ImportKindUnknown, ReferenceReused
from app.imports.members import MemberRows
from app.imports.models import KINDS, ImportedRow
from app.imports.open_items import OpenItemRows
from app.imports.reading import Line, lines_of
from app.imports.taking import Rows, Taking
from coworking.kit.audit import record
from coworking.kit.db import table_of
from coworking.kit.errors import UserError

ROWS_A_BATCH = 500
LOCK_OF_IMPORTS = 7_206_431
"""With the operator: two files of one operator are never taken over at once."""

Outcome = Literal["new", "same", "refused"]

ROWS: dict[str, Callable[[Taking], Rows[Any]]] = {
    "members": MemberRows,
    "contracts": ContractRows,
    "open-items": OpenItemRows,
    "deposits": DepositRows,
}


@dataclass(frozen=True, slots=True)
class ReportedLine:
    """What became of a line, or would. `same`: it was taken over before."""

    line: int
    outcome: Outcome
    reference: str | None
    error: UserError | None = None


@dataclass(frozen=True, slots=True)
class Report:
    kind: str
    applied: bool
    lines: Sequence[ReportedLine]

    def count(self, outcome: Outcome) -> int:
        return sum(line.outcome == outcome for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Judged:
    reported: ReportedLine
    row: Any = None
    digest: bytes = b""


def take_over(taking: Taking, kind: str, content: str, *, applies: bool) -> Report:
    """Judge a file's lines; if `applies` and none is refused, take over those that are new, all of them in the
    transaction of the session. Taking the same over again changes nothing. Raises `ImportKindUnknown`,
    `ImportFileUnreadable`, `ImportHeaderWrong`, `ImportTooLong`."""
    if kind not in ROWS:
        raise ImportKindUnknown(kind=kind, allowed=", ".join(KINDS))
    lines = lines_of(kind, content)
    if applies:
        keys = {"key": LOCK_OF_IMPORTS, "operator": taking.operator_id}
        taking.session.execute(text("SELECT pg_advisory_xact_lock(:key, :operator)"), keys)
    known = _known(taking, kind)
    taking.members.update(_members(taking))
    rows = ROWS[kind](taking)
    judged = [_judge(rows, line, known) for line in lines]
    applied = applies and all(one.reported.outcome != "refused" for one in judged)
    if applied:
        _write(taking, kind, rows, [one for one in judged if one.reported.outcome == "new"])
        _record(taking, kind, content, judged)
    return Report(kind, applied, [one.reported for one in judged])


def _judge(rows: Rows[Any], line: Line, known: dict[str, bytes]) -> _Judged:
    reference = None
    try:
        if line.error is not None:
            raise line.error
        cells = Cells(line.cells)
        reference = cells.reference("reference")
        digest = line.digest
        if reference in known:
            if known[reference] != digest:
                raise ReferenceReused(reference=reference)
            return _Judged(ReportedLine(line.number, "same", reference))
        row = rows.judge(reference, cells)
    except UserError as error:
        return _Judged(ReportedLine(line.number, "refused", reference, error))
    known[reference] = digest
    return _Judged(ReportedLine(line.number, "new", reference), row, digest)


def _write(taking: Taking, kind: str, rows: Rows[Any], judged: Sequence[_Judged]) -> None:
    for batch in _batches(judged):
        named = [(one.reported.reference or "", one.row) for one in batch]
        members = rows.write(named)
        entered = [
            {
                "operator_id": taking.operator_id,
                "kind": kind,
                "reference": one.reported.reference,
                "digest": one.digest,
                "member_id": members[one.reported.reference or ""],
                "imported_at": taking.now,
                "imported_by": taking.actor,
            }
            for one in batch
        ]
        taking.session.flush()
        taking.session.execute(insert(table_of(ImportedRow)), entered)


def _batches(judged: Sequence[_Judged]) -> Iterator[Sequence[_Judged]]:
    for first in range(0, len(judged), ROWS_A_BATCH):
        yield judged[first : first + ROWS_A_BATCH]


def _known(taking: Taking, kind: str) -> dict[str, bytes]:
    statement = select(ImportedRow.reference, ImportedRow.digest).where(ImportedRow.kind == kind)
    return dict(taking.session.execute(statement).all())


def _members(taking: Taking) -> dict[str, int]:
    statement = select(ImportedRow.reference, ImportedRow.member_id).where(ImportedRow.kind == "members")
    return dict(taking.session.execute(statement).all())


def _record(taking: Taking, kind: str, content: str, judged: Sequence[_Judged]) -> None:
    record(
        taking.session,
        operator_id=taking.operator_id,
        at=taking.now,
        actor=taking.actor,
        action="import.applied",
        subject=f"operator:{taking.operator_id}",
        details={
            "kind": kind,
            "new": sum(one.reported.outcome == "new" for one in judged),
            "same": sum(one.reported.outcome == "same" for one in judged),
            "sha256": hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest(),
        },
    )
