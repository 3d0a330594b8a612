"""Which invoices a member's open charges make."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from sqlalchemy import ColumnElement, Integer, Text, case, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from coworking.billing.invoice_models import OpenCharge
from coworking.billing.invoicing.invoice_sums import Charged, InvoiceSums, LineKey, sum_up
from coworking.billing.models import Charge
from coworking.billing.profile import BillingProfile
from coworking.kit.money import TaxMode


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """A member's open charges of one key that fall due on one day."""

    member_id: int
    due_on: date
    charged: Charged
    charge_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class Draft:
    """An invoice to be. `charge_ids` are by line, in the order of its lines."""

    member_id: int
    due_on: date
    sums: InvoiceSums
    charge_ids: tuple[tuple[int, ...], ...]


def open_groups(
    session: Session,
    profile: BillingProfile,
    wanted: ColumnElement[bool],
    member_ids: Collection[int] | None = None,
) -> dict[int, list[OpenGroup]]:
    """By member, what of these members' open charges is wanted; None: of all members."""
    rate = rate_on_service_day(profile)
    statement = (
        select(
            OpenCharge.member_id,
            OpenCharge.due_on,
            Charge.service_month,
            Charge.what,
            Charge.unit_price,
            rate,
            Charge.tax_mode,
            func.sum(Charge.quantity, type_=Integer()),
            func.sum(Charge.amount, type_=Charge.amount.type),
            func.array_agg(aggregate_order_by(OpenCharge.charge_id, OpenCharge.charge_id)),
        )
        .join(Charge, Charge.id == OpenCharge.charge_id)
        .where(wanted)
        .group_by(
            OpenCharge.member_id,
            OpenCharge.due_on,
            Charge.service_month,
            Charge.what,
            Charge.unit_price,
            rate,
            Charge.tax_mode,
        )
    )
    if member_ids is not None:
        statement = statement.where(OpenCharge.member_id.in_(member_ids))
    found: dict[int, list[OpenGroup]] = {}
    for member_id, due_on, month, what, price, rate_text, mode, quantity, amount, ids in session.execute(
        statement
    ):
        key = LineKey(month, what, price, Decimal(rate_text))
        charged = Charged(key, TaxMode(mode), int(quantity), amount)
        found.setdefault(member_id, []).append(OpenGroup(member_id, due_on, charged, ids))
    return found


def rate_on_service_day(profile: BillingProfile) -> ColumnElement[str]:
    """As the text that a line keeps; "0" for what is outside tax and before the first rate."""
    versions = [
        (Charge.service_on >= version.valid_from, str(version.rate))
        for version in reversed(profile.tax_rates)
    ]
    outside = (Charge.tax_mode == TaxMode.OUTSIDE.value, "0")
    return cast(case(outside, *versions, else_="0"), Text).label("rate")


def drafts(groups: Sequence[OpenGroup], issued_on: date) -> Iterator[Draft]:
    """The invoices of one member's groups: one for each due day, in their order. What is due before the day of issue
    falls due on that day. What comes to nothing or less is set against the next one, or stays for later."""
    carried: list[OpenGroup] = []
    in_order = sorted(groups, key=lambda group: _due_on(group, issued_on))
    for due_on, of_day in groupby(in_order, key=lambda group: _due_on(group, issued_on)):
        waiting, carried = [*carried, *of_day], []
        for part in _by_tax_mode(waiting):
            sums = sum_up(group.charged for group in part)
            if sums.total > 0:
                yield Draft(part[0].member_id, due_on, sums, _charges_by_line(part, sums))
            else:
                carried += part


def _due_on(group: OpenGroup, issued_on: date) -> date:
    return max(group.due_on, issued_on)


def _by_tax_mode(groups: Sequence[OpenGroup]) -> Iterator[list[OpenGroup]]:
    """Charges before tax and with tax apart; those outside tax go with the first of them."""
    modes = sorted({group.charged.tax_mode for group in groups} - {TaxMode.OUTSIDE}) or [TaxMode.OUTSIDE]
    for mode in modes:
        taken = {mode, TaxMode.OUTSIDE} if mode is modes[0] else {mode}
        yield [group for group in groups if group.charged.tax_mode in taken]


def _charges_by_line(groups: Sequence[OpenGroup], sums: InvoiceSums) -> tuple[tuple[int, ...], ...]:
    """Charges that cancel each other have no line of their own: they stand with the first one."""
    place = {line.key: index for index, line in enumerate(sums.lines) if line.key is not None}
    by_line: list[list[int]] = [[] for _ in sums.lines]
    for group in groups:
        by_line[place.get(group.charged.key, 0)].extend(group.charge_ids)
    return tuple(tuple(ids) for ids in by_line)
