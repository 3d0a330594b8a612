"""Where the operator is, over HTTP: its offices and the area codes that it lends."""

from __future__ import annotations

from fastapi import APIRouter

from coworking.membership import RulesOfMembers, SignedIn
from telephony.numbers.area_codes import offered_area_codes
from telephony.numbers.line_schemas import AreaCodeAnswer, OfficeAnswer, OfficeHoursAnswer
from telephony.numbers.lines import RulesOfLines
from telephony.numbers.office_hours import is_open

router = APIRouter()


@router.get("/area-codes", tags=["numbers"], summary="Area codes on offer with their places")
def get_area_codes(visit: SignedIn) -> list[AreaCodeAnswer]:
    offices = visit.resources[RulesOfMembers][visit.operator_id].profile.offices
    offered = offered_area_codes(
        visit.session,
        visit.resources[RulesOfLines][visit.operator_id].profile,
        {name: office.area_code for name, office in offices.items()},
    )
    return [
        AreaCodeAnswer(
            area_code=one.area_code,
            places_ja=one.places.ja,
            places_en=one.places.en,
            offices=list(one.offices),
            line_plans=list(one.line_plans),
            free=one.free,
        )
        for one in offered
    ]


@router.get("/offices", tags=["members"], summary="Offices, when they answer, and whether they do now")
def get_offices(visit: SignedIn) -> list[OfficeAnswer]:
    """Hours are on the operator's clock, from `opens_at` until before `closes_at`."""
    rules = visit.resources[RulesOfMembers][visit.operator_id]
    open_now = is_open(rules, visit.now)
    hours = [
        OfficeHoursAnswer(
            weekdays=[weekday.value for weekday in each.weekdays],
            opens_at=f"{each.opens_at:%H:%M}",
            closes_at=f"{each.closes_at:%H:%M}",
            on_holidays=each.on_holidays,
            staffed=each.staffed,
        )
        for each in rules.profile.office_hours
    ]
    return [
        OfficeAnswer(
            name=name,
            place_ja=office.place.ja,
            place_en=office.place.en,
            area_code=office.area_code,
            open_now=open_now,
            hours=hours,
        )
        for name, office in rules.profile.offices.items()
    ]
