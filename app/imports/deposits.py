"""Money that members had paid ahead in another system, as advances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.imports.columns import Cells, wrong
from app.imports.members import MEANS_WORDS, NOT_LATER
from app.imports.taking import Taking
from coworking.billing import NewPayment, PaymentMeans, record_payment
from coworking.billing.errors import MonthClosed
from coworking.billing.journal import first_open_day


@dataclass(frozen=True, slots=True)
class DepositRow:
    member_id: int
    amount: Decimal
    received_on: date
    means: PaymentMeans
    note: str


class DepositRows:
    def __init__(self, taking: Taking) -> None:
        self._taking = taking

    def judge(self, reference: str, cells: Cells) -> DepositRow:
        del reference
        received_on = cells.day("received_on")
        if received_on > self._taking.today:
            raise wrong("received_on", NOT_LATER)
        if first_open_day(self._taking.session, received_on) != received_on:
            raise MonthClosed(month=f"{received_on:%Y-%m}")
        return DepositRow(
            member_id=self._taking.member_of(cells),
            amount=cells.amount("amount"),
            received_on=received_on,
            means=PaymentMeans(cells.one_of("means", MEANS_WORDS)),
            note=cells.maybe("note") or "",
        )

    def write(self, rows: Sequence[tuple[str, DepositRow]]) -> Mapping[str, int]:
        """What is owed already is paid by it at once; the rest waits for the next invoice."""
        taking = self._taking
        for reference, row in rows:
            record_payment(
                taking.session,
                taking.billing_rules,
                NewPayment(
                    key=f"import:{reference}",
                    member_id=row.member_id,
                    means=row.means,
                    amount=row.amount,
                    received_on=row.received_on,
                    note=row.note,
                ),
                actor=taking.actor,
                now=taking.now,
            )
        return {reference: row.member_id for reference, row in rows}
