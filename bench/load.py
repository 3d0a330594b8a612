"""Load from a process of its own: HTTP/1.1 over raw sockets, so that the client costs little.

    python -m bench.load HOST PORT CONNECTIONS COUNT SOURCE [PER_SECOND]

SOURCE is `module:function`; the function gets a count and yields that many requests as bytes. All are made before the
first is sent. With PER_SECOND each is sent at its time, not when an answer comes; one whose connection still waits for
an answer then is late, and its wait counts from its time. Prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Any

LONGEST_RUN_SECONDS = 120
LEAD_SECONDS = 0.1
"""In which all connections are made, before the first request."""

NO_CONTENT = "204"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"


@dataclass
class Run:
    """The requests that are left, and what came of the others."""

    waiting: list[bytes]
    finished: asyncio.Future[None]
    total: int
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    def answered(self, status: str, seconds: float) -> None:
        self.statuses[status] += 1
        self.seconds.append(seconds)
        if len(self.seconds) == self.total and not self.finished.done():
            self.finished.set_result(None)

    def broken(self, error: Exception) -> None:
        if not self.finished.done():
            self.finished.set_exception(error)


class Connection(asyncio.Protocol):
    """Sends a request, waits for its whole answer, sends the next: at once, or where `interval_seconds` says so that
    long after the one before was due."""

    def __init__(self, run: Run, first_due_at: float, interval_seconds: float | None) -> None:
        self._run = run
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._due_at = first_due_at
        self._interval_seconds = interval_seconds
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._loop.call_at(self._due_at, self._send)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head_end = self._received.find(_HEAD_END)
        if head_end < 0:
            return
        status = self._received[9:12].decode("ascii", "replace")
        length = _LENGTH.search(self._received, 0, head_end)
        if length is None and status != NO_CONTENT:
            self._run.broken(RuntimeError("an answer without Content-Length"))
            return
        if len(self._received) < head_end + len(_HEAD_END) + (int(length[1]) if length else 0):
            return
        self._received.clear()
        self._run.answered(status, self._loop.time() - self._due_at)
        if self._interval_seconds is None:
            self._due_at = self._loop.time()
            self._send()
        else:
            self._due_at += self._interval_seconds
            self._loop.call_at(self._due_at, self._send)

    def connection_lost(self, exc: Exception | None) -> None:
        self._run.broken(exc or ConnectionError("the server closed the connection"))

    def _send(self) -> None:
        if self._transport is not None and self._run.waiting:
            self._transport.write(self._run.waiting.pop())


async def load(
    host: str, port: int, connections: int, requests: list[bytes], per_second: float | None = None
) -> dict[str, Any]:
    """Send all requests; returns how many, how long it took and how long the slowest hundredth waited."""
    loop = asyncio.get_running_loop()
    run = Run(list(reversed(requests)), loop.create_future(), len(requests))
    begins_at = loop.time() + LEAD_SECONDS
    apart_seconds = 1 / per_second if per_second else 0.0
    interval_seconds = connections * apart_seconds if per_second else None
    opened = [
        await loop.create_connection(
            partial(Connection, run, begins_at + number * apart_seconds, interval_seconds),
            host,
            port,
        )
        for number in range(connections)
    ]
    try:
        async with asyncio.timeout(LONGEST_RUN_SECONDS):
            await run.finished
    finally:
        for transport, _ in opened:
            transport.close()
    elapsed = loop.time() - begins_at
    waits = sorted(run.seconds)
    return {
        "requests": len(waits),
        "seconds": elapsed,
        "p99_seconds": waits[min(len(waits) - 1, len(waits) * 99 // 100)],
        "statuses": dict(run.statuses),
    }


def resolve(dotted: str) -> Any:
    """`module:name`."""
    module, _, name = dotted.partition(":")
    return getattr(import_module(module), name)


def main(arguments: list[str]) -> None:
    host, port, connections, count, source, *rate = arguments
    requests = list(resolve(source)(int(count)))
    per_second = float(rate[0]) if rate else None
    print(json.dumps(asyncio.run(load(host, int(port), int(connections), requests, per_second))))


if __name__ == "__main__":
    main(sys.argv[1:])
