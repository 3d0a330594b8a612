"""The REST API: who may, which resource, which page. What each resource does stands in `rest_*`."""

import hmac
import re
from base64 import b64decode
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import httpx

from telephony.carrier.sandbox import rest_calls, rest_messages, rest_numbers, rest_recordings
from telephony.carrier.sandbox.exchange import Exchange
from telephony.carrier.sandbox.hosted import hosted
from telephony.carrier.sandbox.requests import ApiError, RestRequest

MAX_BODY_BYTES = 65_536

Handler = Callable[[Exchange, RestRequest], Any]
"""Returns what goes into the answer: JSON, `bytes` of a recording, or None for 204."""


@dataclass(frozen=True, slots=True)
class Route:
    path: re.Pattern[str]
    methods: dict[str, tuple[int, Handler]]


def _route(path: str, **methods: Handler) -> Route:
    statuses = {"GET": 200, "POST": 200, "CREATE": 201, "DELETE": 204}
    handlers = {
        ("POST" if name == "CREATE" else name): (statuses[name], handler) for name, handler in methods.items()
    }
    return Route(re.compile(path), handlers)


ROUTES = (
    _route(r"AvailablePhoneNumbers/(?P<country>[A-Z]{2})\.json", GET=rest_numbers.country),
    _route(
        r"AvailablePhoneNumbers/(?P<country>[A-Z]{2})/(?P<kind>[A-Za-z]+)\.json", GET=rest_numbers.available
    ),
    _route(r"IncomingPhoneNumbers\.json", GET=rest_numbers.listed, CREATE=rest_numbers.buy),
    _route(
        r"IncomingPhoneNumbers/(?P<sid>PN[0-9a-f]{32})\.json",
        GET=rest_numbers.fetch,
        POST=rest_numbers.update,
        DELETE=rest_numbers.release,
    ),
    _route(r"Calls\.json", GET=rest_calls.listed, CREATE=rest_calls.create),
    _route(
        r"Calls/(?P<sid>CA[0-9a-f]{32})\.json",
        GET=rest_calls.fetch,
        POST=rest_calls.update,
        DELETE=rest_calls.delete,
    ),
    _route(r"Calls/(?P<call_sid>CA[0-9a-f]{32})/Recordings\.json", GET=rest_recordings.listed_of_call),
    _route(r"Recordings\.json", GET=rest_recordings.listed),
    _route(
        r"Recordings/(?P<sid>RE[0-9a-f]{32})\.json", GET=rest_recordings.fetch, DELETE=rest_recordings.delete
    ),
    _route(r"Recordings/(?P<sid>RE[0-9a-f]{32})(\.wav)?", GET=rest_recordings.media),
    _route(r"Messages\.json", GET=rest_messages.listed, CREATE=rest_messages.create),
    _route(r"Messages/(?P<sid>SM[0-9a-f]{32})\.json", GET=rest_messages.fetch),
)
PREFIX = re.compile(r"/2010-04-01/Accounts/(?P<account>[^/]+)/(?P<rest>.+)")


class Rest:
    def __init__(self, exchange: Exchange, auth_token: str) -> None:
        self._exchange = exchange
        self._credentials = f"{exchange.account_sid}:{auth_token}".encode()
        self._created: deque[float] = deque()

    def handle(self, request: httpx.Request) -> httpx.Response:
        try:
            return self._handle(request)
        except ApiError as error:
            return httpx.Response(error.status, json=error.document())

    def _handle(self, request: httpx.Request) -> httpx.Response:
        own = hosted(request.url.path) if request.method in ("GET", "POST") else None
        if own is not None:
            return httpx.Response(200, content=own, headers={"Content-Type": "text/xml; charset=utf-8"})
        self._authenticate(request.headers.get("Authorization", ""))
        match = PREFIX.fullmatch(request.url.path)
        if match is None or match["account"] != self._exchange.account_sid:
            raise ApiError(404, 20404, f"The requested resource {request.url.path} was not found")
        for route in ROUTES:
            found = route.path.fullmatch(match["rest"])
            if found is not None:
                break
        else:
            raise ApiError(404, 20404, f"The requested resource {request.url.path} was not found")
        if request.method not in route.methods:
            raise ApiError(405, 20004, "Method not allowed")
        status, handler = route.methods[request.method]
        if handler is rest_calls.create:
            self._limit_rate()
        answer = handler(self._exchange, _read(request, found.groupdict()))
        if isinstance(answer, bytes):
            return httpx.Response(status, content=answer, headers={"Content-Type": "audio/x-wav"})
        return httpx.Response(status) if answer is None else httpx.Response(status, json=answer)

    def _authenticate(self, header: str) -> None:
        scheme, _, encoded = header.partition(" ")
        try:
            given = b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
        except ValueError:
            given = b""
        if not hmac.compare_digest(given, self._credentials):
            raise ApiError(401, 20003, "Authenticate")

    def _limit_rate(self) -> None:
        most = self._exchange.limits.calls_per_second
        if most is None:
            return
        now = self._exchange.now().timestamp()
        while self._created and self._created[0] <= now - 1:
            self._created.popleft()
        if len(self._created) >= most:
            raise ApiError(429, 20429, "Too Many Requests")
        self._created.append(now)


def _read(request: httpx.Request, parts: dict[str, str]) -> RestRequest:
    body = request.read()
    if len(body) > MAX_BODY_BYTES:
        raise ApiError(413, 20413, "Request body too large")
    try:
        form = parse_qsl(body.decode(), keep_blank_values=True)
    except ValueError as problem:
        raise ApiError(400, 20001, "The body is no form") from problem
    return RestRequest(request.url.path, parts, dict(request.url.params), form)
