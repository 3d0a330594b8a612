"""What members still owe from another system, as charges that the next run invoices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.imports.columns import Cells, wrong
from app.imports.taking import Taking
from coworking.billing import Posting, month_after, post
from coworking.billing.titles import OPENING_BALANCE, title_of
from coworking.kit.money import TaxMode
from coworking.kit.profile_fields import Words

MONTHS_EITHER_WAY = 120
OF_LINES = ("line-monthly", "call")


@dataclass(frozen=True, slots=True)
class OpenItem:
    """`service_month` is its 1st; `document` names the paper of the other system."""

    member_id: int
    what: str
    amount: Decimal
    service_month: date
    due_on: date
    document: str | None


class OpenItemRows:
    def __init__(self, taking: Taking) -> None:
        self._taking = taking
        rules = taking.billing_rules
        purposes = (
            OPENING_BALANCE,
            "dues",
            *OF_LINES,
            *(f"option:{name}" for name in rules.membership.options),
            *rules.profile.fees,
            *rules.profile.uses,
        )
        self._purposes = {what: title_of(rules, what).ja for what in purposes}

    def judge(self, reference: str, cells: Cells) -> OpenItem:
        del reference
        return OpenItem(
            member_id=self._taking.member_of(cells),
            what=cells.one_of("what", self._purposes),
            amount=cells.amount("amount"),
            service_month=self._near("service_month", cells.month("service_month")),
            due_on=self._near("due_on", cells.day("due_on")),
            document=cells.maybe("document", longest=60),
        )

    def write(self, rows: Sequence[tuple[str, OpenItem]]) -> Mapping[str, int]:
        taking = self._taking
        post(
            taking.session,
            taking.operator_id,
            [self._posting(reference, row) for reference, row in rows],
            taking.now,
        )
        return {reference: row.member_id for reference, row in rows}

    def _posting(self, reference: str, row: OpenItem) -> Posting:
        """What was invoiced elsewhere holds its tax already."""
        rules, today = self._taking.billing_rules, self._taking.today
        return Posting(
            key=f"import:{reference}",
            member_id=row.member_id,
            what=row.what,
            quantity=1,
            unit_price=row.amount,
            amount=row.amount,
            tax_mode=TaxMode.OUTSIDE if row.what == OPENING_BALANCE else rules.profile.tax_mode,
            service_month=f"{row.service_month:%Y-%m}",
            service_on=row.service_month,
            # Closed before today: it is for the run, not for what is paid at once.
            closes_on=min(today - timedelta(days=1), row.due_on),
            due_on=row.due_on,
            reason={"imported": reference, **({"document": row.document} if row.document else {})},
            profile_version_id=rules.profile_version_id,
        )

    def _near(self, column: str, day: date) -> date:
        today = self._taking.today
        first, last = month_after(today, -MONTHS_EITHER_WAY), month_after(today, MONTHS_EITHER_WAY)
        if not first <= day <= last:
            raise wrong(column, Words(f"{first} から {last} まで", f"from {first} to {last}"))
        return day
