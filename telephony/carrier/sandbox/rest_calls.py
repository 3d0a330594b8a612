"""Calls over REST: starting one, looking one up, changing one that is under way, listing."""

from typing import TYPE_CHECKING

from telephony.carrier.sandbox import resources
from telephony.carrier.sandbox.calls import Fallback, Leg, Status, StatusCallback
from telephony.carrier.sandbox.numbers import is_japanese_number
from telephony.carrier.sandbox.requests import ApiError, RestRequest, not_found
from telephony.carrier.sandbox.resources import Json
from telephony.carrier.sandbox.sources import Fetched, Inline, Source

if TYPE_CHECKING:
    from telephony.carrier.sandbox.exchange import Exchange

EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
START = "coalesce(answered_at, created_at)"


def create(exchange: "Exchange", request: RestRequest) -> Json:
    to, caller = request.field("To"), request.field("From")
    if not to:
        raise ApiError(400, 21201, "No 'To' number is specified")
    if not caller:
        raise ApiError(400, 21213, "No 'From' number is specified")
    if not to.startswith("sip:") and not is_japanese_number(to):
        raise ApiError(400, 21211, f"The phone number you are attempting to call, {to}, is not valid.")
    if caller not in exchange.inventory.owned:
        raise ApiError(
            400, 21210, f"The source phone number provided, {caller}, is not yet verified for your account."
        )
    source = _source(request)
    if source is None:
        raise ApiError(400, 21205, "Url parameter is required.")
    if len(exchange.live) >= exchange.limits.max_concurrent_calls:
        raise ApiError(429, 10004, "Call concurrency limit exceeded")
    events = frozenset(" ".join(request.fields("StatusCallbackEvent")).split()) or frozenset({"completed"})
    if not events <= EVENTS:
        raise ApiError(400, 21626, f"Unknown StatusCallbackEvent: {' '.join(sorted(events - EVENTS))}")
    timeout_seconds = request.whole("Timeout", 60, 1, 600)
    leg = exchange.call_out(
        caller, to, source, timeout_seconds, request.whole("TimeLimit", 14_400, 1, 86_400)
    )
    url = request.url("StatusCallback")
    if url:
        leg.callback = StatusCallback(url, request.method("StatusCallbackMethod"), events)
    fallback_url = request.url("FallbackUrl")
    if fallback_url:
        leg.fallback = Fallback(fallback_url, request.method("FallbackMethod"))
    return _resource(exchange, leg.sid, request)


def fetch(exchange: "Exchange", request: RestRequest) -> Json:
    return _resource(exchange, request.parts["sid"], request)


def listed(exchange: "Exchange", request: RestRequest) -> Json:
    columns = {"To": "callee", "From": "caller", "ParentCallSid": "parent_sid", "Status": "status"}
    conditions = request.equal(columns)
    conditions += request.period("StartTime", START) + request.period("EndTime", "ended_at")
    now, delay = exchange.now(), exchange.limits.price_delay_seconds
    return request.listed(
        exchange.store,
        "calls",
        "calls",
        conditions,
        lambda row: resources.call(row, exchange.account_sid, now, delay),
    )


def update(exchange: "Exchange", request: RestRequest) -> Json:
    sid = request.parts["sid"]
    leg = exchange.live.get(sid)
    if leg is None:
        _resource(exchange, sid, request)  # 404 where there never was one
        raise ApiError(400, 21220, "Call is not in-progress. Cannot redirect.")
    status = request.field("Status")
    source = _source(request)
    if status is not None and status not in ("completed", "canceled"):
        raise ApiError(400, 21218, f"Status must be completed or canceled, not {status}")
    if status is not None:
        _stop(exchange, leg, status)
    elif source is not None:
        if leg.program is None or leg.screening or (leg.direction != "inbound" and leg.answered_at is None):
            raise ApiError(400, 21220, "Call is not in-progress. Cannot redirect.")
        exchange.timeline.soon(lambda: exchange.redirect(leg, source))
    url = request.url("StatusCallback")
    if url:
        leg.callback = StatusCallback(url, request.method("StatusCallbackMethod"), frozenset({"completed"}))
    return _resource(exchange, sid, request)


def delete(exchange: "Exchange", request: RestRequest) -> None:
    if request.parts["sid"] in exchange.live:
        raise ApiError(400, 20009, "Cannot delete a call that is in progress")
    if not exchange.store.delete("calls", request.parts["sid"]):
        raise not_found(request)


def _stop(exchange: "Exchange", leg: Leg, status: str) -> None:
    """`canceled` ends only what is queued or rings; `completed` also what is under way."""
    if leg.answered_at is not None:
        if status == "completed":
            exchange.timeline.soon(lambda: exchange.end(leg, Status.COMPLETED))
    elif leg.direction == "inbound":
        exchange.timeline.soon(lambda: exchange.end(leg, Status.NO_ANSWER))
    else:
        exchange.timeline.soon(lambda: exchange.end(leg, Status.CANCELED))


def _source(request: RestRequest) -> Source | None:
    twiml = request.field("Twiml")
    if twiml:
        return Inline(twiml)
    url = request.url("Url")
    return Fetched(url, request.method("Method")) if url else None


def _resource(exchange: "Exchange", sid: str, request: RestRequest) -> Json:
    row = exchange.leg_row(sid)
    if row is None:
        raise not_found(request)
    return resources.call(row, exchange.account_sid, exchange.now(), exchange.limits.price_delay_seconds)
