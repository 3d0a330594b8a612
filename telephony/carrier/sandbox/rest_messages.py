"""SMS: over REST accepted, sent, delivered to the phone if there is one; from a phone told to the application."""

from typing import TYPE_CHECKING

from telephony.carrier.sandbox import resources
from telephony.carrier.sandbox.forms import API_VERSION
from telephony.carrier.sandbox.numbers import is_japanese_number
from telephony.carrier.sandbox.phones import Heard
from telephony.carrier.sandbox.requests import ApiError, RestRequest, not_found
from telephony.carrier.sandbox.resources import Json
from telephony.carrier.sandbox.store import MessageRow
from telephony.carrier.sandbox.webhooks import Webhook

if TYPE_CHECKING:
    from telephony.carrier.sandbox.exchange import Exchange

SENT_AFTER_SECONDS = 1.0
DELIVERED_AFTER_SECONDS = 2.0
MAX_BODY_CHARACTERS = 1_600


def create(exchange: "Exchange", request: RestRequest) -> Json:
    to, sender, body = request.field("To"), request.field("From"), request.field("Body")
    if not to:
        raise ApiError(400, 21604, "A 'To' phone number is required.")
    if not is_japanese_number(to):
        raise ApiError(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if sender is None or sender not in exchange.inventory.owned:
        raise ApiError(400, 21606, "The 'From' phone number provided is not a valid number of this account.")
    if not body:
        raise ApiError(400, 21602, "Message body is required.")
    if len(body) > MAX_BODY_CHARACTERS:
        raise ApiError(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
    row = MessageRow(exchange.new_sid("SM"), sender, to, body, "queued", _ms(exchange))
    exchange.store.save_message(row)
    callback, method = request.url("StatusCallback") or "", request.method("StatusCallbackMethod")
    timeline = exchange.timeline
    timeline.after(SENT_AFTER_SECONDS, lambda: _move(exchange, row, "sent", callback, method))
    if to in exchange.phones:
        timeline.after(DELIVERED_AFTER_SECONDS, lambda: _move(exchange, row, "delivered", callback, method))
    return resources.message(row, exchange.account_sid)


def receive(exchange: "Exchange", sender: str, to: str, body: str) -> str:
    """A phone writes to a number of the account, which is told soon where the number has an address for messages; the
    SID of the message. Raises KeyError for a number that is not the account's."""
    settings = exchange.inventory.owned[to].settings
    row = MessageRow(exchange.new_sid("SM"), sender, to, body, "received", _ms(exchange))
    exchange.store.save_message(row)
    if settings.sms_url:
        form = [
            ("ToCountry", "JP"),
            ("MessageSid", row.sid),
            ("SmsMessageSid", row.sid),
            ("SmsSid", row.sid),
            ("SmsStatus", "received"),
            ("NumMedia", "0"),
            ("NumSegments", "1"),
            ("AccountSid", exchange.account_sid),
            ("From", sender),
            ("To", to),
            ("Body", body),
            ("ApiVersion", API_VERSION),
        ]
        token = exchange.new_token()
        exchange.webhooks.post(
            Webhook(
                "status",
                "message",
                settings.sms_url,
                settings.sms_method,
                form,
                row.sid,
                "",
                token,
                "received",
            )
        )
    return row.sid


def fetch(exchange: "Exchange", request: RestRequest) -> Json:
    row = exchange.store.message(request.parts["sid"])
    if row is None:
        raise not_found(request)
    return resources.message(row, exchange.account_sid)


def listed(exchange: "Exchange", request: RestRequest) -> Json:
    conditions = request.equal({"To": "recipient", "From": "sender"}) + request.period(
        "DateSent", "created_at"
    )
    return request.listed(
        exchange.store,
        "messages",
        "messages",
        conditions,
        lambda row: resources.message(row, exchange.account_sid),
    )


def _move(exchange: "Exchange", row: MessageRow, status: str, callback: str, method: str) -> None:
    exchange.store.save_message(row._replace(status=status))
    phone = exchange.phones.get(row.recipient)
    if status == "delivered" and phone is not None:
        phone.heard.append(Heard("sys", f"SMS {row.sender}: {row.body}", exchange.now()))
    if not callback:
        return
    form = [
        ("AccountSid", exchange.account_sid),
        ("ApiVersion", API_VERSION),
        ("MessageSid", row.sid),
        ("SmsSid", row.sid),
        ("MessageStatus", status),
        ("SmsStatus", status),
        ("From", row.sender),
        ("To", row.recipient),
    ]
    token = exchange.new_sid("")
    exchange.webhooks.post(Webhook("status", "message", callback, method, form, row.sid, "", token, status))


def _ms(exchange: "Exchange") -> int:
    return round(exchange.now().timestamp() * 1_000)
