"""Requests for `bench.load`: URL-encoded forms, as carriers post them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

BARE_PATH = "/bare"
# As large as a carrier's webhook.
BARE_FORM = b"&".join(b"Parameter%d=%s" % (number, b"x" * 24) for number in range(20))


def bare(count: int) -> Iterator[bytes]:
    """Requests for the yardsticks."""
    for _ in range(count):
        yield http_post(BARE_PATH, BARE_FORM)


def http_post(path: str, form: bytes, headers: Mapping[str, str] | None = None) -> bytes:
    """The bytes of an HTTP/1.1 POST of a URL-encoded form on a connection that stays open."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(form)}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + form
