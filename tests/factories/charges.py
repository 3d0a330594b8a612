"""Charges for tests of what becomes of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import count

from sqlalchemy.orm import Session

from coworking.billing import BillingRules, Posting, post
from coworking.kit.money import TaxMode
from tests.factories.membership import NOW

_serial = count(1)


def make_charge(
    session: Session,
    rules: BillingRules,
    operator_id: int,
    member_id: int,
    amount: str | int = 27,
    *,
    what: str = "call",
    key: str | None = None,
    closes_on: date = date(2026, 5, 31),
    due_on: date = date(2026, 6, 30),
    service_on: date = date(2026, 5, 20),
    tax_mode: TaxMode = TaxMode.EXCLUDED,
    now: datetime = NOW,
) -> str:
    """A charge of May that was closed at its end and is due at the end of June; returns its key."""
    key = key or f"test:{next(_serial)}"
    posting = Posting(
        key=key,
        member_id=member_id,
        what=what,
        quantity=1,
        unit_price=Decimal(amount),
        amount=Decimal(amount),
        tax_mode=tax_mode,
        service_month=f"{service_on:%Y-%m}",
        service_on=service_on,
        closes_on=closes_on,
        due_on=due_on,
        reason={},
        profile_version_id=rules.profile_version_id,
    )
    post(session, operator_id, [posting], now)
    return key
