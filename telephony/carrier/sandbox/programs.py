"""Generators that the timeline drives: a leg executes its documents as a program that waits and fetches.

A program yields `Wait` (resumed with a signal, or with ELAPSED) or `Fetch` (resumed with the answer). Signals go
through the timeline, so no program is ever resumed from inside another one.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from telephony.carrier.sandbox.timeline import Entry, Timeline


class Elapsed:
    """The time of a Wait has come."""


ELAPSED = Elapsed()


class Interruption(Exception):
    """Raised inside a program where it waits; one that lets it pass is over."""

    final = False
    """No later interruption takes the place of a final one."""


class Wait(NamedTuple):
    until: datetime | None = None
    """None: until a signal comes."""


class Answer(NamedTuple):
    """What came of a fetch, and from when on the program may go on with it."""

    value: Any
    usable_at: datetime


class Fetch(NamedTuple):
    send: Callable[[], Awaitable[Answer]]


Steps = Generator[Wait | Fetch, Any, Any]


@dataclass(slots=True, eq=False)
class Program:
    steps: Steps
    waiting: bool = False
    woken: bool = False
    done: bool = False
    timer: Entry | None = None
    inbox: deque[object] = field(default_factory=deque)
    interruption: Interruption | None = None


class Programs:
    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline

    def start(self, steps: Steps) -> Program:
        program = Program(steps)
        self._timeline.soon(lambda: self._run(program, None))
        return program

    def signal(self, program: Program | None, signal: object) -> None:
        if program is not None and not program.done:
            program.inbox.append(signal)
            self._wake(program)

    def interrupt(self, program: Program | None, interruption: Interruption) -> None:
        """Raise `interruption` inside the program where it waits, after a fetch that is under way.

        Of several that come before the program runs again, the last one stands, or the first final one.
        """
        if program is None or program.done or (program.interruption and program.interruption.final):
            return
        program.interruption = interruption
        self._wake(program)

    def _wake(self, program: Program) -> None:
        if program.waiting and not program.woken:
            program.woken = True
            self._timeline.soon(lambda: self._resume(program))

    def _resume(self, program: Program) -> None:
        program.woken = False
        if program.waiting and program.interruption is not None:
            self._run(program, None)
        elif program.waiting and program.inbox:
            self._run(program, program.inbox.popleft())

    def _elapse(self, program: Program) -> None:
        if program.waiting:
            self._run(program, ELAPSED)

    def _run(self, program: Program, value: object) -> None:
        """Run on to a fetch, to the end, or to a wait which nothing that came meanwhile ends at once."""
        program.waiting = False
        self._timeline.cancel(program.timer)
        program.timer = None
        while True:
            try:
                if program.interruption is not None:
                    interruption, program.interruption = program.interruption, None
                    request = program.steps.throw(interruption)
                else:
                    request = program.steps.send(value)
            except (StopIteration, Interruption):
                program.done = True
                program.inbox.clear()
                return
            if isinstance(request, Fetch):
                self._timeline.soon(partial(self._fetch, program, request.send))
                return
            if program.interruption is None:
                if not program.inbox:
                    break
                value = program.inbox.popleft()
        program.waiting = True
        if request.until is not None:
            program.timer = self._timeline.at(request.until, lambda: self._elapse(program))

    async def _fetch(self, program: Program, send: Callable[[], Awaitable[Answer]]) -> None:
        answer = await send()
        self._timeline.at(answer.usable_at, lambda: self._run(program, answer.value))
