"""What billing staff do with calls, and the caps on them, over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Response

from coworking.kit.calendars import MONTH_PATTERN
from coworking.kit.listing import Listing, listing_of
from coworking.kit.money import plain
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.web.language import preferred_language
from coworking.membership import MoneyStaff, SignedIn, Staff, Visit
from telephony.forwarding.call_anomalies import unusual_lines
from telephony.forwarding.call_export import export_calls
from telephony.forwarding.call_figures import reinstate_call, reverse_call
from telephony.forwarding.call_records import CallRecord
from telephony.forwarding.call_review import CallFilter, call_chart, call_totals, matching_calls
from telephony.forwarding.calls_routes import call_answer
from telephony.forwarding.cap_events import list_cap_events
from telephony.forwarding.cap_models import CapEvent
from telephony.forwarding.caps import lift_cap
from telephony.forwarding.models import Call
from telephony.forwarding.own_caps import own_cap, set_own_cap
from telephony.forwarding.review_schemas import (
    AMOUNT_PATTERN,
    CapEventAnswer,
    DayAnswer,
    HoldAnswer,
    OwnCapAnswer,
    OwnCapBody,
    ReasonBody,
    ReviewAnswer,
    ReviewedCall,
    TotalsAnswer,
)
from telephony.forwarding.rules import CallRules, RulesOfCalls
from telephony.metering import (
    AnomalyAnswer,
    CallClass,
    charge_holds,
    charge_key,
    month_span,
)

router = APIRouter(prefix="/api", tags=["billing review"])

ReviewListing = Annotated[
    Listing,
    Depends(
        listing_of(
            usual="-started_at", started_at=Call.started_at, seconds=Call.billed_seconds, amount=Call.amount
        )
    ),
]
CapListing = Annotated[Listing, Depends(listing_of(usual="-id", span=CapEvent.since, since=CapEvent.since))]

AcceptLanguage = Annotated[str, Header(max_length=200)]
Outcome = Literal["answered", "no-answer", "busy", "failed", "refused", "announcement", "voicemail"]
Direction = Literal["in", "out", "control", "reception"]
Before = Annotated[
    int, Query(ge=0, le=LARGEST_ID, description="`next` of the page before; 0 begins with the newest.")
]
Month = Annotated[
    str | None,
    Query(pattern=MONTH_PATTERN, examples=["2026-06"], description="This month if no day is named either."),
]
Amount = Annotated[str | None, Query(pattern=AMOUNT_PATTERN, examples=["100"])]


def wanted_calls(
    visit: SignedIn,
    month: Month = None,
    from_day: date | None = None,
    to_day: date | None = None,
    member_id: int | None = None,
    line_id: int | None = None,
    call_class: CallClass | None = None,
    outcome: Outcome | None = None,
    direction: Direction | None = None,
    least_amount: Amount = None,
    most_amount: Amount = None,
    least_seconds: Annotated[int | None, Query(ge=0, le=1_000_000)] = None,
    ending: Annotated[
        str | None, Query(pattern="^[0-9]{4}$", description="The last four digits of any number on the call.")
    ] = None,
    is_reversed: bool | None = None,
) -> CallFilter:
    """Days are local, both inclusive; one without the other and without a month means that day. Raises
    `DaysOutOfRange`."""
    calendar = _rules(visit).tariffs.calendar
    span = month_span(calendar, month or calendar.local_month(visit.now))
    one_day = (from_day or to_day) if month is None else None
    first = from_day or one_day or span.first
    last = to_day or one_day or span.last
    return CallFilter(
        first_day=first,
        last_day=last,
        member_id=member_id if visit.actor.is_staff else visit.own_member_id(),
        line_id=line_id,
        call_class=call_class.value if call_class else None,
        outcome=outcome,
        direction=direction,
        least_amount=Decimal(least_amount) if least_amount is not None else None,
        most_amount=Decimal(most_amount) if most_amount is not None else None,
        least_seconds=least_seconds,
        ending=ending,
        held=is_reversed,
    )


Wanted = Annotated[CallFilter, Depends(wanted_calls)]


@router.get("/call-review", summary="Calls that match, newest first, and what they come to")
def get_review(
    visit: Staff,
    listing: ReviewListing,
    wanted: Wanted,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
    accept_language: AcceptLanguage = "",
) -> ReviewAnswer:
    rules = _rules(visit)
    records = matching_calls(
        visit.session, rules.tariffs.calendar, wanted, after_id=after, limit=limit, listing=listing
    )
    holds = charge_holds(visit.session, [charge_key(record.call.carrier_sid) for record in records])

    def show(record: CallRecord) -> ReviewedCall:
        hold = holds.get(charge_key(record.call.carrier_sid))
        answer = call_answer(record, rules, preferred_language(accept_language))
        return ReviewedCall(**dict(answer), reversal=HoldAnswer.of(hold) if hold else None)

    shown = page(records, limit, show, lambda record: record.call.id)
    totals = TotalsAnswer.of(call_totals(visit.session, wanted))
    return ReviewAnswer(items=shown.items, next=shown.next, totals=totals)


@router.get("/call-review/days", summary="The same calls by day and class")
def get_days(visit: Staff, wanted: Wanted) -> list[DayAnswer]:
    """Of as many days as can be asked for, one row for each of the day's classes."""
    return [DayAnswer.of(one) for one in call_chart(visit.session, wanted)]


