"""What happens to memberships, for other packages to hear. Days are local dates, first and last days inclusive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class MemberJoined:
    """Somebody is a member from now on: entered by staff, approved, or joined by a company's code. `starts_on` may
    still be ahead. Also told when a member without a contract takes one."""

    member_id: int
    plan: str
    starts_on: date
    at: datetime


@dataclass(frozen=True, slots=True)
class MeansNamed:
    """An applicant wants to pay so; whoever keeps the ways to pay takes it or refuses the application."""

    member_id: int
    means: str
    brand: str | None
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PlanChanged:
    """Another plan was agreed to, from `starts_on`: the 1st of a month, or today for an upgrade at once."""

    member_id: int
    from_plan: str
    plan: str
    starts_on: date
    at: datetime


@dataclass(frozen=True, slots=True)
class OptionAdded:
    """`term_id` is the id of the contract's `OptionSpan`."""

    member_id: int
    term_id: int
    option: str
    starts_on: date
    at: datetime


@dataclass(frozen=True, slots=True)
class OptionDropped:
    """Told when it was agreed to; the option stands until `ends_on`."""

    member_id: int
    term_id: int
    option: str
    ends_on: date
    at: datetime


@dataclass(frozen=True, slots=True)
class PauseBegun:
    """A pause was agreed to, for these days."""

    member_id: int
    starts_on: date
    ends_on: date
    at: datetime


@dataclass(frozen=True, slots=True)
class MemberReturned:
    """A return from a pause was agreed to; the member is back from `returns_on`, which may lie within a month."""

    member_id: int
    returns_on: date
    at: datetime


@dataclass(frozen=True, slots=True)
class MemberLeaving:
    """The contract was ended; it runs until `ends_on`."""

    member_id: int
    ends_on: date
    at: datetime


@dataclass(frozen=True, slots=True)
class MemberEnded:
    """The membership is over: `ends_on` was its last day. `reason` is `withdrawal`, a reason of the operator's, or what
    forced the end. Told on the day itself where it was forced, otherwise when the next day begins."""

    member_id: int
    ends_on: date
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AddressReleased:
    """A former member has proven that no address is registered here any more; nothing is charged for it after
    `released_on`."""

    member_id: int
    released_on: date
    at: datetime


@dataclass(frozen=True, slots=True)
class AddressKept:
    """A former member goes on using the address of the contract: its fees go on until it is proven that this is
    over."""

    member_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class EventSignedUp:
    """A member takes part in an event that costs `price` yen, which may be 0. `sign_up_id` names this sign-up."""

    member_id: int
    event_id: int
    sign_up_id: int
    price: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class EventSignUpCancelled:
    """The member does not take part after all, or the event was called off: its price is not owed."""

    member_id: int
    event_id: int
    sign_up_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class DamageReported:
    """A member owes `amount` yen for damage or loss, or for the disposal of what was left behind. `reference` names
    what it is for, such as `damage:7` or `lost-thing:12`."""

    member_id: int
    amount: Decimal
    reference: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NotificationAddressChanged:
    """Mail to the member goes to another address from now on, as the member asked: the address's owner confirmed
    it, or staff entered it at the member's word (NEX-15). Taking such a change back tells nothing."""

    member_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class SiteClosed:
    """Staff closed a place in an emergency: nobody is let in, everybody is let out (SAK-37)."""

    office_id: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SiteOpened:
    """A place that was closed in an emergency is open again."""

    office_id: int
    at: datetime
