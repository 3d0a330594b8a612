"""What goes wrong at a carrier. `permanent` is the whole retry policy: repeating such a failure is useless.

No error's text holds a telephone number, a token or the carrier's own message, which often quotes both (R30).
"""

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from telephony.carrier.protocol import LookUp


class Reason(StrEnum):
    """Why a carrier refused, as far as anything depends on it."""

    ADDRESS_REQUIRED = "address-required"
    ACCOUNT_INACTIVE = "account-inactive"
    AUTHENTICATION_FAILED = "authentication-failed"
    BUNDLE_REQUIRED = "bundle-required"
    CALL_ENDED = "call-ended"
    CALLER_ID_INVALID = "caller-id-invalid"
    DESTINATION_INVALID = "destination-invalid"
    DESTINATION_NOT_ALLOWED = "destination-not-allowed"
    INVALID_REQUEST = "invalid-request"
    NOT_FOUND = "not-found"
    NUMBER_NOT_AVAILABLE = "number-not-available"
    RECIPIENT_OPTED_OUT = "recipient-opted-out"
    TEXT_TOO_LONG = "text-too-long"
    TOO_MANY_REQUESTS = "too-many-requests"
    CARRIER_FAILED = "carrier-failed"


class CarrierError(Exception):
    """Something at the carrier failed in `operation`; nothing else is known to have changed."""

    permanent = False

    def __init__(self, operation: str, detail: str) -> None:
        super().__init__(f"{operation}: {detail}")
        self.operation = operation
        self.detail = detail


class CarrierRefused(CarrierError):
    """The carrier answered and did nothing. `code` is its own error code, `status` that of HTTP.

    `retry_after_seconds` is set where the carrier says when to come again.
    """

    def __init__(
        self,
        operation: str,
        reason: Reason,
        *,
        permanent: bool,
        status: int,
        code: int | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(operation, f"{reason} (HTTP {status}, code {code})")
        self.reason = reason
        self.permanent = permanent
        self.status = status
        self.code = code
        self.retry_after_seconds = retry_after_seconds


class CarrierUnreachable(CarrierError):
    """Nothing was sent, or nothing was asked for but an answer: safe to repeat."""


class CarrierAnswerMalformed(CarrierError):
    """An answer that cannot be read, to a question that changed nothing."""


class OutcomeUnknown(CarrierError):
    """Sent, and not answered in time or not readably: it may have happened (R09).

    Look up `look_up` before repeating it: a CallAttempt by `find_call`, an SmsAttempt by `find_sms`, the
    number of a purchase by `find_number`, the id of a call or number that was to be changed by `fetch_call`
    or `fetch_number`.
    """

    def __init__(self, operation: str, detail: str, look_up: "LookUp") -> None:
        super().__init__(operation, f"outcome unknown: {detail}")
        self.look_up = look_up