@router.get(
    "/calls.csv",
    tags=["calls"],
    summary="Calls as a file for a spreadsheet",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
def get_csv(visit: SignedIn, wanted: Wanted, accept_language: AcceptLanguage = "") -> Response:
    """At most 50,000 calls; a member gets their own. The heading is in the reader's language."""
    language = preferred_language(accept_language)
    content = export_calls(
        visit.session,
        _rules(visit).tariffs.calendar,
        wanted,
        language,
        actor=visit.actor.reference,
        now=visit.now,
    )
    name = f"calls-{wanted.first_day}-{wanted.last_day}.csv"
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "no-store",
        "content-language": language,
    }
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/calls/{call}/reverse", summary="Take the charge of a call back for good")
def post_reverse(
    call: str, body: ReasonBody, visit: MoneyStaff, accept_language: AcceptLanguage = ""
) -> ReviewedCall:
    """Whatever the carrier tells of the call later, it is not charged again unless it is reinstated."""
    record = reverse_call(
        visit.session,
        _rules(visit),
        call,
        reason=body.reason,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _reviewed(visit, record, accept_language)


@router.post("/calls/{call}/reinstate", summary="Let a call be charged again")
def post_reinstate(call: str, visit: MoneyStaff, accept_language: AcceptLanguage = "") -> ReviewedCall:
    record = reinstate_call(visit.session, _rules(visit), call, actor=visit.actor.reference, now=visit.now)
    return _reviewed(visit, record, accept_language)


@router.get("/anomalies", summary="Lines whose month is unusual, and why")
def get_anomalies(
    visit: Staff, month: Month = None, accept_language: AcceptLanguage = ""
) -> list[AnomalyAnswer]:
    """The furthest from usual first, at most 1,000."""
    rules = _rules(visit)
    language = preferred_language(accept_language)
    wanted = month or rules.tariffs.calendar.local_month(visit.now)
    return [
        AnomalyAnswer.of(one, one.sentence(language)) for one in unusual_lines(visit.session, rules, wanted)
    ]


@router.get("/caps", tags=["caps"], summary="Caps that were neared or reached, newest first")
def get_caps(
    visit: Staff,
    listing: CapListing,
    subject: Annotated[
        str | None, Query(pattern="^((line|member|operator):[1-9][0-9]{0,17}|system)$", examples=["line:7"])
    ] = None,
    level: Literal["warning", "reached"] | None = None,
    barring: bool = False,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[CapEventAnswer]:
    """`barring`: only those that stop calls now."""
    events = list_cap_events(
        visit.session,
        subject=subject,
        level=level,
        only_barring=barring,
        after_id=after,
        limit=limit,
        listing=listing,
    )
    return page(events, limit, CapEventAnswer.of, lambda event: event.id)


@router.post("/caps/{cap_event_id}/lift", tags=["caps"], summary="Let go on what a cap has stopped")
def post_lift(cap_event_id: int, visit: MoneyStaff) -> CapEventAnswer:
    event = lift_cap(visit.session, _rules(visit), cap_event_id, actor=visit.actor.reference, now=visit.now)
    return CapEventAnswer.of(event)


@router.get("/members/{member_id}/own-cap", tags=["caps"], summary="A member's own cap on a month of calls")
def get_own_cap(member_id: int, visit: SignedIn) -> OwnCapAnswer:
    visit.require_member(member_id)
    return _own_cap_answer(member_id, own_cap(visit.session, member_id))


@router.put("/members/{member_id}/own-cap", tags=["caps"], summary="Set or take away the own cap")
def put_own_cap(member_id: int, body: OwnCapBody, visit: SignedIn) -> OwnCapAnswer:
    visit.require_member(member_id)
    wanted = Decimal(body.yen_per_month) if body.yen_per_month is not None else None
    set_own_cap(visit.session, _rules(visit), member_id, wanted, actor=visit.actor.reference, now=visit.now)
    return _own_cap_answer(member_id, wanted)


def _own_cap_answer(member_id: int, yen: Decimal | None) -> OwnCapAnswer:
    return OwnCapAnswer(member_id=member_id, yen_per_month=plain(yen) if yen is not None else None)


def _reviewed(visit: Visit, record: CallRecord, accept_language: str) -> ReviewedCall:
    key = charge_key(record.call.carrier_sid)
    hold = charge_holds(visit.session, [key]).get(key)
    answer = call_answer(record, _rules(visit), preferred_language(accept_language))
    return ReviewedCall(**dict(answer), reversal=HoldAnswer.of(hold) if hold else None)


def _rules(visit: Visit) -> CallRules:
    return visit.resources[RulesOfCalls][visit.operator_id]
