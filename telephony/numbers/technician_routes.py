"""Paid visits by a technician over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from coworking.billing import RulesOfBilling
from coworking.kit.money import plain
from coworking.kit.request_days import Day
from coworking.membership import SignedIn
from telephony.numbers.change_fees import book_technician
from telephony.numbers.lines import get_line
from telephony.numbers.schemas import Body

router = APIRouter(tags=["lines"])


class TechnicianBody(Body):
    visit_on: Day | None = Field(
        default=None, description="The local day of the visit; today if left out.", examples=["2026-06-12"]
    )
    note: Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")] = Field(
        default="", description="What it is about.", examples=["電話機の移設"]
    )


class TechnicianAnswer(BaseModel):
    id: int
    line_id: int
    visit_on: date
    amount: str = Field(description="Decimal text in yen, by the operator's tax mode.", examples=["35000"])


@router.post("/lines/{line_id}/technician-visits", status_code=201, summary="Book a technician's paid visit")
def post_technician_visit(line_id: int, body: TechnicianBody, visit: SignedIn) -> TechnicianAnswer:
    line = get_line(visit.session, line_id, member_id=visit.own_member_id())
    rules = visit.resources[RulesOfBilling][visit.operator_id]
    entry = book_technician(
        visit.session,
        rules,
        line,
        body.visit_on or rules.calendar.local_date(visit.now),
        body.note,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return TechnicianAnswer(
        id=entry.id, line_id=line.id, visit_on=entry.service_on, amount=plain(entry.amount)
    )
