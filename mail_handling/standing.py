"""Standing instructions: what a member wants done with items as they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.membership import hold_member
from mail_handling.errors import OwnChoice, RuleEmpty, SenderEmpty, TooManyRules
from mail_handling.instructions import OWN, require_offered
from mail_handling.items import RULES, go_on
from mail_handling.letters import write
from mail_handling.models import MailItem, StandingInstruction
from mail_handling.profile import Choice, MailKind
from mail_handling.rules import MailRules
from mail_handling.storage import warning_day
from mail_handling.words import beginning

MOST_RULES: Final = 50
"""That one member has at once."""


@dataclass(frozen=True, slots=True)
class NewStanding:
    """`sender` is how the sender's name begins; `weekday` (0 is Monday) that of arrival."""

    choice: Choice
    sender: str | None = None
    kind: MailKind | None = None
    weekday: int | None = None
    after_days: int | None = None
    before_storage: bool = False


def give_standing(
    session: Session,
    rules: MailRules,
    member_id: int,
    new: NewStanding,
    *,
    actor: str,
    by_staff: bool,
    now: datetime,
) -> StandingInstruction:
    """For items that have no instruction yet. Staff write down what a member told them, but for what is the member's
    own. Raises `OwnChoice`, `NotFound`, `ChoiceNotOffered`, `RuleEmpty`, `SenderEmpty`,
    `TooManyRules`."""
    if by_staff and new.choice in OWN:
        raise OwnChoice
    member = hold_member(session, member_id)
    require_offered(rules, new.choice)
    if new.before_storage and new.after_days is not None:
        raise RuleEmpty
    if new.sender is not None and not beginning(new.sender):
        raise SenderEmpty
    if len(standing_of(session, member_id)) >= MOST_RULES:
        raise TooManyRules(most=MOST_RULES)
    standing = StandingInstruction(
        operator_id=member.operator_id,
        member_id=member_id,
        choice=new.choice.value,
        sender=new.sender,
        kind=new.kind.value if new.kind is not None else None,
        weekday=new.weekday,
        after_days=new.after_days,
        before_storage=new.before_storage,
        given_at=now,
        given_by=actor,
    )
    session.add(standing)
    session.flush()
    _record(session, standing, "mail.standing-instruction-given", actor, now)
    return standing


def end_standing(
    session: Session, standing_id: int, *, own_member_id: int | None, actor: str, now: datetime
) -> StandingInstruction:
    """What it has brought stays. Ending it again changes nothing. `own_member_id` is None for staff. Raises
    `NotFound`."""
    standing = session.get(StandingInstruction, standing_id, with_for_update=True)
    if standing is None or own_member_id not in {None, standing.member_id}:
        raise NotFound
    if standing.ended_at is None:
        standing.ended_at = now
        _record(session, standing, "mail.standing-instruction-ended", actor, now)
        session.flush()
    return standing


def standing_of(session: Session, member_id: int) -> Sequence[StandingInstruction]:
    """Those that hold, in the order in which they were given."""
    return session.scalars(
        select(StandingInstruction)
        .where(StandingInstruction.member_id == member_id, StandingInstruction.ended_at.is_(None))
        .order_by(StandingInstruction.id)
    ).all()


def apply_standing(session: Session, rules: MailRules, item: MailItem, now: datetime) -> None:
    """The first standing instruction that fits an item, which is held and has no instruction, is its instruction. A
    disposal still has to be confirmed, which the member is asked for."""
    if item.instruction is not None or item.member_id is None:
        return
    today = rules.calendar.local_date(now)
    fitting = (one for one in standing_of(session, item.member_id) if fits(rules, one, item, today))
    standing = next(fitting, None)
    if standing is None:
        return
    via = f"standing:{standing.id}"
    go_on(session, item, "instructed", by=RULES, now=now, instruction=standing.choice, via=via)
    if standing.choice == Choice.DISPOSE:
        write(session, item.member_id, "mail-disposal-to-confirm", now, number=item.id)


def fits(rules: MailRules, standing: StandingInstruction, item: MailItem, today: date) -> bool:
    """Whether it holds for the item on this local day."""
    if standing.kind is not None and standing.kind != item.kind:
        return False
    if standing.weekday is not None and standing.weekday != item.received_on.weekday():
        return False
    if standing.sender is not None and not beginning(item.sender or "").startswith(
        beginning(standing.sender)
    ):
        return False
    if standing.after_days is not None:
        return (today - item.received_on).days >= standing.after_days
    if standing.before_storage:
        storage = rules.profile.storage
        return storage is not None and today >= warning_day(storage, item.received_on)
    return True


def _record(session: Session, standing: StandingInstruction, action: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=standing.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"member:{standing.member_id}",
        details={"standing": standing.id, "choice": standing.choice},
    )
