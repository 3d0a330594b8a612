"""What staff read of a member in the books: a card charged and disputed, a fee, a use, runs and closed months."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.billing.cards.models import CardCharge, CardDispute
from coworking.billing.dues_models import FeeRecord, Use
from coworking.billing.invoice_models import Invoice
from coworking.billing.journal_models import ClosedMonth
from coworking.membership.models import Member
from tests.factories.invoices import make_run
from tests.factories.membership import NOW

ACTOR = "account:1"
TODAY = date(2026, 6, 10)
MONTHS = ("2026-03", "2026-04")
"""That are closed; nothing is booked in them."""


def make_books(session: Session, member: Member, invoice_number: str) -> None:
    """The card was declined, and the charge disputed all the same."""
    invoice_id = session.scalars(select(Invoice.id).where(Invoice.number == invoice_number)).one()
    of_member = {"operator_id": member.operator_id, "member_id": member.id}
    charge = CardCharge(
        **of_member,
        invoice_id=invoice_id,
        attempt=1,
        amount=Decimal(500),
        customer="cus_1",
        method="pm_1",
        status="declined",
        reference=f"pi_{member.id}",
        reason="card_declined",
        asked_at=NOW,
        answered_at=NOW,
    )
    fee = FeeRecord(
        **of_member,
        what="technician",
        quantity=1,
        amount=Decimal(500),
        service_on=TODAY,
        note="",
        recorded_at=NOW,
        recorded_by=ACTOR,
    )
    use = Use(
        **of_member,
        purpose="printing",
        starts_at=NOW,
        counted_on=TODAY,
        quantity=1,
        amount=Decimal(0),
        recorded_at=NOW,
        recorded_by=ACTOR,
    )
    session.add_all([charge, fee, use])
    session.flush()
    dispute = CardDispute(
        **of_member,
        charge_id=charge.id,
        invoice_id=invoice_id,
        reference=f"dp_{member.id}",
        reason="fraudulent",
        status="lost",
        opened_at=NOW,
        closed_at=NOW,
    )
    session.add(dispute)
    for period in ("2026-05", "2026-06"):
        make_run(session, member.operator_id, period)
    rows = [
        {"operator_id": member.operator_id, "month": month, "closed_at": NOW, "closed_by": ACTOR}
        for month in MONTHS
    ]
    session.execute(insert(ClosedMonth).values(rows).on_conflict_do_nothing())
    session.flush()
