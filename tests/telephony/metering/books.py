"""An operator with a line whose calls are settled, for tests of what stands in the books afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing.models import Charge
from telephony.metering import BilledLeg, CallFacts, LegFacts, charge_key, settle
from telephony.metering.profile import CallClass, CallPrice, MeteringProfile, RateCard
from telephony.metering.tariffs import TariffRules
from telephony.numbers import Line
from tests.factories.forwarding import MOBILE, tariff_rules
from tests.factories.membership import NOW, make_operator, make_profile_version
from tests.factories.numbers import make_line

LINE_PLAN = "incoming-outgoing"
_serials = count(1)


def priced(metering: MeteringProfile, **changes: object) -> MeteringProfile:
    """The same with another price for calls that are put through to a mobile."""
    card = metering.rate_cards[-1]
    price = CallPrice.model_validate(
        {**card.line_plans[LINE_PLAN][CallClass.FORWARD_TO_MOBILE].model_dump(), **changes}
    )
    prices = {**card.line_plans[LINE_PLAN], CallClass.FORWARD_TO_MOBILE: price}
    plans = {**card.line_plans, LINE_PLAN: prices}
    changed = RateCard.model_construct(**{**dict(card), "line_plans": plans})
    return metering.model_copy(update={"rate_cards": (*metering.rate_cards[:-1], changed)})


def forwarded(
    line: Line,
    seconds: int,
    *,
    answered_at: datetime = NOW,
    number: str = MOBILE,
    serial: int | None = None,
    ended: bool = True,
) -> CallFacts:
    """A call that was put through, or is being."""
    serial = next(_serials) if serial is None else serial
    ended_at = answered_at + timedelta(seconds=seconds) if ended else None
    status = "completed" if ended else "in-progress"
    caller = LegFacts(
        f"CA{serial:032x}", "caller", line.number, status, answered_at, answered_at, None, ended_at, seconds
    )
    leg = replace(
        caller, leg_sid=f"CA{(serial << 32) + 1:032x}", role="forward", number=number, bridged_at=answered_at
    )
    return CallFacts(
        call_sid=caller.leg_sid,
        direction="in",
        line_id=line.id,
        line_plan=LINE_PLAN,
        member_id=line.member_id,
        member_plan="virtual-office",
        legs=(caller, leg),
    )


class Books:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.operator_id = make_operator(session)
        self.rules: TariffRules = tariff_rules(make_profile_version(session, self.operator_id))
        self.line = make_line(session, self.operator_id)

    def price(self, **changes: object) -> None:
        self.rules = replace(self.rules, metering=priced(self.rules.metering, **changes))

    def settle(self, *calls: CallFacts, now: datetime = NOW) -> None:
        settle(self.session, self.rules, self.operator_id, calls, now)

    def charges(self, call: CallFacts) -> list[Charge]:
        statement = select(Charge).where(Charge.key == charge_key(call.call_sid)).order_by(Charge.revision)
        return list(self.session.scalars(statement))

    def owed(self, calls: Sequence[CallFacts]) -> list[Decimal]:
        return [sum((row.amount for row in self.charges(call)), start=Decimal(0)) for call in calls]

    def billed(self) -> list[BilledLeg]:
        statement = select(BilledLeg).order_by(BilledLeg.answered_at, BilledLeg.leg_sid)
        return list(self.session.scalars(statement.execution_options(populate_existing=True)))
