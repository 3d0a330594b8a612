"""SIP domains: phones that register with the carrier and call through it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from telephony.carrier.sandbox import execution
from telephony.carrier.sandbox.calls import Leg, Status, StatusCallback
from telephony.carrier.sandbox.phones import Behaviour, Phone
from telephony.carrier.sandbox.reactions import attach, hangs_up_after
from telephony.carrier.sandbox.sources import Fetched

if TYPE_CHECKING:
    from telephony.carrier.sandbox.exchange import Exchange

SOURCE_IP = "192.0.2.10"
"""Of RFC 5737: where every phone of the sandbox stands."""


class SipDomain(NamedTuple):
    """What the carrier asks and tells when a phone of the domain calls."""

    voice_url: str
    status_callback_url: str = ""


def user_and_domain(address: str) -> tuple[str, str]:
    """Of `sip:user@domain`; empty texts for a number."""
    if not address.startswith("sip:"):
        return "", ""
    user, _, domain = address.removeprefix("sip:").partition("@")
    return user, domain


def dial_domain(
    exchange: "Exchange",
    domain: SipDomain,
    phone: Phone,
    to: str,
    *,
    from_header: str,
    behaviour: Behaviour | None = None,
    behaviours: Mapping[str, Behaviour] | None = None,
) -> Leg:
    """A registered phone dials these keys. `from_header` is what the phone says of itself, `SipUsername` the account
    that it authenticated with: a phone may lie in the first."""
    user, host = user_and_domain(phone.number)
    leg = exchange.new_leg(
        exchange.new_call(behaviours=behaviours), "inbound", from_header, f"sip:{to}@{host}"
    )
    leg.status = Status.RINGING
    leg.sip_form = (
        ("SipDomain", host),
        ("SipUsername", user),
        ("SipCallId", f"{leg.sid[2:]}@{SOURCE_IP}"),
        ("SipSourceIp", SOURCE_IP),
    )
    attach(exchange, leg, phone, behaviour)
    if domain.status_callback_url:
        leg.callback = StatusCallback(domain.status_callback_url, "POST", frozenset({"completed"}))
    leg.phase("wait", exchange.now())
    if len(exchange.live) > exchange.limits.max_concurrent_calls:
        exchange.problem(leg, 10004, "too many calls at the same time")
        exchange.timeline.soon(lambda: exchange.end(leg, Status.BUSY))
        return leg
    leg.program = exchange.programs.start(
        execution.converse(exchange, leg, Fetched(domain.voice_url, "POST"))
    )
    hangs_up_after(exchange, leg, exchange.limits.max_call_seconds)
    return leg
