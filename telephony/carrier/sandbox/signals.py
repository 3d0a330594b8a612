"""What a program is told while it waits, and what is raised inside it."""

from typing import TYPE_CHECKING, NamedTuple

from telephony.carrier.sandbox.calls import Leg, Status
from telephony.carrier.sandbox.programs import Interruption

if TYPE_CHECKING:
    from telephony.carrier.sandbox.sources import Source


class Answered(NamedTuple):
    leg: Leg


class Accepted(NamedTuple):
    """The whisper was heard to its end."""

    leg: Leg


class Ended(NamedTuple):
    leg: Leg


class Pressed(NamedTuple):
    digit: str


class HungUp(Interruption):
    """The leg has ended."""

    final = True


class Redirected(Interruption):
    """The leg is to execute another document from now on (a REST update)."""

    def __init__(self, source: "Source") -> None:
        super().__init__()
        self.source = source


class Finished(Exception):
    """A document has ended the call."""

    def __init__(self, status: Status) -> None:
        super().__init__(status)
        self.status = status


class CallFailed(Exception):
    """There is no document to go on with."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
