"""Answers of Twilio that are judged by its own description, with the requests that they answer."""

from collections.abc import Callable
from urllib.parse import parse_qs

import httpx
import respx

from telephony.carrier import (
    TwilioSettings,
)
from tests.telephony.carrier.answers import (
    ACCOUNT,
    TOKEN,
)
from tests.telephony.carrier.description import judge_request, judge_response

SETTINGS = TwilioSettings(account_sid=ACCOUNT, auth_token=TOKEN)


def judged(*responses: httpx.Response) -> Callable[[httpx.Request], httpx.Response]:
    """Gives these answers in turn, and has both sides judged."""
    waiting = list(responses)

    def answer(request: httpx.Request) -> httpx.Response:
        response = waiting.pop(0)
        judge_request(request)
        judge_response(request, response)
        return response

    return answer


def sent(route: respx.Route) -> dict[str, list[str]]:
    return parse_qs(route.calls.last.request.content.decode(), keep_blank_values=True)
