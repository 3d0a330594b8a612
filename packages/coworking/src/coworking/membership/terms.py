"""The days of a member's plans, options and pauses on record: beginning, cutting off, and what stands on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound
from coworking.membership.contract_models import OptionTerm, Pause, PlanTerm
from coworking.membership.deadlines import day_before
from coworking.membership.models import Member

T = TypeVar("T", PlanTerm, OptionTerm, Pause)


def held(session: Session, member_id: int) -> Member:
    """The member, whose row stays locked until this transaction ends. Raises `NotFound`."""
    member = session.scalar(select(Member).where(Member.id == member_id).with_for_update(of=Member))
    if member is None:
        raise NotFound
    return member


def terms_of(session: Session, model: type[T], member_id: int) -> Sequence[T]:
    """In the order of their days."""
    statement = select(model).where(model.member_id == member_id).order_by(model.starts_on, model.id)
    return session.scalars(statement).all()


def standing(terms: Sequence[T], day: date) -> list[T]:
    """Those that hold on a day, or begin later."""
    return [term for term in terms if term.ends_on is None or term.ends_on >= day]


def on_day(terms: Sequence[T], day: date) -> list[T]:
    return [term for term in standing(terms, day) if term.starts_on <= day]


def begin_plan(session: Session, member: Member, plan: str, starts_on: date, asked_at: datetime) -> PlanTerm:
    """The member is on this plan from `starts_on` until the membership ends; what was agreed for later days falls
    away."""
    cut_off(session, PlanTerm, member.id, day_before(starts_on))
    term = PlanTerm(
        operator_id=member.operator_id,
        member_id=member.id,
        plan=plan,
        starts_on=starts_on,
        ends_on=member.ends_on,
        asked_at=asked_at,
    )
    session.add(term)
    session.flush()
    return term


def cut_off(session: Session, model: type[T], member_id: int, last_day: date) -> None:
    """Nothing of it stands after `last_day`; what would have begun later is gone."""
    for term in standing(terms_of(session, model, member_id), last_day):
        cut_term(session, term, last_day)
    session.flush()


def cut_all_off(session: Session, member_id: int, last_day: date) -> None:
    """No plan, option or pause stands after `last_day`."""
    cut_off(session, PlanTerm, member_id, last_day)
    cut_off(session, OptionTerm, member_id, last_day)
    cut_off(session, Pause, member_id, last_day)


def cut_term(session: Session, term: T, last_day: date) -> None:
    if term.starts_on > last_day:
        session.delete(term)
    elif term.ends_on is None or term.ends_on > last_day:
        term.ends_on = last_day
