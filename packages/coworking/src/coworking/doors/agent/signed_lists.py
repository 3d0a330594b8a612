"""What a door's computer decides by: a list of who may come in when, signed, numbered and valid for a while. Pure.

Everything that a decision hangs on is in it for its whole time: spans are half-open instants, so that who reads it
needs neither calendar nor profile. It holds no name, no phone number, no mail address.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from coworking.doors.decisions import Act, EntryFacts
from coworking.doors.profile import Means

KIND: Final = b"rusuban-door-list-1\n"
LIST_LASTS: Final = timedelta(hours=48)
MOST_SKEW: Final = timedelta(minutes=2)
"""By which a clock may be behind the one that signed."""
LARGEST_LIST_BYTES: Final = 64_000_000

Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ListedSpan(_Part):
    """[starts_at, ends_at)"""

    starts_at: AwareDatetime
    ends_at: AwareDatetime

    def holds(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


class ListedOpening(ListedSpan):
    is_staffed: bool


class ListedSite(_Part):
    office_id: int
    openings: tuple[ListedOpening, ...]
    is_closed_for_emergency: bool


class ListedDoor(_Part):
    site: str
    opened_by: tuple[Means, ...]


class ListedPlan(_Part):
    """`hours` None: of a plan without hours of its own. `must_reserve` are the times in which its members need a
    reservation."""

    hours: tuple[ListedSpan, ...] | None
    must_reserve: tuple[ListedSpan, ...]
    pays_by_use: bool
    most_people: int


class ListedReservation(ListedSpan):
    office_id: int
    is_paid: bool


class ListedMember(_Part):
    """`in_term` is when the membership runs. `has_visit`: reception or a door has begun a visit that lasts, and
    `is_checked_in` says whether the member came in. `paid_until`: reception has taken payment for the time until then.
    `qr_revoked_at`: the member's QRs that were issued by then are void."""

    id: int
    status: str
    plan: str
    in_term: ListedSpan
    reservations: tuple[ListedReservation, ...] = ()
    cards: tuple[Hex, ...] = ()
    blocked_cards: tuple[Hex, ...] = ()
    has_payment_card: bool = False
    has_visit: bool = False
    is_checked_in: bool = False
    paid_until: AwareDatetime | None = None
    qr_revoked_at: AwareDatetime | None = None


class DoorList(_Part):
    """Valid in [issued_at, valid_until). `card_key` makes the digests that cards are known by; `code_key` verifies
    members' QRs. `last_sequence` is the last event that was heard of this computer."""

    operator_id: int
    agent_id: int
    version: int
    issued_at: AwareDatetime
    valid_until: AwareDatetime
    last_sequence: int
    code_key: Hex
    card_key: Hex
    must_check_in: bool
    checked_in_by: tuple[Means, ...]
    card_needs_plan_hours_unstaffed: bool
    sites: dict[str, ListedSite]
    doors: dict[str, ListedDoor]
    plans: dict[str, ListedPlan]
    members: tuple[ListedMember, ...]


class SignedList(_Part):
    """`body` is the JSON of a `DoorList`; `signature` is of `KIND` and the body, in base64."""

    body: str
    signature: str


class ListRefused(Exception):
    """The server did not sign it, or it is no list."""


class Signer(Protocol):
    def sign(self, content: bytes) -> bytes: ...


def signer_of(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


def sign_list(signer: Signer, wanted: DoorList) -> SignedList:
    body = wanted.model_dump_json()
    return SignedList(body=body, signature=base64.b64encode(signer.sign(KIND + body.encode())).decode())


def read_list(public_key: bytes, signed: SignedList) -> DoorList:
    """Raises `ListRefused` for what was not signed by the holder of this key, or is no list."""
    body = signed.body.encode()
    if len(body) > LARGEST_LIST_BYTES:
        raise ListRefused
    try:
        signature = base64.b64decode(signed.signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, KIND + body)
        return DoorList.model_validate_json(body)
    except (binascii.Error, InvalidSignature, ValidationError) as error:
        raise ListRefused from error


def is_valid(kept: DoorList, now: datetime) -> bool:
    """A clock that stands before the list was signed is wrong, and knows nothing of its end."""
    return kept.issued_at - MOST_SKEW <= now < kept.valid_until


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a member's visit lasts, and whether they have come in."""

    has_visit: bool
    is_checked_in: bool


def presence_of(member: ListedMember, came_in: bool | None) -> Presence:
    """`came_in` is what was seen at this computer's doors since the list was written: in, out, or nothing."""
    if came_in is not None:
        return Presence(came_in, came_in)
    return Presence(member.has_visit, member.is_checked_in)


def facts_at(
    kept: DoorList,
    member: ListedMember,
    presence: Presence,
    door: str,
    act: Act,
    means: Means,
    at: datetime,
) -> EntryFacts:
    """All that the decision hangs on, as the list knows it."""
    plan = kept.plans[member.plan]
    where = kept.doors[door]
    site = kept.sites[where.site]
    is_staffed = any(one.is_staffed and one.holds(at) for one in site.openings)
    times = [one for one in member.reservations if one.office_id == site.office_id and one.holds(at)]
    may_join = presence.has_visit and plan.most_people > 1 and act == "check-in"
    is_inside = presence.has_visit and (act == "unlock" or presence.is_checked_in)
    return EntryFacts(
        act=act,
        means=means,
        means_offered=where.opened_by if act == "unlock" else kept.checked_in_by,
        status=member.status,
        in_term=member.in_term.holds(at),
        is_closed_for_emergency=site.is_closed_for_emergency,
        is_open=_hold(site.openings, at),
        is_staffed=is_staffed,
        in_plan_hours=_hold(plan.hours, at) if plan.hours is not None else not plan.pays_by_use,
        pays_by_use=plan.pays_by_use,
        must_reserve=_hold(plan.must_reserve, at),
        has_reservation=bool(times),
        is_reservation_paid=any(one.is_paid for one in times),
        has_payment_card=not (plan.pays_by_use and not is_staffed) or member.has_payment_card,
        has_paid_time=presence.has_visit and member.paid_until is not None and at < member.paid_until,
        is_inside=is_inside and not may_join,
        must_check_in=kept.must_check_in,
        card_needs_plan_hours_unstaffed=kept.card_needs_plan_hours_unstaffed,
    )


def _hold(spans: Sequence[ListedSpan], at: datetime) -> bool:
    return any(one.holds(at) for one in spans)
