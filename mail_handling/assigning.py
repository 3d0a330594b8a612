"""Whose an item is: people say so, and anybody can say that it is not theirs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from coworking.membership import names_paid_under
from mail_handling.entitlement import require_mail
from mail_handling.errors import AlreadyAssigned, NotAssigned
from mail_handling.items import RULES, enter_words, go_on, hold_item, require_here
from mail_handling.letters import write
from mail_handling.models import MailItem
from mail_handling.rules import MailRules
from mail_handling.standing import apply_standing
from mail_handling.storage import settled_through
from mail_handling.words import beginning


def assign(
    session: Session, rules: MailRules, item_id: int, member_id: int, *, actor: str, now: datetime
) -> MailItem:
    """The item is this member's, who is told; a standing instruction that fits holds at once. Saying it again changes
    nothing. Raises `NotFound`, `AlreadyAssigned`, what tells that the item is gone, and what `require_mail` raises."""
    item = hold_item(session, item_id)
    if item.status != "unassigned":
        require_here(item)
        if item.member_id != member_id:
            raise AlreadyAssigned
        return item
    today = rules.calendar.local_date(now)
    require_mail(session, rules, member_id, today)
    storage = rules.profile.storage
    item.warned_on = None
    item.charged_through = settled_through(storage, item.received_on, today) if storage is not None else None
    go_on(session, item, "assigned", by=actor, now=now, member_id=member_id)
    enter_words(session, item)
    write(
        session,
        member_id,
        "mail-arrived",
        now,
        item_kind=item.kind,
        received_on=item.received_on.isoformat(),
        number=item.id,
    )
    go_on(session, item, "noticed", by=RULES, now=now)
    apply_standing(session, rules, item, now)
    return item


def put_back(session: Session, item_id: int, *, actor: str, by_staff: bool, now: datetime) -> MailItem:
    """The item is not the member's: it is back in the queue, without instructions. Raises `NotFound`, `NotAssigned`,
    `AlreadyHandedOver`, `MailNotHere`."""
    item = hold_item(session, item_id)
    if item.status == "unassigned":
        raise NotAssigned
    require_here(item, also=("distributed",))
    go_on(session, item, "put-back", by=actor, now=now, as_member=not by_staff)
    enter_words(session, item)
    return item


def members_named(session: Session, name: str) -> list[int]:
    """Members, by id, one of whose names or readings is exactly this one, however it is written: whoever confirms an
    item's member picks among them."""
    wanted = beginning(name)
    return [
        member_id
        for member_id, names in names_paid_under(session).items()
        if wanted and any(beginning(each) == wanted for each in names)
    ]
