"""What an operator's profile says about mail: who has it, what is taken in, and what becomes of it. Pure data."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from coworking.kit.profile_fields import (
    Bilingual,
    Distinct,
    Misfit,
    Name,
    SomeDistinct,
    Table,
    Weekday,
    Words,
    Yen,
)


class MailKind(StrEnum):
    LETTER = "letter"
    PARCEL = "parcel"
    REGISTERED = "registered"
    """Signed for when it came, letters and parcels alike."""
    COD = "cod"
    """Cash on delivery."""


class Choice(StrEnum):
    """What a member can want done with an item."""

    KEEP = "keep"
    SCAN = "scan"
    """Open it and scan what is in it."""
    FORWARD = "forward"
    """Send it with the next batch."""
    BUNDLE = "bundle"
    """Send it with the batch of the next weekday for batches."""
    DISPOSE = "dispose"
    RETURN = "return"
    PICK_UP = "pick-up"


class Entitlement(Table):
    """Whose mail is taken in: members with one of these options (their own, or in their plan), or on one of these
    plans."""

    options: Distinct[Name] = ()
    member_plans: Distinct[Name] = ()
    identity_required: bool
    """No mail before the identity record is complete."""

    def misfits(self) -> Iterator[Misfit]:
        if not self.options and not self.member_plans:
            yield Misfit(
                ("options",),
                Words("だれの郵便物も受け取れません", "is empty and so is member_plans: nobody has mail"),
                Words("オプションか会員プランを一つ以上", "at least one option or plan"),
            )


class Distribution(Table):
    """Putting mail at the place where members take it themselves."""

    kinds: SomeDistinct[MailKind]
    """The others are handed over."""
    place: Bilingual


class Storage(Table):
    free_days: Annotated[int, Field(ge=1, le=3650)]
    """Local days from the day of arrival, which counts. Each further day costs the fee `mail-storage`, if there is
    one."""
    warning_days_before: Annotated[int, Field(ge=1, le=60)] = 5
    """So many days before the first day that costs, the member is told."""

    def misfits(self) -> Iterator[Misfit]:
        if self.warning_days_before > self.free_days:
            yield Misfit(
                ("warning_days_before",),
                Words("無料の日数より長い", "is more than free_days"),
                Words(f"{self.free_days} 以下の整数", f"a whole number up to {self.free_days}"),
            )


class Disposal(Table):
    waiting_days: Annotated[int, Field(ge=0, le=90)] = 1
    """Between the member's second confirmation and the first day on which staff destroy it; until then it can be taken
    back."""


class AfterEnd(Table):
    """What becomes of the mail of those who are members no more."""

    grace_days: Annotated[int, Field(ge=0, le=366)]
    """After the last day of the membership, in which it can still be collected."""
    then: Literal["return", "dispose"]


class Way(Table):
    """A carrier's service by which mail is forwarded."""

    title: Bilingual
    carries_letters: bool
    """Parcel services may not carry letters (Postal Act, art. 4)."""


class Forwarding(Table):
    """Postage at what it cost and the handling fee are one charge for each batch, under the fee `mail-forwarding`."""

    ways: Annotated[Mapping[Name, Way], Field(min_length=1)]
    """The first is used unless staff choose another."""
    handling_fee: Yen = Decimal(0)
    """For each batch."""
    weekdays: Distinct[Weekday] = ()
    """On which bundled mail goes out; empty: whenever staff make a batch."""


class MailProfile(Table):
    """[mail]"""

    entitlement: Entitlement
    choices: SomeDistinct[Choice]
    """What members can choose; forwarding needs the table `forwarding`."""
    refused_kinds: Distinct[MailKind] = ()
    refused_contents: Mapping[Name, Bilingual] = {}
    """What is not taken in, whatever it comes as."""
    handed_over_when_staffed: bool = True
    """Handed over in staffed hours only."""
    grant_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    """How long a member's one-time code for a hand-over is valid."""
    distribution: Distribution | None = None
    """None: mail is handed over only."""
    storage: Storage | None = None
    """None: kept as long as it takes, without a charge."""
    disposal: Disposal = Disposal()
    after_end: AfterEnd
    forwarding: Forwarding | None = None
    """None: nothing is forwarded."""

    def misfits(self) -> Iterator[Misfit]:
        for index, choice in enumerate(self.choices):
            if choice in {Choice.FORWARD, Choice.BUNDLE} and self.forwarding is None:
                yield Misfit(
                    ("choices", index),
                    Words("転送の定めがありません", "is offered although nothing is said about forwarding"),
                    Words(
                        "mail.forwarding の表、またはこの選択肢を消す",
                        "a table mail.forwarding, or no such choice",
                    ),
                )
