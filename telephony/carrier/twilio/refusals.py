"""Twilio's error codes (https://www.twilio.com/docs/api/errors) as reasons; whether repeating may help."""

from telephony.carrier.errors import CarrierRefused, Reason
from telephony.carrier.twilio.http import ErrorAnswer

PERMANENT_REASONS: dict[int, Reason] = {
    10001: Reason.ACCOUNT_INACTIVE,
    10002: Reason.ACCOUNT_INACTIVE,  # a trial account may not
    20001: Reason.INVALID_REQUEST,
    20003: Reason.AUTHENTICATION_FAILED,
    20005: Reason.ACCOUNT_INACTIVE,
    20006: Reason.AUTHENTICATION_FAILED,
    20008: Reason.AUTHENTICATION_FAILED,  # test credentials
    20404: Reason.NOT_FOUND,
    21201: Reason.DESTINATION_INVALID,  # no To
    21202: Reason.DESTINATION_NOT_ALLOWED,  # a premium number
    21203: Reason.DESTINATION_NOT_ALLOWED,  # calls abroad not enabled
    21205: Reason.INVALID_REQUEST,  # a URL that is none
    21210: Reason.CALLER_ID_INVALID,  # not verified
    21211: Reason.DESTINATION_INVALID,
    21212: Reason.CALLER_ID_INVALID,
    21213: Reason.CALLER_ID_INVALID,  # no From
    21214: Reason.DESTINATION_INVALID,  # cannot be reached
    21215: Reason.DESTINATION_NOT_ALLOWED,  # geographic permission
    21216: Reason.DESTINATION_NOT_ALLOWED,  # blocked
    21217: Reason.DESTINATION_INVALID,
    21219: Reason.DESTINATION_NOT_ALLOWED,  # a trial account calls verified numbers only
    21220: Reason.CALL_ENDED,
    21401: Reason.DESTINATION_INVALID,
    21408: Reason.DESTINATION_NOT_ALLOWED,  # SMS to this region not enabled
    21421: Reason.NUMBER_NOT_AVAILABLE,  # a purchase of what is no number
    21422: Reason.NUMBER_NOT_AVAILABLE,
    21451: Reason.INVALID_REQUEST,  # a search for what is no number
    21452: Reason.NUMBER_NOT_AVAILABLE,
    21601: Reason.CALLER_ID_INVALID,  # not ours, or without SMS
    21602: Reason.INVALID_REQUEST,  # an SMS without text
    21603: Reason.CALLER_ID_INVALID,  # an SMS without From
    21604: Reason.DESTINATION_INVALID,  # an SMS without To
    21605: Reason.TEXT_TOO_LONG,
    21606: Reason.CALLER_ID_INVALID,  # a number that cannot send SMS
    21608: Reason.DESTINATION_NOT_ALLOWED,  # a trial account writes to verified numbers only
    21610: Reason.RECIPIENT_OPTED_OUT,
    21612: Reason.DESTINATION_INVALID,  # cannot be reached by SMS
    21613: Reason.ADDRESS_REQUIRED,
    21614: Reason.DESTINATION_INVALID,  # no mobile
    21617: Reason.TEXT_TOO_LONG,
    21631: Reason.ADDRESS_REQUIRED,
    21635: Reason.DESTINATION_INVALID,  # a landline
    21649: Reason.BUNDLE_REQUIRED,
    21659: Reason.CALLER_ID_INVALID,  # an SMS from a number that is not Twilio's
}
PASSING_CODES = frozenset(
    {
        10004,  # too many calls at once
        20429,
        21611,  # this number's SMS queue is full
    }
)
_PASSING_STATUSES = frozenset({408, 409, 425, 429})


def refusal(operation: str, answer: ErrorAnswer) -> CarrierRefused:
    """The refusal that an error answer is. Of codes not known here, the HTTP status decides."""
    reason, permanent = _reason(answer.status, answer.code)
    return CarrierRefused(
        operation,
        reason,
        permanent=permanent,
        status=answer.status,
        code=answer.code,
        retry_after_seconds=answer.retry_after_seconds,
    )


def _reason(status: int, code: int | None) -> tuple[Reason, bool]:
    if code in PASSING_CODES or status == 429:
        return Reason.TOO_MANY_REQUESTS, False
    if status >= 500:
        return Reason.CARRIER_FAILED, False
    if code is not None and code in PERMANENT_REASONS:
        return PERMANENT_REASONS[code], True
    if status in {401, 403}:
        return Reason.AUTHENTICATION_FAILED, True
    if status == 404:
        return Reason.NOT_FOUND, True
    return Reason.INVALID_REQUEST, status not in _PASSING_STATUSES
