"""A Carrier over Twilio's REST API, by the official SDK: the real one's or the sandbox's, by base URL."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, TypeVar

import httpx
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from telephony.carrier.calls import CALL_ID, NUMBER_ID, RECORDING_ID
from telephony.carrier.errors import (
    CarrierAnswerMalformed,
    CarrierError,
    CarrierRefused,
    CarrierUnreachable,
    OutcomeUnknown,
    Reason,
)
from telephony.carrier.pace import Pace
from telephony.carrier.protocol import (
    LEGS_LIMIT,
    RECORDING_LIMIT_BYTES,
    SEARCH_LIMIT,
    SMS_LIMIT,
    AvailableNumber,
    CallAttempt,
    CallRecord,
    Capabilities,
    LookUp,
    NumberWebhooks,
    OwnedNumber,
    RecordingRecord,
    SmsAttempt,
    SmsRecord,
)
from telephony.carrier.settings import TwilioSettings
from telephony.carrier.twilio.http import AnswerTooLarge, ErrorAnswer, HttpxClient
from telephony.carrier.twilio.records import (
    available_number,
    call_record,
    owned_number,
    recording_record,
    sms_record,
)
from telephony.carrier.twilio.refusals import refusal

PAGE_SIZE = 1000
PAGE_LIMIT = 2000
"""Pages of one list: a carrier that answers with the same page for ever ends in an error."""
LOOK_UP_SIZE = 100
"""Newest calls or messages between two parties among which an attempt is looked for."""
CLOCK_DIFFERENCE = timedelta(seconds=30)
"""By which the carrier's clock may be behind ours."""
CALL_EVENTS = ["initiated", "ringing", "answered", "completed"]
ATTEMPT_PARAMETER = "attempt"

_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PREFIX = re.compile(r"\+81[0-9]{1,10}")

# Nothing had reached the carrier when these were raised.
_NOTHING_SENT = (httpx.ConnectTimeout, httpx.ConnectError, httpx.PoolTimeout, httpx.UnsupportedProtocol)
# What the SDK and our own reading raise over an answer that is not what it should be.
_MALFORMED = (TwilioException, ValueError, TypeError, KeyError, AttributeError)

T = TypeVar("T")
R = TypeVar("R", CallRecord, SmsRecord)


