"""What changes and visits for a line cost (NEX-15, NEX-16)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing import BillingRules, FeeRecord, NewFee, charge_fee, charge_once
from coworking.membership import NotificationAddressChanged
from telephony.numbers.errors import LineNotLive
from telephony.numbers.events import PhoneReplaced
from telephony.numbers.models import Line

PHONE_CHANGE = "registered-phone-change"
ADDRESS_CHANGE = "notification-address-change"
TECHNICIAN = "technician"


def charge_phone_replaced(session: Session, rules: BillingRules, told: PhoneReplaced) -> None:
    charge_once(
        session,
        rules,
        told.member_id,
        PHONE_CHANGE,
        key=f"{PHONE_CHANGE}:{told.phone_id}",
        service_on=rules.calendar.local_date(told.at),
        now=told.at,
    )


def charge_address_change(session: Session, rules: BillingRules, told: NotificationAddressChanged) -> None:
    """Only of a member with a line that serves already."""
    serving = select(Line.id).where(
        Line.member_id == told.member_id, Line.starts_at <= told.at, Line.status != "ended"
    )
    if session.scalar(serving.limit(1)) is None:
        return
    charge_once(
        session,
        rules,
        told.member_id,
        ADDRESS_CHANGE,
        key=f"{ADDRESS_CHANGE}:{told.at:%Y%m%dT%H%M%S%f}",
        service_on=rules.calendar.local_date(told.at),
        now=told.at,
    )


def book_technician(
    session: Session,
    rules: BillingRules,
    line: Line,
    visit_on: date,
    note: str,
    *,
    actor: str,
    now: datetime,
) -> FeeRecord:
    """A paid visit by a technician on a local day. Raises `FeeUnknown`, `FeeNotForPlan`, `LineNotLive`."""
    new = NewFee(TECHNICIAN, visit_on, note=note)
    entry = charge_fee(session, rules, line.member_id, new, actor=actor, now=now)
    if line.status == "ended":
        raise LineNotLive
    return entry
