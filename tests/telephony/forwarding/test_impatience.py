from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from telephony.forwarding.impatience import first_answer

SOON = 0.01


def asked_of(*answers: str | Exception | None) -> tuple[Callable[[], Awaitable[str]], list[int]]:
    """Somebody who gives these answers in turn; None is none, ever."""
    asked: list[int] = []

    async def ask() -> str:
        asked.append(len(asked))
        answer = answers[asked[-1]]
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    return ask, asked


@pytest.mark.parametrize(
    ("answers", "answer", "times"),
    [
        (("at once", "x", "x"), "at once", 1),
        ((None, "from the second", "x"), "from the second", 2),
        ((None, None, "from the third"), "from the third", 3),
        ((OSError("gone"), "from the second", "x"), "from the second", 2),
        ((None, OSError("gone"), "from the third"), "from the third", 3),
    ],
)
def test_the_first_answer_counts(answers: tuple[str | Exception | None], answer: str, times: int) -> None:
    ask, asked = asked_of(*answers)
    assert asyncio.run(first_answer(ask, again_after_seconds=SOON, most_times=3)) == answer
    assert len(asked) == times


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ((None, None, None), TimeoutError),
        ((OSError("gone"),) * 3, OSError),
        ((None, OSError("gone"), OSError("gone")), TimeoutError),
    ],
)
def test_without_an_answer_it_ends(answers: tuple[Exception | None], error: type[Exception]) -> None:
    ask, asked = asked_of(*answers)
    with pytest.raises(error):
        asyncio.run(first_answer(ask, again_after_seconds=SOON, most_times=3))
    assert len(asked) == 3


def test_an_asking_that_does_not_end_is_not_waited_for() -> None:
    """As a connection that must hear from its server before it can be given back."""
    released = asyncio.Event()

    async def hanging() -> str:
        try:
            await asyncio.Event().wait()
        finally:
            await released.wait()
        raise AssertionError

    async def run() -> bool:
        with pytest.raises(TimeoutError):
            await first_answer(hanging, again_after_seconds=SOON, most_times=2)
        hung = len(asyncio.all_tasks()) == 3
        released.set()
        return hung

    assert asyncio.run(run())
