"""What staff do on an instruction: opening and scanning, destroying, sending back; and moving an item."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from coworking.billing import charge_once
from mail_handling.errors import DisposalNotConfirmed, DisposalTooEarly, InstructionMissing
from mail_handling.items import RULES, go_on, hold_item, require_here
from mail_handling.letters import write
from mail_handling.models import MailItem
from mail_handling.profile import Choice
from mail_handling.rules import MailRules

SCAN_FEE = "mail-scan"


def require_scan_wanted(session: Session, item_id: int) -> MailItem:
    """The item, held, which the member wants opened and scanned. Raises `NotFound`, `InstructionMissing`, and what
    tells that the item is gone."""
    item = hold_item(session, item_id)
    require_here(item)
    if item.instruction != Choice.SCAN:
        raise InstructionMissing(choice=Choice.SCAN.value)
    return item


def record_scan(session: Session, rules: MailRules, item_id: int, *, actor: str, now: datetime) -> MailItem:
    """The item was opened and scanned: the member is told, and charged where scans have a price. Raises what
    `require_scan_wanted` raises."""
    item = require_scan_wanted(session, item_id)
    assert item.member_id is not None
    event = go_on(session, item, "scanned", by=actor, now=now)
    charge_once(
        session,
        rules.billing,
        item.member_id,
        SCAN_FEE,
        key=f"mail:{item.id}:scan:{event.number}",
        service_on=rules.calendar.local_date(now),
        now=now,
    )
    write(session, item.member_id, "mail-scanned", now, number=item.id, link=rules.item_url(item.id))
    return item


def dispose(session: Session, rules: MailRules, item_id: int, *, actor: str, now: datetime) -> MailItem:
    """Destroy an item: on the member's instruction, confirmed once more, when its waiting days are over; or because the
    rules say so after the end of a membership. Raises `NotFound`, `InstructionMissing`, `DisposalNotConfirmed`,
    `DisposalTooEarly`, and what tells that the item is gone."""
    item = hold_item(session, item_id)
    require_here(item)
    assert item.member_id is not None
    if item.instruction != Choice.DISPOSE:
        raise InstructionMissing(choice=Choice.DISPOSE.value)
    if item.disposable_on is None:
        raise DisposalNotConfirmed
    if rules.calendar.local_date(now) < item.disposable_on:
        raise DisposalTooEarly(disposable_on=item.disposable_on.isoformat())
    is_own = item.instructed_by != RULES
    go_on(session, item, "disposed", by=actor, now=now)
    if is_own:
        write(session, item.member_id, "mail-disposed", now, number=item.id)
    return item


def send_back(session: Session, item_id: int, *, actor: str, now: datetime) -> MailItem:
    """Return an item to its sender: one that is nobody's, or on an instruction. Raises `NotFound`,
    `InstructionMissing`, and what tells that the item is gone."""
    item = hold_item(session, item_id)
    if item.status != "unassigned":
        require_here(item)
        if item.instruction != Choice.RETURN:
            raise InstructionMissing(choice=Choice.RETURN.value)
    go_on(session, item, "returned", by=actor, now=now)
    return item


def move(session: Session, item_id: int, location: str, *, actor: str, now: datetime) -> MailItem:
    """To another shelf. Raises `NotFound`, and what tells that the item is gone."""
    item = hold_item(session, item_id)
    if item.status != "unassigned":
        require_here(item)
    go_on(session, item, "moved", by=actor, now=now, location=location)
    return item
