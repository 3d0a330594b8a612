"""Telling the application what became of legs and recordings: the status callbacks it asked for."""

from datetime import datetime
from typing import TYPE_CHECKING

from telephony.carrier.sandbox.calls import Event, Leg, Status, StatusCallback
from telephony.carrier.sandbox.forms import call_form, recording_url, rfc2822, status_form
from telephony.carrier.sandbox.store import RecordingRow
from telephony.carrier.sandbox.webhooks import Webhook

if TYPE_CHECKING:
    from telephony.carrier.sandbox.exchange import Exchange

EVENT_STATUS: dict[Event, Status] = {
    "initiated": Status.INITIATED,
    "ringing": Status.RINGING,
    "answered": Status.IN_PROGRESS,
}
CHANNELS = 1


def tell(exchange: "Exchange", leg: Leg, event: Event) -> None:
    """Tell who asked to be told."""
    callback = leg.callback
    if callback is None or event not in callback.events or leg.call.outside:
        return
    status = leg.status if event == "completed" else EVENT_STATUS[event]
    sequence = f"#{leg.sequence}"
    exchange.webhooks.post(
        Webhook(
            kind="status",
            event=event,
            url=callback.url,
            method=callback.method,
            form=status_form(leg, exchange.account_sid, status, leg.sequence, exchange.now()),
            root_sid=leg.call.root.sid,
            label=leg.call.label,
            token=exchange.new_token(),
            detail=f"{leg.to} {sequence}" if leg.parent else sequence,
        )
    )
    leg.sequence += 1


def record(
    exchange: "Exchange", leg: Leg, source: str, seconds: int, starts_at: datetime, callback: StatusCallback
) -> str:
    """Keep a recording and tell who asked; its SID. The callback names the leg that executed the document."""
    sid = exchange.new_sid("RE")
    starts_ms, now_ms = (round(at.timestamp() * 1_000) for at in (starts_at, exchange.now()))
    exchange.store.save_recording(RecordingRow(sid, leg.sid, source, CHANNELS, starts_ms, now_ms, seconds))
    if not callback.url:
        return sid
    form = [
        *call_form(leg, exchange.account_sid, leg.status)[:3],
        ("RecordingSid", sid),
        ("RecordingUrl", recording_url(exchange.account_sid, sid)),
        ("RecordingStatus", "completed"),
        ("RecordingDuration", str(seconds)),
        ("RecordingChannels", str(CHANNELS)),
        ("RecordingStartTime", rfc2822(starts_at)),
        ("RecordingSource", source),
        ("RecordingTrack", "both"),
        ("ErrorCode", "0"),
    ]
    exchange.webhooks.post(
        Webhook(
            kind="status",
            event="recording",
            url=callback.url,
            method=callback.method,
            form=form,
            root_sid=leg.call.root.sid,
            label=leg.call.label,
            token=exchange.new_token(),
            detail=sid,
        )
    )
    return sid
