"""Requests to an ASGI application in the same process, without sockets and without a client's machinery.

One call costs about 20 µs beside what the application does, which is what lets a scenario make thousands
of calls.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

LARGEST_ANSWER_BYTES = 64 * 1024 * 1024

Message = MutableMapping[str, Any]
Application = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]


class AnswerTooLarge(RuntimeError):
    """The application sent more than LARGEST_ANSWER_BYTES."""


class NoAnswerSent(RuntimeError):
    """The application returned without an answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` have lower-case names, in the order sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)


async def request(
    application: Application,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    body: bytes = b"",
    client: tuple[str, int] = ("127.0.0.1", 0),
) -> Answer:
    """One request. A relative URL has the host `localhost`; errors that the application raises come out here."""
    split = urlsplit(url)
    host = split.hostname or "localhost"
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    raw_headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in pairs]
    if not any(name == b"host" for name, _ in raw_headers):
        raw_headers.insert(0, (b"host", (split.netloc or host).encode("latin-1")))
    if body:
        raw_headers.append((b"content-length", str(len(body)).encode()))
    scheme = split.scheme or "http"
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": unquote(split.path) or "/",
        "raw_path": (split.path or "/").encode("latin-1"),
        "root_path": "",
        "query_string": split.query.encode("latin-1"),
        "headers": raw_headers,
        "client": client,
        "server": (host, split.port or (443 if scheme == "https" else 80)),
    }
    exchange = _Exchange(body)
    await application(scope, exchange.receive, exchange.send)
    return exchange.answer()


class _Exchange:
    """Both ends of one request's messages."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._status: int | None = None
        self._headers: tuple[tuple[str, str], ...] = ()
        self._chunks: list[bytes] = []
        self._size = 0
        self._complete = asyncio.Event()

    async def receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._complete.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = tuple(
                (bytes(name).decode("latin-1").lower(), bytes(value).decode("latin-1"))
                for name, value in message.get("headers", ())
            )
        elif message["type"] == "http.response.body":
            chunk = bytes(message.get("body", b""))
            self._size += len(chunk)
            if self._size > LARGEST_ANSWER_BYTES:
                raise AnswerTooLarge(f"more than {LARGEST_ANSWER_BYTES} bytes")
            self._chunks.append(chunk)
            if not message.get("more_body", False):
                self._complete.set()

    def answer(self) -> Answer:
        if self._status is None:
            raise NoAnswerSent("the application returned without an answer")
        return Answer(self._status, self._headers, b"".join(self._chunks))
