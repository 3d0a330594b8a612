"""The sandbox's state as JSON, for the page that shows phones, calls and what went in and out."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from telephony.carrier.sandbox.calls import Call, Leg
from telephony.carrier.sandbox.phones import Phone

if TYPE_CHECKING:
    from telephony.carrier.sandbox.exchange import Exchange


def snapshot(exchange: "Exchange", since: int = 0) -> dict[str, Any]:
    now = exchange.now()
    return {
        "now": _iso(now),
        "phones": [phone_state(phone) for phone in exchange.phones.values()],
        "calls": [call_state(call, now) for call in exchange.calls],
        "feed": [{**entry._asdict(), "at": _iso(entry.at)} for entry in exchange.feed.since(since)],
        "seq": exchange.feed.last,
    }


def phone_state(phone: Phone) -> dict[str, Any]:
    leg = phone.leg
    return {
        "number": phone.number,
        "name": phone.name,
        "kind": phone.kind,
        "state": "idle" if leg is None else leg_state(leg),
        "with": None if leg is None else (leg.to if leg.direction == "inbound" else leg.caller),
        "since": None if leg is None else _iso(_since(leg)),
        "heard": [{"who": heard.who, "text": heard.text, "at": _iso(heard.at)} for heard in phone.heard],
        "call": None if leg is None else leg.call.label,
    }


def call_state(call: Call, now: datetime) -> dict[str, Any]:
    root = call.root
    return {
        "sid": root.sid,
        "label": call.label,
        "from": root.caller,
        "to": root.to,
        "state": root.status.value,
        "legs": [
            {
                "role": leg.role,
                "to": leg.to,
                "state": leg.status.value,
                "segments": _segments(leg, call.started_at, now),
            }
            for leg in call.legs
        ],
        "started_at": _iso(call.started_at),
        "ended_at": _iso(call.ended_at) if call.ended_at else None,
    }


def leg_state(leg: Leg) -> str:
    """As the phone at its far end shows it: dialling, ringing, talking or prompt."""
    kind = leg.segments[-1].kind if leg.segments else "wait"
    if kind == "talk":
        return "talking"
    if leg.direction != "inbound":
        return "ringing" if leg.answered_at is None else "prompt"
    if kind == "ring" or leg.answered_at is None:
        return "dialling"
    return "prompt"


def _since(leg: Leg) -> datetime:
    return leg.segments[-1].starts_at if leg.segments else leg.created_at


def _segments(leg: Leg, zero: datetime, now: datetime) -> list[dict[str, Any]]:
    """In seconds from the call's start; the last one ends with the leg, or now."""
    ends = [*[segment.starts_at for segment in leg.segments][1:], leg.ended_at or now]
    return [
        {
            "kind": segment.kind,
            "from_s": round((segment.starts_at - zero).total_seconds(), 3),
            "to_s": round((end - zero).total_seconds(), 3),
        }
        for segment, end in zip(leg.segments, ends, strict=True)
    ]


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
