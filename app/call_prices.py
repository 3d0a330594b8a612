"""The price of a call as the phone simulator shows it: the product's own words, nothing reckoned anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from app.operators import OperatorInForce
from app.simulator.prices import CallPrice, PriceLine
from app.wiring import Composition
from coworking.kit.errors import NotFound
from telephony.forwarding import get_call

_CALL_CLASSES = {
    "fixed": ("固定電話への転送", "Forwarded to a fixed phone"),
    "mobile": ("携帯電話への転送", "Forwarded to a mobile"),
    "ip": ("IP電話への転送", "Forwarded to an IP phone"),
}


def price_of_call(composition: Composition, operator: OperatorInForce) -> Callable[[str], CallPrice | None]:
    """A function from the carrier's id of a call to its price; None while the product knows no ended call of it."""

    def price_of(call_sid: str) -> CallPrice | None:
        with composition.database.transaction(operator.id) as session:
            try:
                record = get_call(session, call_sid)
            except NotFound:
                return None
            if record.call.status != "ended":
                return None
            charge = record.charge
            reason = charge.reason if charge else {}
            return CallPrice(
                amount_yen=charge.amount if charge else Decimal(0),
                tax_mode=operator.profile.billing.tax_mode,
                lines=tuple(_line(part) for part in (reason.get("legs") or [reason])) if charge else (),
                reason_ja=record.why("ja"),
                reason_en=record.why("en"),
                rule=", ".join(reason.get("rules", ())),
                rate_card_on=date.fromisoformat(reason["rate_card"]) if charge else None,
            )

    return price_of


def _line(part: dict[str, Any]) -> PriceLine:
    what_ja, what_en = _CALL_CLASSES[str(part["rate_class"]).rpartition("-")[2]]
    unit_price = Decimal(part["unit_price"])
    return PriceLine(
        what_ja=what_ja,
        what_en=what_en,
        talk_seconds=part["seconds"],
        unit_seconds=part["unit_seconds"],
        units=part["units"],
        unit_price_yen=unit_price,
        amount_yen=unit_price * part["units"],
    )
