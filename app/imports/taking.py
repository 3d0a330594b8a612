"""Who takes rows over, into which operator, and what each kind of row is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from app.imports.columns import Cells
from app.imports.errors import ReferenceUnknown
from coworking.billing import BillingRules
from coworking.membership import MemberRules

R = TypeVar("R")


@dataclass(frozen=True)
class Taking:
    """`password_hash` is of a password that nobody knows, for accounts that are entered by a link first. `members` are
    ids by the reference of the row that made the member; it grows as members are written."""

    session: Session
    operator_id: int
    member_rules: MemberRules
    billing_rules: BillingRules
    actor: str
    now: datetime
    password_hash: str
    members: dict[str, int] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.member_rules.calendar.local_date(self.now)

    def member_of(self, cells: Cells) -> int:
        """The member that a line is about. Raises `ReferenceUnknown` and what `Cells` raises."""
        reference = cells.reference("member")
        if reference not in self.members:
            raise ReferenceUnknown(reference=reference)
        return self.members[reference]


class Rows(Protocol[R]):
    """One kind of rows. `judge` writes nothing and raises a `UserError` for a line that cannot be taken; it sees the
    lines in their order, so that a later one is judged with the earlier ones. `write` gets what it returned, in the
    same order, and returns the members by reference."""

    def judge(self, reference: str, cells: Cells) -> R: ...

    def write(self, rows: Sequence[tuple[str, R]]) -> Mapping[str, int]: ...
