"""Items: taking them in, and the one way in which their history goes on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.db import table_of
from coworking.kit.errors import NotFound
from coworking.membership import member_names, offices_of
from mail_handling.errors import AlreadyHandedOver, KindRefused, MailNotHere, NotAssigned, SiteUnknown
from mail_handling.histories import HERE, State
from mail_handling.models import MailEvent, MailItem, MailWord
from mail_handling.profile import MailKind
from mail_handling.rules import MailRules
from mail_handling.words import words_of

RULES = "rules"
"""Who acts where the operator's rules or a member's standing instruction do."""


@dataclass(frozen=True, slots=True)
class NewItem:
    """What was seen at the counter. `addressee` and `sender` as they stand on it; `site` is a place of the profile,
    `contents` what it is said to hold, of the kinds that the profile names."""

    kind: MailKind
    addressee: str | None = None
    sender: str | None = None
    weight_g: int | None = None
    tracking_number: str | None = None
    location: str | None = None
    site: str | None = None
    contents: Sequence[str] = ()


def take_in(
    session: Session, rules: MailRules, new: NewItem, *, operator_id: int, actor: str, now: datetime
) -> MailItem:
    """Take an item in, for nobody yet. Raises `KindRefused`, `SiteUnknown`."""
    _require_taken(rules, new)
    site = new.site or rules.membership.default_office
    office_id = offices_of(session).get(site)
    if office_id is None:
        raise SiteUnknown(site=site)
    item = MailItem(
        operator_id=operator_id,
        office_id=office_id,
        kind=new.kind.value,
        sender=new.sender,
        addressee=new.addressee,
        tracking_number=new.tracking_number,
        weight_g=new.weight_g,
        received_at=now,
        received_on=rules.calendar.local_date(now),
        status="unassigned",
    )
    session.add(item)
    session.flush()
    go_on(session, item, "received", by=actor, now=now, location=new.location)
    enter_words(session, item)
    return item


def get_item(session: Session, item_id: int) -> MailItem:
    """Raises `NotFound`."""
    item = session.get(MailItem, item_id)
    if item is None:
        raise NotFound
    return item


def hold_item(session: Session, item_id: int) -> MailItem:
    """The item, whose row stays locked until this transaction ends. Raises `NotFound`."""
    item = session.get(MailItem, item_id, with_for_update=True)
    if item is None:
        raise NotFound
    return item


def hold_items(session: Session, item_ids: Iterable[int]) -> list[MailItem]:
    """The same for several, in one order, so that two requests for the same items wait and do not lock each other out.
    Raises `NotFound` where one is missing."""
    wanted = sorted(set(item_ids))
    statement = select(MailItem).where(MailItem.id.in_(wanted)).order_by(MailItem.id).with_for_update()
    found = list(session.scalars(statement))
    if len(found) != len(wanted):
        raise NotFound
    return found


def require_here(item: MailItem, *, also: Sequence[str] = ()) -> None:
    """That the item is a member's and in the office's keeping, or has one of the statuses in `also`. Raises
    `NotAssigned`, `AlreadyHandedOver`, `MailNotHere`."""
    if item.status in HERE or item.status in also:
        return
    if item.status == "unassigned":
        raise NotAssigned
    if item.status == "handed-over":
        raise AlreadyHandedOver
    raise MailNotHere(status=item.status)


def go_on(
    session: Session,
    item: MailItem,
    what: str,
    *,
    by: str,
    now: datetime,
    as_member: bool = False,
    member_id: int | None = None,
    location: str | None = None,
    instruction: str | None = None,
    disposable_on: date | None = None,
    via: str | None = None,
) -> MailEvent:
    """Add to the history of an item that is held, and bring the item to what it then says. `as_member`: `by` is the
    member's own account. The audit trail has it too."""
    count = select(func.count()).select_from(MailEvent).where(MailEvent.item_id == item.id)
    event = MailEvent(
        operator_id=item.operator_id,
        item_id=item.id,
        number=(session.scalar(count) or 0) + 1,
        what=what,
        at=now,
        by=by,
        acted_as=RULES if by == RULES else "member" if as_member else "staff",
        member_id=member_id,
        location=location,
        instruction=instruction,
        disposable_on=disposable_on,
        via=via,
    )
    session.add(event)
    state = state_of(item).after(event)
    for field in fields(State):
        setattr(item, field.name, getattr(state, field.name))
    record(
        session,
        operator_id=item.operator_id,
        at=now,
        actor=by,
        action=f"mail.{what}",
        subject=f"mail:{item.id}",
        details={
            key: value
            for key, value in (("member", member_id), ("instruction", instruction), ("via", via))
            if value is not None
        },
    )
    session.flush()
    return event


def state_of(item: MailItem) -> State:
    return State(*(getattr(item, field.name) for field in fields(State)))


def histories_of(session: Session, item_ids: Sequence[int]) -> dict[int, list[MailEvent]]:
    """By item, in their order."""
    found: dict[int, list[MailEvent]] = {item_id: [] for item_id in item_ids}
    statement = select(MailEvent).where(MailEvent.item_id.in_(item_ids)).order_by(MailEvent.number)
    for event in session.scalars(statement):
        found[event.item_id].append(event)
    return found


def enter_words(session: Session, item: MailItem) -> None:
    """Let the item be found by what stands on it and by its member's name, and by nothing else any more."""
    names = member_names(session, [item.member_id]) if item.member_id is not None else {}
    words = words_of((*names.values(), item.addressee, item.sender))
    session.execute(delete(MailWord).where(MailWord.item_id == item.id))
    if words:
        rows = [{"operator_id": item.operator_id, "item_id": item.id, "word": word} for word in words]
        session.execute(insert(table_of(MailWord)), rows)


def _require_taken(rules: MailRules, new: NewItem) -> None:
    profile = rules.profile
    if new.kind in profile.refused_kinds:
        raise KindRefused(kind=new.kind.value)
    for content in new.contents:
        if content in profile.refused_contents:
            raise KindRefused(kind=content)
