"""Charges over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from coworking.billing.charges import list_charges, totals_by_month
from coworking.billing.invoicing.invoice_search import invoice_numbers
from coworking.billing.models import Charge
from coworking.billing.schemas import ChargeAnswer, MonthAnswer
from coworking.kit.calendars import MONTH_PATTERN
from coworking.kit.listing import Listing, listing_of
from coworking.kit.money import plain
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page, page
from coworking.membership import SignedIn

router = APIRouter(prefix="/api", tags=["charges"])

ChargeListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=Charge.service_on,
            lacking={"is_posting": Charge.reverses_id},
            service_on=Charge.service_on,
            amount=Charge.amount,
        )
    ),
]

Month = Annotated[str | None, Query(pattern=MONTH_PATTERN, examples=["2026-07"])]


@router.get("/charges", summary="List charges, reversals among them")
def get_charges(
    visit: SignedIn,
    listing: ChargeListing,
    member_id: int | None = None,
    what: Annotated[str | None, Query(max_length=60)] = None,
    service_month: Month = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[ChargeAnswer]:
    """Staff see every member's; a member sees their own, whatever `member_id` says."""
    charges = list_charges(
        visit.session,
        member_id=member_id if visit.actor.is_staff else visit.own_member_id(),
        what=what,
        service_month=service_month,
        after_id=after,
        limit=limit,
        listing=listing,
    )
    numbers = invoice_numbers(visit.session, [charge.id for charge in charges])
    return page(
        charges,
        limit,
        lambda charge: ChargeAnswer.of(charge, numbers.get(charge.id)),
        lambda charge: charge.id,
    )


@router.get("/charges/months", summary="What was posted, by member, month and kind")
def get_months(
    visit: SignedIn, member_id: int | None = None, service_month: Month = None
) -> list[MonthAnswer]:
    """At most 10,000 rows, from the first month on: with more, ask for one month or member."""
    totals = totals_by_month(
        visit.session,
        member_id=member_id if visit.actor.is_staff else visit.own_member_id(),
        service_month=service_month,
    )
    return [
        MonthAnswer(
            member_id=total.member_id,
            service_month=total.service_month,
            what=total.what,
            tax_mode=total.tax_mode.value,
            count=total.count,
            quantity=total.quantity,
            amount=plain(total.amount),
        )
        for total in totals
    ]
