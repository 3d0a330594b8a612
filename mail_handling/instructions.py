"""What a member wants done with an item."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mail_handling.errors import ChoiceNotOffered, InstructionMissing, OwnChoice
from mail_handling.items import go_on, hold_item, require_here
from mail_handling.models import MailItem
from mail_handling.profile import Choice
from mail_handling.rules import MailRules

OWN = (Choice.SCAN, Choice.DISPOSE)
"""Opening and destroying: the member's own word only."""


def instruct(
    session: Session,
    rules: MailRules,
    item_id: int,
    choice: Choice,
    *,
    actor: str,
    by_staff: bool,
    now: datetime,
) -> MailItem:
    """Record what the member wants; it takes the place of what was wanted before, and a disposal has to be confirmed
    once more. Staff write down what a member told them, but for what is the member's own. Raises `OwnChoice`,
    `NotFound`, `NotAssigned`, `AlreadyHandedOver`, `MailNotHere`, `ChoiceNotOffered`."""
    if by_staff and choice in OWN:
        raise OwnChoice
    item = hold_item(session, item_id)
    require_here(item)
    require_offered(rules, choice)
    go_on(session, item, "instructed", by=actor, now=now, as_member=not by_staff, instruction=choice.value)
    return item


def confirm_disposal(
    session: Session, rules: MailRules, item_id: int, *, actor: str, by_staff: bool, now: datetime
) -> MailItem:
    """The member says once more that the item shall be destroyed; from then on it waits for the profile's days.
    Confirming again changes nothing. Raises `OwnChoice` for staff, `NotFound`, `InstructionMissing`, and what tells
    that the item is gone."""
    if by_staff:
        raise OwnChoice
    item = hold_item(session, item_id)
    require_here(item)
    if item.instruction != Choice.DISPOSE:
        raise InstructionMissing(choice=Choice.DISPOSE.value)
    if item.disposable_on is None:
        waiting = timedelta(days=rules.profile.disposal.waiting_days)
        disposable_on = rules.calendar.local_date(now) + waiting
        go_on(session, item, "confirmed", by=actor, now=now, as_member=True, disposable_on=disposable_on)
    return item


def require_offered(rules: MailRules, choice: Choice) -> None:
    """Raises `ChoiceNotOffered`."""
    if choice not in rules.profile.choices:
        raise ChoiceNotOffered(choice=choice.value, allowed=", ".join(rules.profile.choices))