class TwilioCarrier:
    """`transport` replaces the network (the sandbox in this process); `pace` the pace of calls out."""

    capabilities = Capabilities(
        can_show_original_caller=False,  # in Japan a number that is not ours shows as withheld
        can_call_emergency=False,
        can_send_sms=True,
        can_record=True,
        can_dial_sip=True,
        destinations_per_dial=10,
    )

    def __init__(
        self,
        settings: TwilioSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._http = HttpxClient(settings, transport)
        self._account_sid = settings.account_sid
        self._pace = pace or Pace(1 / settings.calls_per_second)
        make_client: Any = Client  # the SDK leaves it untyped
        client = make_client(
            settings.account_sid,
            settings.auth_token,
            http_client=self._http,
            environment={"TWILIO_EDGE": ""},  # an empty one would mean the process's own
        )
        self._account = client.api.v2010.account

    def close(self) -> None:
        self._http.close()

    def search_numbers(self, prefix: str, *, limit: int = SEARCH_LIMIT) -> list[AvailableNumber]:
        if not _PREFIX.fullmatch(prefix):
            raise ValueError("a prefix is +81 and digits")
        limit = min(limit, SEARCH_LIMIT)
        country = self._account.available_phone_numbers("JP")
        kind = country.national if prefix.startswith("+8150") else country.local

        def search() -> list[AvailableNumber]:
            found = kind.list(contains=prefix, voice_enabled=True, limit=limit, page_size=limit)
            numbers = [available_number(number) for number in found]
            return [number for number in numbers if number.e164.startswith(prefix)]

        return _ask("search_numbers", search)

    def buy_number(
        self, e164: str, webhooks: NumberWebhooks, *, bundle_id: str | None, address_id: str | None
    ) -> OwnedNumber:
        options: dict[str, Any] = {"bundle_sid": bundle_id, "address_sid": address_id}
        options = {name: value for name, value in options.items() if value is not None}
        return _ask(
            "buy_number",
            lambda: owned_number(
                self._account.incoming_phone_numbers.create(
                    phone_number=e164, **options, **_number_options(webhooks)
                )
            ),
            look_up=e164,
        )

    def find_number(self, e164: str) -> OwnedNumber | None:
        def find() -> OwnedNumber | None:
            found = self._account.incoming_phone_numbers.list(phone_number=e164, limit=20, page_size=20)
            numbers = [owned_number(number) for number in found]
            return next((number for number in numbers if number.e164 == e164), None)

        return _ask("find_number", find)

    def fetch_number(self, number_id: str) -> OwnedNumber:
        number = self._account.incoming_phone_numbers(_shaped(number_id, NUMBER_ID))
        return _ask("fetch_number", lambda: owned_number(number.fetch()))

    def owned_numbers(self) -> Iterator[OwnedNumber]:
        numbers = self._account.incoming_phone_numbers
        yield from _pages("owned_numbers", lambda: numbers.page(page_size=PAGE_SIZE), owned_number)

    def configure_number(self, number_id: str, webhooks: NumberWebhooks) -> OwnedNumber:
        number = self._account.incoming_phone_numbers(_shaped(number_id, NUMBER_ID))
        return _ask(
            "configure_number",
            lambda: owned_number(number.update(**_number_options(webhooks))),
            look_up=number_id,
        )

    def release_number(self, number_id: str) -> None:
        number = self._account.incoming_phone_numbers(_shaped(number_id, NUMBER_ID))
        _ask("release_number", number.delete, look_up=number_id)

    def create_call(self, attempt: CallAttempt) -> CallRecord:
        voice_url = _with_attempt(attempt.voice_url, attempt.key)
        status_callback_url = _with_attempt(attempt.status_callback_url, attempt.key)
        self._pace.wait()
        return _ask(
            "create_call",
            lambda: call_record(
                self._account.calls.create(
                    to=attempt.to,
                    from_=attempt.from_,
                    url=voice_url,
                    method="POST",
                    status_callback=status_callback_url,
                    status_callback_method="POST",
                    status_callback_event=CALL_EVENTS,
                    timeout=attempt.ring_seconds,
                    time_limit=attempt.longest_seconds,
                )
            ),
            look_up=attempt,
        )

    def find_call(self, attempt: CallAttempt, *, known_call_ids: Collection[str] = ()) -> CallRecord | None:
        def find() -> CallRecord | None:
            calls = self._account.calls.list(
                to=attempt.to, from_=attempt.from_, limit=LOOK_UP_SIZE, page_size=LOOK_UP_SIZE
            )
            unknown = [record for record in map(call_record, calls) if record.call_id not in known_call_ids]
            return _oldest_since(attempt.attempted_at, unknown)

        return _ask("find_call", find)

    def fetch_call(self, call_id: str) -> CallRecord:
        call = self._account.calls(_shaped(call_id, CALL_ID))
        return _ask("fetch_call", lambda: call_record(call.fetch()))

    def legs_of_call(self, call_id: str) -> list[CallRecord]:
        call_id = _shaped(call_id, CALL_ID)

        def find() -> list[CallRecord]:
            legs = self._account.calls.list(parent_call_sid=call_id, limit=LEGS_LIMIT, page_size=LEGS_LIMIT)
            return [call_record(leg) for leg in legs]

        return _ask("legs_of_call", find)

    def calls_of_day(self, day: date) -> Iterator[CallRecord]:
        starts_at = datetime.combine(day, time(), UTC)
        ends_at = starts_at + timedelta(days=1)
        # Whether these ends are included the carrier does not say clearly: what lies outside is left out.
        records = _pages(
            "calls_of_day",
            lambda: self._account.calls.page(
                start_time_after=starts_at, start_time_before=ends_at, page_size=PAGE_SIZE
            ),
            call_record,
        )
        for record in records:
            if record.started_at is not None and starts_at <= record.started_at < ends_at:
                yield record

    def end_call(self, call_id: str) -> CallRecord:
        call = self._account.calls(_shaped(call_id, CALL_ID))
        try:
            return _ask("end_call", lambda: call_record(call.update(status="completed")), look_up=call_id)
        except CarrierRefused as refused:
            if refused.reason is not Reason.CALL_ENDED:
                raise
        return self.fetch_call(call_id)

    def send_sms(self, attempt: SmsAttempt) -> SmsRecord:
        if not 0 < len(attempt.text) <= SMS_LIMIT:
            raise ValueError(f"an SMS of {len(attempt.text)} characters; the carrier takes 1 to {SMS_LIMIT}")
        return _ask(
            "send_sms",
            lambda: sms_record(
                self._account.messages.create(to=attempt.to, from_=attempt.from_, body=attempt.text)
            ),
            look_up=attempt,
        )

    def find_sms(self, attempt: SmsAttempt) -> SmsRecord | None:
        def find() -> SmsRecord | None:
            messages = self._account.messages.list(
                to=attempt.to, from_=attempt.from_, limit=LOOK_UP_SIZE, page_size=LOOK_UP_SIZE
            )
            same = [sms_record(message) for message in messages if message.body == attempt.text]
            return _oldest_since(attempt.attempted_at, same)

        return _ask("find_sms", find)

    def fetch_recording(self, recording_id: str) -> RecordingRecord:
        recording = self._account.recordings(_shaped(recording_id, RECORDING_ID))
        return _ask("fetch_recording", lambda: recording_record(recording.fetch()))

    def recording_audio(self, recording_id: str) -> bytes:
        recording_id = _shaped(recording_id, RECORDING_ID)
        path = f"/2010-04-01/Accounts/{self._account_sid}/Recordings/{recording_id}.wav"
        return _ask("recording_audio", lambda: self._http.audio(path, RECORDING_LIMIT_BYTES))

    def delete_recording(self, recording_id: str) -> None:
        recording = self._account.recordings(_shaped(recording_id, RECORDING_ID))
        try:
            _ask("delete_recording", recording.delete, look_up=recording_id)
        except CarrierRefused as refused:
            if refused.reason is not Reason.NOT_FOUND:
                raise


def _ask(operation: str, ask: Callable[[], T], *, look_up: LookUp | None = None) -> T:
    """Runs one exchange with the carrier and turns every failure of it into a CarrierError.

    `look_up` is given where the exchange changes something. The error is raised outside of the handler, so
    that no traceback shows the original, whose text may quote a number or a URL (R30).
    """
    failure: CarrierError
    try:
        return ask()
    except ErrorAnswer as answer:
        failure = refusal(operation, answer)
        if look_up is not None and answer.status >= 500:
            failure = OutcomeUnknown(operation, f"HTTP {answer.status}", look_up)
    except _NOTHING_SENT as error:
        failure = CarrierUnreachable(operation, type(error).__name__)
    except httpx.RequestError as error:
        name = type(error).__name__
        failure = (
            CarrierUnreachable(operation, name)
            if look_up is None
            else OutcomeUnknown(operation, name, look_up)
        )
    except _MALFORMED as error:
        detail = "answer too large" if isinstance(error, AnswerTooLarge) else "answer malformed"
        failure = (
            CarrierAnswerMalformed(operation, detail)
            if look_up is None
            else OutcomeUnknown(operation, detail, look_up)
        )
    raise failure


def _pages(operation: str, first: Callable[[], Any], convert: Callable[[Any], T]) -> Iterator[T]:
    page = _ask(operation, first)
    for _ in range(PAGE_LIMIT):
        yield from _ask(operation, partial(_converted, page, convert))
        page = _ask(operation, page.next_page)
        if page is None:
            return
    raise CarrierAnswerMalformed(operation, f"more than {PAGE_LIMIT} pages")


def _oldest_since(attempted_at: datetime, records: list[R]) -> R | None:
    since = attempted_at - CLOCK_DIFFERENCE
    dated = [(record.created_at, record) for record in records if record.created_at is not None]
    candidates = [entry for entry in dated if entry[0] >= since]
    return min(candidates, key=lambda entry: entry[0])[1] if candidates else None


def _converted(page: Iterable[Any], convert: Callable[[Any], T]) -> list[T]:
    return [convert(resource) for resource in page]


def _number_options(webhooks: NumberWebhooks) -> dict[str, Any]:
    sms = {"sms_url": webhooks.sms_url, "sms_method": "POST"} if webhooks.sms_url else {}
    return {
        **sms,
        "voice_url": webhooks.voice_url,
        "voice_method": "POST",
        "voice_fallback_url": webhooks.voice_fallback_url,
        "voice_fallback_method": "GET",
        "status_callback": webhooks.status_callback_url,
        "status_callback_method": "POST",
    }


def _with_attempt(url: str, key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError("an attempt's key is 1 to 64 of A-Za-z0-9_-")
    address, hash_, fragment = url.partition("#")
    separator = "&" if "?" in address else "?"
    return f"{address}{separator}{ATTEMPT_PARAMETER}={key}{hash_}{fragment}"


def _shaped(identifier: str, shape: re.Pattern[str]) -> str:
    """An identifier becomes a part of a path: nothing but its documented shape may."""
    if not shape.fullmatch(identifier):
        raise ValueError("not an identifier of this carrier")
    return identifier
