"""Usage, and what billing staff ask of a month, over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from coworking.kit.calendars import MONTH_PATTERN
from coworking.kit.listing import AnId, Listing, listing_of
from coworking.kit.money import plain
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.membership import MoneyStaff, SignedIn, Visit
from telephony.metering.carrier_prices import margins
from telephony.metering.months import month_span
from telephony.metering.reconciliation_cases import close_case, list_cases, list_reconciliations
from telephony.metering.reconciling import reconcile
from telephony.metering.schemas import (
    CaseAnswer,
    MarginAnswer,
    MonthBody,
    NoteBody,
    OutlookAnswer,
    ReconciliationAnswer,
    UsageAnswer,
    WhatIfAnswer,
    WhatIfBody,
)
from telephony.metering.tariffs import RulesOfTariffs, TariffRules
from telephony.metering.usage import usage_of_all, usage_of_line, usage_of_member
from telephony.metering.usage_models import ReconciliationCase
from telephony.metering.what_if import read_rate_card, what_if
from telephony.numbers import get_line

router = APIRouter(prefix="/api", tags=["usage"])

CaseListing = Annotated[
    Listing,
    Depends(
        listing_of(
            usual="-id",
            equal={"line_id": (ReconciliationCase.line_id, AnId)},
            opened_at=ReconciliationCase.opened_at,
        )
    ),
]

MOST_MARGINS = 10_000

Month = Annotated[
    str | None, Query(pattern=MONTH_PATTERN, examples=["2026-06"], description="This month if left out.")
]
Before = Annotated[
    int, Query(ge=0, le=LARGEST_ID, description="`next` of the page before; 0 begins with the newest.")
]


@router.get("/usage", summary="What calls of a month came to, those that are going on included")
def get_usage(visit: SignedIn, member_id: int | None = None, month: Month = None) -> UsageAnswer:
    """Staff see any member's, or without `member_id` everybody's; a member sees their own, whatever it says."""
    rules = _rules(visit)
    owner = member_id if visit.actor.is_staff else visit.own_member_id()
    if owner is None:
        return UsageAnswer.of(usage_of_all(visit.session, rules, _month(visit, month), visit.now), None, None)
    usage = usage_of_member(visit.session, rules, owner, _month(visit, month), visit.now)
    return UsageAnswer.of(usage, owner, None)


@router.get("/lines/{line_id}/usage", summary="The same of one line")
def get_usage_of_line(line_id: int, visit: SignedIn, month: Month = None) -> UsageAnswer:
    line = get_line(visit.session, line_id, member_id=visit.own_member_id())
    usage = usage_of_line(visit.session, _rules(visit), line.id, _month(visit, month), visit.now)
    return UsageAnswer.of(usage, line.member_id, line.id)


@router.post(
    "/reconciliations",
    status_code=202,
    tags=["billing review"],
    summary="Compare a month with the carrier's own records",
)
def post_reconciliation(body: MonthBody, visit: MoneyStaff) -> ReconciliationAnswer:
    """It is done in the background, a day of the carrier's at a time; what differs becomes a case."""
    found = reconcile(
        visit.session,
        _rules(visit),
        visit.operator_id,
        body.month,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return ReconciliationAnswer.of(found)


@router.get("/reconciliations", tags=["billing review"], summary="Months that were compared")
def get_reconciliations(visit: MoneyStaff) -> list[ReconciliationAnswer]:
    """The latest 200, the newest month first."""
    return [ReconciliationAnswer.of(one) for one in list_reconciliations(visit.session)]


@router.get("/reconciliation-cases", tags=["billing review"], summary="Where the carrier's records differ")
def get_cases(
    visit: MoneyStaff,
    listing: CaseListing,
    month: Annotated[str | None, Query(pattern=MONTH_PATTERN, examples=["2026-06"])] = None,
    kind: Literal["missing", "extra", "duration", "price"] | None = None,
    is_open: bool | None = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[CaseAnswer]:
    """Newest first."""
    cases = list_cases(
        visit.session, month=month, kind=kind, is_open=is_open, after_id=after, limit=limit, listing=listing
    )
    return page(cases, limit, CaseAnswer.of, lambda case: case.id)


@router.post(
    "/reconciliation-cases/{case_id}/close", tags=["billing review"], summary="Close a case with a note"
)
def post_close(case_id: int, body: NoteBody, visit: MoneyStaff) -> CaseAnswer:
    closed = close_case(visit.session, case_id, note=body.note, actor=visit.actor.reference, now=visit.now)
    return CaseAnswer.of(closed)


@router.get("/margins", tags=["billing review"], summary="What each line's month left over")
def get_margins(visit: MoneyStaff, month: Month = None) -> list[MarginAnswer]:
    """What was charged less what the carrier takes; the carrier's prices come with the comparison of the month. At most
    10,000 lines, by their id."""
    span = month_span(_rules(visit).calendar, _month(visit, month))
    return [MarginAnswer.of(margin) for margin in margins(visit.session, span)[:MOST_MARGINS]]


@router.post("/what-if", tags=["billing review"], summary="A month under another rate card")
def post_what_if(body: WhatIfBody, visit: MoneyStaff) -> WhatIfAnswer:
    """Nothing is stored and nothing is charged."""
    outlooks = what_if(visit.session, _rules(visit), body.month, read_rate_card(body.rate_card))
    now = sum((one.amount_now for one in outlooks), start=Decimal(0))
    then = sum((one.amount_then for one in outlooks), start=Decimal(0))
    return WhatIfAnswer(
        month=body.month,
        amount_now=plain(now),
        amount_then=plain(then),
        difference=plain(then - now),
        members=[OutlookAnswer.of(one) for one in outlooks],
    )


def _rules(visit: Visit) -> TariffRules:
    return visit.resources[RulesOfTariffs][visit.operator_id]


def _month(visit: Visit, month: str | None) -> str:
    return month or _rules(visit).calendar.local_month(visit.now)
