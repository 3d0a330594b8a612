"""Recordings over REST. What was said is silence of the right length."""

from io import BytesIO
from typing import TYPE_CHECKING
from wave import open as open_wave

from telephony.carrier.sandbox import resources
from telephony.carrier.sandbox.requests import RestRequest, not_found
from telephony.carrier.sandbox.resources import Json
from telephony.carrier.sandbox.store import Condition, RecordingRow

if TYPE_CHECKING:
    from telephony.carrier.sandbox.exchange import Exchange

SAMPLES_PER_SECOND = 8_000
MAX_MEDIA_SECONDS = 3_600


def listed(exchange: "Exchange", request: RestRequest) -> Json:
    conditions = request.equal({"CallSid": "call_sid"}) + request.period("DateCreated", "created_at")
    return _page(exchange, request, conditions)


def listed_of_call(exchange: "Exchange", request: RestRequest) -> Json:
    conditions = [Condition("call_sid = ?", request.parts["call_sid"])]
    return _page(exchange, request, conditions + request.period("DateCreated", "created_at"))


def fetch(exchange: "Exchange", request: RestRequest) -> Json:
    return resources.recording(_recording(exchange, request), exchange.account_sid)


def delete(exchange: "Exchange", request: RestRequest) -> None:
    if not exchange.store.delete("recordings", request.parts["sid"]):
        raise not_found(request)


def media(exchange: "Exchange", request: RestRequest) -> bytes:
    """A WAV file: 8 kHz, 16 bit, one channel."""
    row = _recording(exchange, request)
    content = BytesIO()
    with open_wave(content, "wb") as wave:
        wave.setnchannels(1)
        wave.setsampwidth(2)
        wave.setframerate(SAMPLES_PER_SECOND)
        wave.writeframes(bytes(2 * SAMPLES_PER_SECOND * min(row.seconds, MAX_MEDIA_SECONDS)))
    return content.getvalue()


def _page(exchange: "Exchange", request: RestRequest, conditions: list[Condition]) -> Json:
    return request.listed(
        exchange.store,
        "recordings",
        "recordings",
        conditions,
        lambda row: resources.recording(row, exchange.account_sid),
    )


def _recording(exchange: "Exchange", request: RestRequest) -> RecordingRow:
    row = exchange.store.recording(request.parts["sid"])
    if row is None:
        raise not_found(request)
    return row
