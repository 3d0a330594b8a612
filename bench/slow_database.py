"""A way to the database on which one connection in ten is slow, and how the webhooks do on it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

SLOW_SECONDS = 3.0
SLOW_EVERY = 10
START_TIMEOUT_SECONDS = 10
CHUNK_BYTES = 65_536


class SlowWay:
    """Passes connections on to a server; on every `slow_every`-th of them each answer comes `slow_seconds` late. With
    `is_silent` no answer comes at all, on any."""

    def __init__(
        self, host: str, port: int, *, slow_every: int = SLOW_EVERY, slow_seconds: float = SLOW_SECONDS
    ) -> None:
        self.is_silent = False
        self._server_address = (host, port)
        self._slow_every = slow_every
        self._slow_seconds = slow_seconds
        self._connections = 0
        self._passing: set[asyncio.Task[None]] = set()
        self._listening: asyncio.Server | None = None

    async def start(self) -> int:
        """Returns the port."""
        self._listening = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return int(self._listening.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        assert self._listening is not None
        self._listening.close()
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _connected(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        self._connections += 1
        slow = self._connections % self._slow_every == 0
        server, to_server = await asyncio.open_connection(*self._server_address)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass(client, to_server, 0.0, answers=False))
                both.create_task(
                    self._pass(server, to_client, self._slow_seconds if slow else 0.0, answers=True)
                )
        except (asyncio.CancelledError, *ENDS):
            pass
        finally:
            to_client.close()
            to_server.close()
            self._passing.discard(task)

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        delay_seconds: float,
        *,
        answers: bool,
    ) -> None:
        while chunk := await reader.read(CHUNK_BYTES):
            if delay_seconds:
                await asyncio.sleep(delay_seconds)
            if answers and self.is_silent:
                continue
            writer.write(chunk)
            await writer.drain()
        raise ConnectionResetError


ENDS = (OSError, ExceptionGroup)
"""What a connection ends with, on either side."""


def through(url: str, port: int) -> str:
    """The database's address, by the slow way."""
    parts = urlsplit(url)
    login = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    return urlunsplit(parts._replace(netloc=f"{login}127.0.0.1:{port}"))


@contextmanager
def slow_database(url: str) -> Iterator[str]:
    """The address of the database by a slow way that lasts as long as the block, on a thread of its own."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    way = SlowWay(parts.hostname, parts.port)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="slow-way", daemon=True)
    thread.start()
    try:
        port = asyncio.run_coroutine_threadsafe(way.start(), loop).result(START_TIMEOUT_SECONDS)
        yield through(url, port)
    finally:
        asyncio.run_coroutine_threadsafe(way.stop(), loop).result(START_TIMEOUT_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(START_TIMEOUT_SECONDS)
        loop.close()
