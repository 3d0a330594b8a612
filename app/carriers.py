"""Which carrier each operator uses: a real one by its address, or a sandbox of this process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from string import digits

import httpx

from app.operators import OperatorInForce
from app.settings import Settings
from coworking.kit.clock import Clock
from coworking.kit.phone import InvalidPhoneNumber, PhoneNumber, from_e164
from telephony.carrier import Carrier, NumberWebhooks, Pace, TwilioSettings, twilio_carrier
from telephony.carrier.sandbox import Deliver, Sandbox, SipDomain, Store
from telephony.forwarding import Callbacks
from telephony.numbers import StockRow, stock_area_code

SANDBOX_URL = "http://sandbox.localhost"
FALLBACK_URL = f"{SANDBOX_URL}/fallback/apology.xml"


@dataclass(frozen=True)
class OperatorsCarrier:
    """An operator's carrier; `sandbox` is None where it is a real one."""

    operator: OperatorInForce
    carrier: Carrier
    sandbox: Sandbox | None


def open_carrier(
    operator: OperatorInForce, *, clock: Clock, deliver: Deliver, store: Path | None
) -> OperatorsCarrier:
    """The operator's carrier. A sandbox keeps its records in the file `store`, or in one that is gone afterwards."""
    settings = operator.settings
    account_sid, auth_token = settings.carrier_account_sid, settings.carrier_auth_token
    real = real_carrier(operator)
    if real is not None:
        return OperatorsCarrier(operator, real, None)
    sandbox = Sandbox(
        clock=clock,
        account_sid=account_sid,
        auth_token=auth_token,
        deliver=deliver,
        store=Store(store),
    )
    return OperatorsCarrier(operator, sandbox_carrier(sandbox, account_sid, auth_token), sandbox)


def real_carrier(operator: OperatorInForce) -> Carrier | None:
    """The operator's carrier at its address; None where it is a sandbox."""
    settings = operator.settings
    if settings.carrier_base_url is None:
        return None
    return twilio_carrier(
        TwilioSettings(
            account_sid=settings.carrier_account_sid,
            auth_token=settings.carrier_auth_token,
            base_url=settings.carrier_base_url,
        )
    )


def open_sip_domain(sandbox: Sandbox, operator: OperatorInForce, callbacks: Callbacks) -> None:
    """Let the operator's desk phones call out through a sandbox, as a real carrier's SIP domain is set up by hand."""
    desk_phones = operator.profile.forwarding.desk_phones
    if desk_phones is not None:
        sandbox.sip_domains[desk_phones.sip_domain] = SipDomain(callbacks.desk(), callbacks.status())


def sandbox_carrier(sandbox: Sandbox, account_sid: str, auth_token: str) -> Carrier:
    """The official SDK talking to a sandbox of this process, without a network."""
    settings = TwilioSettings(account_sid=account_sid, auth_token=auth_token, base_url=SANDBOX_URL)
    return twilio_carrier(settings, transport=httpx.MockTransport(sandbox.handle), pace=Pace(0))


def fallback_url(settings: Settings) -> str:
    """The static document of every number that is bought."""
    return settings.voice_fallback_url or FALLBACK_URL


def buy_numbers(carrier: Carrier, public_url: str, area_code: str, count: int) -> list[StockRow]:
    """Buy this many numbers of an area code from the carrier, pointed at our webhooks. As many as are for sale."""
    callbacks = Callbacks(public_url)
    webhooks = NumberWebhooks(
        voice_url=callbacks.voice(),
        voice_fallback_url=FALLBACK_URL,
        status_callback_url=callbacks.status(),
        sms_url=callbacks.sms(),
    )
    bought: list[StockRow] = []
    for number in islice(_for_sale(carrier, area_code), count):
        owned = carrier.buy_number(number.e164, webhooks, bundle_id=BUNDLE_ID, address_id=ADDRESS_ID)
        bought.append(StockRow(number, owned.number_id))
    return bought


def _for_sale(carrier: Carrier, area_code: str) -> Iterator[PhoneNumber]:
    """Numbers of exactly this area code: a search by its digits also finds longer codes (042 finds 0422)."""
    seen: set[str] = set()
    for digit in ("", *digits):
        for offered in carrier.search_numbers(f"+81{area_code[1:]}{digit}"):
            try:
                number = from_e164(offered.e164)
            except InvalidPhoneNumber:
                continue
            if number.e164 not in seen and stock_area_code(number) == area_code:
                seen.add(number.e164)
                yield number


# Japan's regulator asks for papers with each purchase; the sandbox wants to see their references, not the papers.
BUNDLE_ID = "BU" + "0" * 32
ADDRESS_ID = "AD" + "0" * 32
