"""Exit cases: what has to be seen to when a member leaves, each step with its evidence and its day (SAK-13, SAK-14)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound, ValidationFailed
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership import contract_of, facts, hold_member, release_address
from virtual_office.errors import ItemDone
from virtual_office.letters import write_to_member
from virtual_office.models import ExitCase, ExitItem
from virtual_office.registrations import end_registrations, live_registration
from virtual_office.rules import AddressRules

Reason = Literal["leaving", "ended", "option-dropped"]
MOVED = "registration-moved"


def open_case(
    session: Session,
    rules: AddressRules,
    member_id: int,
    reason: Reason,
    leaves_on: date,
    *,
    now: datetime,
) -> ExitCase | None:
    """The list of what is to be seen to; None for a member who had nothing of the address. A case that is open already
    is the one, with the earlier of the days."""
    member = facts(session, member_id)
    uses = rules.uses_on(contract_of(session, member_id), leaves_on)
    has_to_move = _is_registered(session, rules, member_id) or any(
        rules.is_charged_until_moved(rules.use(use)) for use in uses
    )
    if not uses and not has_to_move:
        return None
    case = open_case_of(session, member_id)
    if case is not None:
        case.leaves_on = min(case.leaves_on, leaves_on)
        session.flush()
        return case
    case = ExitCase(
        operator_id=member.operator_id, member_id=member_id, reason=reason, leaves_on=leaves_on, opened_at=now
    )
    session.add(case)
    session.flush()
    steps = []
    for name, step in rules.profile.exit_steps.items():
        if step.kind == MOVED and not has_to_move:
            continue
        session.add(ExitItem(operator_id=member.operator_id, case_id=case.id, step=name, kind=step.kind))
        steps.append(step.title.spoken(member.language))
    session.flush()
    _record(session, case, "opened", "task", now, reason=reason)
    write_to_member(session, member, "exit-opened", now, leaves_on=leaves_on.isoformat(), steps=steps)
    return case


def settle_step(
    session: Session,
    rules: AddressRules,
    case_id: int,
    step: str,
    evidence: str,
    *,
    done_on: date | None,
    actor: str,
    now: datetime,
) -> ExitCase:
    """Staff have seen that it is done. The proof that a registration has moved ends the fees that go on until then; the
    last step closes the case. Raises `NotFound`, `ItemDone`, `ValidationFailed`."""
    case = case_of(session, case_id)
    hold_member(session, case.member_id)
    item = session.scalar(select(ExitItem).where(ExitItem.case_id == case_id, ExitItem.step == step))
    if item is None:
        raise NotFound
    if item.done_on is not None:
        raise ItemDone(done_on=item.done_on.isoformat())
    today = rules.today(now)
    if done_on is not None and done_on > today:
        raise ValidationFailed([{"field": "done_on", "message": "today or earlier"}])
    _settle(session, case, item, evidence, done_on or today, actor, now)
    if item.kind == MOVED:
        _registration_moved(session, rules, case.member_id, evidence, today, actor=actor, now=now)
    return case


def hear_moved(session: Session, rules: AddressRules, member_id: int, on: date, *, now: datetime) -> None:
    """A proof that the registration has moved came in, here or elsewhere: nothing of it stands any more."""
    end_registrations(session, member_id, _registered_uses(rules), on, actor="task", now=now)
    case = open_case_of(session, member_id)
    item = session.scalar(
        select(ExitItem).where(
            ExitItem.case_id == (case.id if case is not None else 0),
            ExitItem.kind == MOVED,
            ExitItem.done_on.is_(None),
        )
    )
    if case is not None and item is not None:
        _settle(session, case, item, None, on, "task", now)


def open_case_of(session: Session, member_id: int) -> ExitCase | None:
    return session.scalar(
        select(ExitCase).where(ExitCase.member_id == member_id, ExitCase.closed_at.is_(None))
    )


def case_of(session: Session, case_id: int) -> ExitCase:
    """Raises `NotFound`."""
    case = session.get(ExitCase, case_id)
    if case is None:
        raise NotFound
    return case


def items_of(session: Session, case_id: int) -> Sequence[ExitItem]:
    return session.scalars(select(ExitItem).where(ExitItem.case_id == case_id).order_by(ExitItem.id)).all()


def cases(
    session: Session,
    *,
    member_id: int | None,
    is_open: bool | None,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[ExitCase]:
    statement = listing.part(select(ExitCase), ExitCase.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(ExitCase.member_id == member_id)
    if is_open is not None:
        statement = statement.where(ExitCase.closed_at.is_(None) == is_open)
    return session.scalars(statement).all()


def _settle(
    session: Session,
    case: ExitCase,
    item: ExitItem,
    evidence: str | None,
    on: date,
    actor: str,
    now: datetime,
) -> None:
    item.evidence, item.done_on, item.done_by = evidence, on, actor
    session.flush()
    _record(session, case, "step-done", actor, now, step=item.step)
    if all(one.done_on is not None for one in items_of(session, case.id)):
        case.closed_at = now
        session.flush()
        _record(session, case, "closed", actor, now)


def _registration_moved(
    session: Session,
    rules: AddressRules,
    member_id: int,
    proof: str,
    today: date,
    *,
    actor: str,
    now: datetime,
) -> None:
    if any(rules.is_charged_until_moved(rules.use(use)) for use in _registered_uses(rules)):
        release_address(session, rules.membership, member_id, proof, today=today, actor=actor, now=now)
    end_registrations(session, member_id, _registered_uses(rules), today, actor=actor, now=now)


def _is_registered(session: Session, rules: AddressRules, member_id: int) -> bool:
    return any(live_registration(session, member_id, use) is not None for use in _registered_uses(rules))


def _registered_uses(rules: AddressRules) -> list[str]:
    return [name for name, use in rules.profile.uses.items() if use.kind == "company"]


def _record(session: Session, case: ExitCase, action: str, actor: str, now: datetime, **details: str) -> None:
    record(
        session,
        operator_id=case.operator_id,
        at=now,
        actor=actor,
        action=f"exit-case.{action}",
        subject=f"member:{case.member_id}",
        details={"case": case.id, **details},
    )
