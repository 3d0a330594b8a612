"""What the parts of a voice webhook cost, ours beside those of the SDK and of the standard library.

    python -m bench.carrier_parts

Each figure is the best of 9 rounds in µs; the ratio is the median over rounds in which both ran side by side.
Cited by docs/decisions/0002-own-voice-document-and-signature.md.
"""

import statistics
import timeit
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import VoiceResponse

from telephony.carrier import parse_form, sign, status_webhook, valid, voice_webhook
from telephony.carrier.voice_document import dial, document, number, say

ROUNDS = 9
CALLS = 2000
ACCOUNT = "AC" + "0" * 32
TOKEN = "t" * 32
URL = "https://tel.example.jp/carrier/twilio/voice"
PLACES = {
    f"{who}{what}": "" for who in ("From", "To", "Caller", "Called") for what in ("City", "State", "Zip")
}
FORM = [
    *{
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "CallSid": "CA" + "0" * 32,
        "CallStatus": "ringing",
        "Direction": "inbound",
        "From": "+819012345678",
        "Caller": "+819012345678",
        "To": "+81451234567",
        "Called": "+81451234567",
        "FromCountry": "JP",
        "ToCountry": "JP",
        "CallerCountry": "JP",
        "CalledCountry": "JP",
        **PLACES,
    }.items()
]
BODY = urlencode(FORM).encode()
GREETING = "お電話ありがとうございます。おつなぎしますので、少々お待ちください。"
NEXT = "https://tel.example.jp/carrier/twilio/voice/next?step=1&card=12"
WHISPER = "https://tel.example.jp/carrier/twilio/voice/whisper?line=12&leg=1"
STATUS = "https://tel.example.jp/carrier/twilio/status?leg=1"


def our_document() -> bytes:
    leg = number(
        "+819012345678",
        url=WHISPER,
        status_url=STATUS,
        status_events=("initiated", "ringing", "answered", "completed"),
    )
    return document(
        say(GREETING, language="ja-JP"),
        dial(leg, action=NEXT, caller_id="+81451234567", ring_seconds=20, longest_seconds=7200),
    )


def sdk_document() -> str:
    response: Any = VoiceResponse()
    response.say(GREETING, language="ja-JP")
    element = response.dial(
        action=NEXT,
        method="POST",
        caller_id="+81451234567",
        timeout=20,
        time_limit=7200,
        answer_on_bridge=True,
    )
    element.number(
        "+819012345678",
        url=WHISPER,
        method="POST",
        status_callback=STATUS,
        status_callback_method="POST",
        status_callback_event="initiated ringing answered completed",
    )
    return str(response)


def compare(title: str, ours: Callable[[], object], theirs: Callable[[], object]) -> None:
    pairs = [
        (timeit.timeit(ours, number=CALLS) / CALLS, timeit.timeit(theirs, number=CALLS) / CALLS)
        for _ in range(ROUNDS)
    ]
    ratio = statistics.median(their / our for our, their in pairs)
    best_ours, best_theirs = (min(times) * 1e6 for times in zip(*pairs, strict=True))
    print(f"{title:<42}{best_ours:8.1f}{best_theirs:8.1f}{ratio:8.1f}")


def main() -> None:
    header = sign(URL, FORM, TOKEN)
    validator: Any = RequestValidator(TOKEN)
    values = dict(FORM)
    print(f"{'µs':<42}{'ours':>8}{'theirs':>8}{'ratio':>8}")
    compare(
        "signature (the SDK's with a dict)",
        lambda: valid(URL, FORM, BODY, (TOKEN,), header),
        lambda: validator.validate(URL, values, header),
    )
    compare("voice document", our_document, sdk_document)
    compare(
        "form (parse_qsl)",
        lambda: parse_form(BODY),
        lambda: parse_qsl(BODY.decode(), keep_blank_values=True),
    )
    compare(
        "typed voice, typed status (the latter right)",
        lambda: voice_webhook(FORM, account_sid=ACCOUNT),
        lambda: status_webhook(FORM, account_sid=ACCOUNT),
    )


if __name__ == "__main__":
    main()
