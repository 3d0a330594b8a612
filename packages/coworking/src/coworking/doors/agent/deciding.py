"""What a door's computer does when something is shown to it: by the list alone, with the server's own decision.

It fails shut: without a list that is valid now nobody is let in. It never keeps anybody in: an exit opens whatever is
known, shown or broken.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, Literal, Protocol

from coworking.doors.agent.signed_lists import DoorList, ListedMember, facts_at, is_valid, presence_of
from coworking.doors.codes import MEMBER_KIND, MemberQr, read_member_qr, require_valid
from coworking.doors.decisions import refusal_of
from coworking.doors.errors import CardBlocked, CardUnknown, EntryRefused, QrExpired, QrInvalid, QrUsed
from coworking.doors.profile import Means

Asked = Literal["check-in", "unlock", "exit"]
NO_LIST: Final = "no-valid-list"
NO_DOOR: Final = "door-not-listed"
LONGEST_SHOWN: Final = 500
"""Characters of what a reader read."""


class Memory(Protocol):
    """What outlives a restart of the computer beside the list."""

    def use_up(self, nonce: bytes, expires_at: datetime) -> bool:
        """Whether this QR was shown here for the first time."""
        ...

    def came_in(self, member_id: int) -> bool | None:
        """Whether the member came in or went out here since the list was written; None: neither."""
        ...


@dataclass(frozen=True, slots=True)
class Decided:
    """`member_id` None: nobody known. `reason` is a stable code, empty when somebody known was let in."""

    door: str
    asked: Asked
    means: Means
    member_id: int | None
    is_allowed: bool
    reason: str


@dataclass(frozen=True)
class KeptList:
    """A list with its cards and members at hand."""

    content: DoorList

    @cached_property
    def members(self) -> Mapping[int, ListedMember]:
        return {member.id: member for member in self.content.members}

    @cached_property
    def holders(self) -> Mapping[str, tuple[int, bool]]:
        """Member and whether the card is good, by digest."""
        found = {digest: (one.id, False) for one in self.content.members for digest in one.blocked_cards}
        found.update({digest: (one.id, True) for one in self.content.members for digest in one.cards})
        return found


def decide(
    kept: KeptList | None, memory: Memory, door: str, asked: Asked, shown: str, now: datetime
) -> Decided:
    """Whether the door opens for what a reader read. An exit always does."""
    means = Means.QR if shown.startswith(MEMBER_KIND) else Means.CARD
    if kept is None or not is_valid(kept.content, now):
        return Decided(door, asked, means, None, asked == "exit", NO_LIST)
    member_id, wrong = _whose(kept, memory, means, shown, now, uses_up=asked != "exit")
    if asked == "exit":
        return Decided(door, asked, means, member_id, True, wrong.code if wrong is not None else "")
    if wrong is not None:
        return Decided(door, asked, means, member_id, False, wrong.code)
    assert member_id is not None
    if door not in kept.content.doors:
        return Decided(door, asked, means, member_id, False, NO_DOOR)
    member = kept.members[member_id]
    presence = presence_of(member, memory.came_in(member_id))
    refusal = refusal_of(facts_at(kept.content, member, presence, door, asked, means, now))
    return Decided(door, asked, means, member_id, refusal is None, refusal.code if refusal else "")


def pressed(door: str) -> Decided:
    """The exit button: opens without asking anything."""
    return Decided(door, "exit", Means.RECEPTION, None, True, "")


def digest_of(card_key: bytes, card: str) -> str:
    """As the server digests a card's number."""
    text = unicodedata.normalize("NFKC", card).strip().upper()
    return hmac.digest(card_key, text.encode(), hashlib.sha256).hex()


def _whose(
    kept: KeptList, memory: Memory, means: Means, shown: str, now: datetime, *, uses_up: bool
) -> tuple[int | None, EntryRefused | None]:
    if len(shown) > LONGEST_SHOWN:
        return None, CardUnknown()
    if means is Means.CARD:
        holder = kept.holders.get(digest_of(bytes.fromhex(kept.content.card_key), shown))
        if holder is None:
            return None, CardUnknown()
        member_id, is_good = holder
        return member_id, None if is_good else CardBlocked()
    try:
        qr = read_member_qr(bytes.fromhex(kept.content.code_key), shown)
        return _of_qr(kept, memory, qr, now, uses_up=uses_up)
    except QrInvalid as refusal:
        return None, refusal


def _of_qr(
    kept: KeptList, memory: Memory, qr: MemberQr, now: datetime, *, uses_up: bool
) -> tuple[int | None, EntryRefused | None]:
    """Raises `QrInvalid`."""
    member = kept.members.get(qr.member_id)
    try:
        require_valid(qr, kept.content.operator_id, now)
    except QrExpired as refusal:
        return qr.member_id if member else None, refusal
    if member is None:
        return None, QrInvalid()
    if member.qr_revoked_at is not None and qr.issued_at <= member.qr_revoked_at:
        return member.id, QrExpired()
    if uses_up and not memory.use_up(qr.nonce, qr.expires_at):
        return member.id, QrUsed()
    return member.id, None
