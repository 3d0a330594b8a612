"""What the rest of the house asks of a carrier, in values of its own.

Is a Protocol right here? One class, TwilioCarrier, serves both carriers that ship, the real one and the
sandbox: they differ by base URL alone, so two carriers are not two implementations. The Protocol stands
nevertheless, because it is the edge of the house: numbers, metering and forwarding are typed by it and so
never see the SDK (nor its 0.3 s of import), and a carrier over SIP trunks implements it without a word of
Twilio's. Had it no second reader, plain values and a class would do.

Numbers are E.164. Times are aware and in UTC. Every method may raise CarrierRefused and CarrierUnreachable,
each that asks CarrierAnswerMalformed, each that changes something OutcomeUnknown instead. Methods block:
call them from tasks, never from a request or a transaction that holds locks.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from telephony.carrier.calls import CallStatus, Direction

SEARCH_LIMIT = 30
"""Numbers that one search returns at most."""
SMS_LIMIT = 1600
"""Characters of one SMS, which the carrier cuts into parts."""
LEGS_LIMIT = 100
"""Legs of one call: ten at once, a few times in turn."""
RECORDING_LIMIT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a carrier can do here; what it cannot is not offered to members."""

    can_show_original_caller: bool
    can_call_emergency: bool
    can_send_sms: bool
    can_record: bool
    can_dial_sip: bool
    destinations_per_dial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailableNumber:
    """A number that can be bought now; it is not held for us."""

    e164: str
    locality: str | None
    takes_calls: bool
    takes_sms: bool
    needs_address: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberWebhooks:
    """Where a number's calls are asked about. The fallback is a static document, fetched by GET. Text messages are told
    nowhere without `sms_url`."""

    voice_url: str
    voice_fallback_url: str
    status_callback_url: str
    sms_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedNumber:
    number_id: str
    e164: str
    webhooks: NumberWebhooks
    bundle_id: str | None
    address_id: str | None
    bought_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAttempt:
    """A call that we ask for. Store it before asking, so that it can be looked up after a crash.

    `key` is ours and unique, 1 to 64 of `A-Za-z0-9_-`. The carrier knows no such key, so it travels as the
    parameter `attempt` of both URLs: the first webhook of the call tells whose it is.
    """

    key: str
    from_: str
    to: str
    voice_url: str
    status_callback_url: str
    ring_seconds: int
    longest_seconds: int
    attempted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """The carrier's own record of one leg.

    `started_at` and `duration_seconds` are None until a leg was answered or ended. `price` is what the
    carrier charges us, positive, in `price_unit` (ISO 4127); it comes late, so None is not nothing.
    """

    call_id: str
    parent_call_id: str | None
    from_: str | None
    to: str | None
    direction: Direction | None
    status: CallStatus
    created_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    duration_seconds: int | None
    price: Decimal | None
    price_unit: str | None
    number_id: str | None
    forwarded_from: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsAttempt:
    """A text message that we ask for. Store it before asking."""

    from_: str
    to: str
    text: str
    attempted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsRecord:
    sms_id: str
    status: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRecord:
    """`call_id` is the parent leg's. `duration_seconds` is None while it is being recorded."""

    recording_id: str
    call_id: str | None
    status: str
    duration_seconds: int | None
    created_at: datetime | None


LookUp = CallAttempt | SmsAttempt | str
"""What to look up after OutcomeUnknown; a text is an E.164 number or the id of what was changed."""


class Carrier(Protocol):
    @property
    def capabilities(self) -> Capabilities: ...

    def search_numbers(self, prefix: str, *, limit: int = SEARCH_LIMIT) -> list[AvailableNumber]:
        """Numbers for sale that begin with `prefix` (`+8145`), at most `limit` and SEARCH_LIMIT."""

    def buy_number(
        self, e164: str, webhooks: NumberWebhooks, *, bundle_id: str | None, address_id: str | None
    ) -> OwnedNumber:
        """Buys and configures in one. Refused: bundle-required, address-required, number-not-available."""

    def find_number(self, e164: str) -> OwnedNumber | None:
        """Our number of exactly this spelling; what to ask after a purchase of unknown outcome."""

    def fetch_number(self, number_id: str) -> OwnedNumber:
        """Refused with not-found if it is not ours."""

    def owned_numbers(self) -> Iterator[OwnedNumber]: ...

    def configure_number(self, number_id: str, webhooks: NumberWebhooks) -> OwnedNumber: ...

    def release_number(self, number_id: str) -> None:
        """Gives the number back to the carrier. This cannot be undone."""

    def create_call(self, attempt: CallAttempt) -> CallRecord:
        """Calls out, at the carrier's pace (it may wait its turn). After OutcomeUnknown: `find_call`."""

    def find_call(self, attempt: CallAttempt, *, known_call_ids: Collection[str] = ()) -> CallRecord | None:
        """The call that an attempt of unknown outcome made, or None: then it may be repeated.

        Of the calls between the same parties since the attempt, the oldest that is not of `known_call_ids`
        (the calls that are known to be another's). Ask at least some seconds after the attempt: a list
        lags.
        """

    def fetch_call(self, call_id: str) -> CallRecord:
        """Refused with not-found if there is no such call."""

    def legs_of_call(self, call_id: str) -> list[CallRecord]:
        """Every leg that this call dialled, at most LEGS_LIMIT; none for a call that is not known."""

    def calls_of_day(self, day: date) -> Iterator[CallRecord]:
        """Every leg that started on this day of the carrier (00:00 to 24:00 UTC), read page by page."""

    def end_call(self, call_id: str) -> CallRecord:
        """Ends a live call; what ended already is returned as it is.

        The record may still show the call live: that it ended comes as a webhook.
        """

    def send_sms(self, attempt: SmsAttempt) -> SmsRecord:
        """After OutcomeUnknown: `find_sms`. Raises ValueError over SMS_LIMIT."""

    def find_sms(self, attempt: SmsAttempt) -> SmsRecord | None:
        """The oldest message of the same text between the same parties since the attempt."""

    def fetch_recording(self, recording_id: str) -> RecordingRecord: ...

    def recording_audio(self, recording_id: str) -> bytes:
        """The recording as WAV; refused over RECORDING_LIMIT_BYTES."""

    def delete_recording(self, recording_id: str) -> None:
        """What is deleted already counts as deleted."""

    def close(self) -> None:
        """Gives back the connections; nothing may be asked after it."""


class Carriers(dict[int, Carrier]):
    """The carrier of each operator, as tasks find it."""
