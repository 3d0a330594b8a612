"""What an operator's profile says about steering a line by phone and text message. Pure data."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from coworking.kit.profile_fields import Misfit, Table, Words


class PinRules(Table):
    """A line's PIN, and what becomes of one that somebody guesses at."""

    least_digits: Annotated[int, Field(ge=6, le=12)] = 6
    most_digits: Annotated[int, Field(ge=6, le=12)] = 12
    failures_before_delay: Annotated[int, Field(ge=1, le=10)] = 5
    """From this wrong PIN on the next one has to wait."""
    first_delay_seconds: Annotated[int, Field(ge=10, le=3_600)] = 60
    """Doubled with every further wrong PIN."""
    failures_before_lock: Annotated[int, Field(ge=2, le=20)] = 10
    """With this wrong PIN the line's PIN is locked, until its member sets a new one on the page."""

    def misfits(self) -> Iterator[Misfit]:
        if self.most_digits < self.least_digits:
            yield Misfit(
                ("most_digits",),
                Words("least_digits より小さくなっています", "is under least_digits"),
                Words(
                    f"{self.least_digits}から12までの整数", f"a whole number from {self.least_digits} to 12"
                ),
            )
        if self.failures_before_lock <= self.failures_before_delay:
            least = self.failures_before_delay + 1
            yield Misfit(
                ("failures_before_lock",),
                Words("failures_before_delay より大きくありません", "is not over failures_before_delay"),
                Words(f"{least}から20までの整数", f"a whole number from {least} to 20"),
            )


class ControlRules(Table):
    """Calls and text messages that steer a line."""

    wrong_inputs: Annotated[int, Field(ge=1, le=10)] = 3
    """Wrong or missing inputs in a row after which a control call is ended."""
    input_seconds: Annotated[int, Field(ge=3, le=30)] = 8
    """From one key to the next."""
    texts_a_day: Annotated[int, Field(ge=1, le=200)] = 20
    """Text messages from one phone that are acted on, and that one phone is sent, within 24 hours."""
    undo_hours: Annotated[int, Field(ge=1, le=720)] = 72
    """How long a change can be undone by the link in its notice."""
    kept_days: Annotated[int, Field(ge=30, le=3_660)] = 90
    """Days for which control calls, text messages and offers to undo are kept when they are over (R31)."""
