"""What an operator's profile says about its doors: which there are, what opens them, who comes by use. Pure data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from coworking.billing import ChargePurpose
from coworking.kit.profile_fields import Bilingual, Misfit, Name, SomeDistinct, Table, Words

LONGEST_QR_SECONDS = 60
MOST_MINUTES = 24 * 60


class Means(StrEnum):
    """By what somebody is let in. `entrance-code` is the fixed QR at the entrance that the member's app scans, `qr` the
    member's own QR that a reader scans, `reception` staff who enter somebody."""

    APP = "app"
    ENTRANCE_CODE = "entrance-code"
    QR = "qr"
    CARD = "card"
    MY_NUMBER = "my-number"
    RECEPTION = "reception"


class Door(Table):
    title: Bilingual
    site: Name
    """An office of the profile."""
    opened_by: SomeDistinct[Means]


class DropIn(Table):
    """How somebody comes who pays by the time of use: the time is stated, paid ahead, and never paid back."""

    lends_card: bool = False
    """A card is lent for the time and comes back at the exit."""
    extra: ChargePurpose = "drop-in"
    """The use of `billing.uses` that time beyond what was paid is charged as, at the exit."""


class VoucherStep(Table):
    """Who has used the place for so many minutes or more gets a car-park voucher of so many minutes."""

    from_minutes: Annotated[int, Field(ge=0, le=MOST_MINUTES)]
    voucher_minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES)]


class DoorsProfile(Table):
    """[doors]"""

    doors: Annotated[Mapping[Name, Door], Field(min_length=1)]
    checked_in_by: SomeDistinct[Means]
    """Ways to check in and out; the first is what members are told."""
    must_check_in: bool = True
    """A door opens only for who has checked in; otherwise opening it is the check-in."""
    card_needs_plan_hours_unstaffed: bool = False
    """While no staff are there, a card opens within the plan's hours only."""
    qr_seconds: Annotated[int, Field(ge=10, le=LONGEST_QR_SECONDS)] = LONGEST_QR_SECONDS
    """How long a member's QR can be used."""
    drop_in: DropIn = DropIn()
    vouchers: tuple[VoucherStep, ...] = ()
    """From the shortest use to the longest; empty: no car park."""

    @property
    def qr_lasts(self) -> timedelta:
        return timedelta(seconds=self.qr_seconds)

    def misfits(self) -> Iterator[Misfit]:
        before = -1
        for index, step in enumerate(self.vouchers):
            if step.from_minutes <= before:
                yield Misfit(
                    ("vouchers", index, "from_minutes"),
                    Words("順序が正しくありません", "is out of order"),
                    Words(f"{before} より大きい整数", f"a whole number over {before}"),
                )
            before = max(before, step.from_minutes)
