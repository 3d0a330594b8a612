"""The SDK's HTTP client over httpx: explicit timeouts, a base URL, any transport (a sandbox in this process)."""

import logging
from typing import Any

import httpx
from twilio.http import HttpClient
from twilio.http.response import Response

from telephony.carrier.settings import TWILIO_URL, TwilioSettings

CONNECTION_LIMIT = 20
REDIRECT_LIMIT = 3
ANSWER_LIMIT_BYTES = 16 * 1024 * 1024
"""A page of 1,000 calls is about 2 MB."""


class ErrorAnswer(Exception):
    """The carrier answered with a status of 400 or more. `code` is its own, where the answer can be read."""

    def __init__(self, status: int, code: int | None, retry_after_seconds: int | None) -> None:
        super().__init__(f"HTTP {status}, code {code}")
        self.status = status
        self.code = code
        self.retry_after_seconds = retry_after_seconds


class AnswerTooLarge(ValueError):
    """An answer over its limit; the rest of it was not read."""


class HttpxClient(HttpClient):
    """Asks `settings.base_url` whatever the SDK asks of api.twilio.com. Thread-safe; nothing is logged (R30).

    Raises ErrorAnswer where the SDK would look at the status itself (it does so differently for lists), and
    httpx's own errors where there was no answer.
    """

    def __init__(self, settings: TwilioSettings, transport: httpx.BaseTransport | None = None) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)
        self._base_url = settings.base_url.rstrip("/")
        self._auth = (settings.account_sid, settings.auth_token)
        self._client = httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(settings.read_timeout_seconds, connect=settings.connect_timeout_seconds),
            limits=httpx.Limits(max_connections=CONNECTION_LIMIT),
            max_redirects=REDIRECT_LIMIT,
        )

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        request = self._client.build_request(
            method,
            self._at_base(uri),
            params={name: _spelled(value) for name, value in params.items()} if params else None,
            data={name: _spelled(value) for name, value in data.items()} if data else None,
            headers=headers,
        )
        answer = self._send(request, ANSWER_LIMIT_BYTES, follow_redirects=False)
        return Response(answer.status_code, answer.text, answer.headers)

    def audio(self, path: str, limit_bytes: int) -> bytes:
        """The bytes at a path, which the SDK, reading all answers as text, cannot fetch.

        They may be stored elsewhere: redirects are followed, credentials stay with our carrier's host.
        """
        request = self._client.build_request("GET", self._base_url + path)
        return self._send(request, limit_bytes, follow_redirects=True).content

    def close(self) -> None:
        self._client.close()

    def _at_base(self, uri: str) -> str:
        if not uri.startswith(TWILIO_URL + "/"):
            raise ValueError("the SDK asked another host than the carrier's")
        return self._base_url + uri.removeprefix(TWILIO_URL)

    def _send(self, request: httpx.Request, limit_bytes: int, *, follow_redirects: bool) -> httpx.Response:
        answer = self._client.send(request, auth=self._auth, stream=True, follow_redirects=follow_redirects)
        try:
            content = bytearray()
            for part in answer.iter_bytes():
                content += part
                if len(content) > limit_bytes:
                    raise AnswerTooLarge(f"an answer over {limit_bytes} bytes")
        finally:
            answer.close()
        whole = httpx.Response(answer.status_code, headers=_plain(answer.headers), content=bytes(content))
        if whole.status_code >= 400:
            raise ErrorAnswer(whole.status_code, _code(whole), _retry_after_seconds(whole))
        return whole


def _plain(headers: httpx.Headers) -> list[tuple[str, str]]:
    """Headers of a body that is already unpacked and whole."""
    packed = ("content-encoding", "content-length", "transfer-encoding")
    return [(name, value) for name, value in headers.multi_items() if name not in packed]


def _spelled(value: Any) -> Any:
    """Form and query values as the carrier spells them; a list is a repeated name."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _code(answer: httpx.Response) -> int | None:
    try:
        payload = answer.json()
    except ValueError:
        return None
    code = payload.get("code") if isinstance(payload, dict) else None
    return code if isinstance(code, int) else None


def _retry_after_seconds(answer: httpx.Response) -> int | None:
    value = answer.headers.get("Retry-After", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else None
