"""What an operator's profile says about collecting money by card and by payment slip. Pure data."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from coworking.billing.day_rules import DayRule
from coworking.kit.profile_fields import Misfit, Table, Words

RetryDay = Annotated[int, Field(ge=1, le=60)]


class CardCollection(Table):
    """Charging registered cards on the due date of an invoice."""

    retry_after_days: Annotated[tuple[RetryDay, ...], Field(max_length=5)] = (3, 7)
    """Days after the first attempt on which a card that was declined is charged again; empty: never."""

    def misfits(self) -> Iterator[Misfit]:
        previous = 0
        for index, days in enumerate(self.retry_after_days):
            if days <= previous:
                yield Misfit(
                    ("retry_after_days", index),
                    Words("日数の順序が正しくありません", "is out of order"),
                    Words(f"{previous} より大きい整数", f"a whole number over {previous}"),
                )
                return
            previous = days


class SlipMailing(Table):
    """Payment slips for members who pay with one."""

    mailed_from: DayRule
    """From when on the slip of an invoice is mailed; months count from the month in which the invoice falls due."""
