"""Asking again instead of waiting: what a caller waits for must not hang on one slow connection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def first_answer(ask: Callable[[], Awaitable[T]], *, again_after_seconds: float, most_times: int) -> T:
    """The first answer of several askings of the same thing: whenever none has come for `again_after_seconds`, or one
    has failed, it is asked again beside the others, at most `most_times`. Raises `TimeoutError` when the last has had
    its time as well, and the last one's error when all have failed.

    Askings that are left over are told to end and not waited for: one that hangs would hang in ending, too.
    """
    asked: set[asyncio.Task[T]] = set()
    try:
        for times in range(1, most_times + 1):
            asked.add(asyncio.ensure_future(_of(ask)))
            answered, asked = await asyncio.wait(
                asked, timeout=again_after_seconds, return_when=asyncio.FIRST_COMPLETED
            )
            for task in answered:
                error = task.exception()
                if error is None:
                    return task.result()
                if times == most_times and not asked:
                    raise error
        raise TimeoutError
    finally:
        for task in asked:
            task.add_done_callback(_forget)
            task.cancel()


async def _of(ask: Callable[[], Awaitable[T]]) -> T:
    return await ask()


def _forget(task: asyncio.Task[T]) -> None:
    if not task.cancelled():
        task.exception()
