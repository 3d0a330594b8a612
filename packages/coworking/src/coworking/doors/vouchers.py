"""Car-park vouchers by the time of use (NET-08)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.doors.errors import NotInside, NoVoucher, VoucherIssued, VouchersNotOffered
from coworking.doors.models import DoorVisit, ParkingVoucher
from coworking.doors.profile import VoucherStep
from coworking.doors.rules import DoorRules
from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership import hold_member

MINUTE = timedelta(minutes=1)


def voucher_minutes(steps: Sequence[VoucherStep], used_minutes: int) -> int | None:
    """The minutes of the voucher for so many minutes of use, by the last step that they reach; None: there is none."""
    reached = [step.voucher_minutes for step in steps if used_minutes >= step.from_minutes]
    return reached[-1] if reached else None


def issue_voucher(
    session: Session,
    rules: DoorRules,
    member_id: int | None,
    used_minutes: int | None,
    *,
    actor: str,
    now: datetime,
) -> ParkingVoucher:
    """Hand out a voucher for the member's visit of today, planned time counted, or for the minutes that reception
    names; who is no member has only the latter. Raises `NotFound`, `VouchersNotOffered`, `NotInside`, `NoVoucher`,
    `VoucherIssued`."""
    if not rules.profile.vouchers:
        raise VouchersNotOffered
    operator_id: int = session.info["operator_id"]
    visit = None
    if member_id is not None:
        hold_member(session, member_id)
        visit = _visit_of_today(session, rules, member_id, now)
    if used_minutes is None:
        if visit is None:
            raise NotInside
        used_minutes = _minutes_used(visit, now)
    minutes = voucher_minutes(rules.profile.vouchers, used_minutes)
    if minutes is None:
        raise NoVoucher(least=rules.profile.vouchers[0].from_minutes)
    if visit is not None and _issued_for(session, visit.id):
        raise VoucherIssued
    voucher = ParkingVoucher(
        operator_id=operator_id,
        member_id=member_id,
        visit_id=visit.id if visit is not None else None,
        used_minutes=used_minutes,
        voucher_minutes=minutes,
        issued_at=now,
        issued_by=actor,
    )
    session.add(voucher)
    session.flush()
    record(
        session,
        operator_id=operator_id,
        at=now,
        actor=actor,
        action="voucher.issued",
        subject=f"voucher:{voucher.id}",
        details={"minutes": minutes},
    )
    return voucher


def get_voucher(session: Session, voucher_id: int) -> ParkingVoucher:
    """Raises `NotFound`."""
    voucher = session.get(ParkingVoucher, voucher_id)
    if voucher is None:
        raise NotFound
    return voucher


def list_vouchers(
    session: Session, *, member_id: int | None, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[ParkingVoucher]:
    statement = listing.part(select(ParkingVoucher), ParkingVoucher.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(ParkingVoucher.member_id == member_id)
    return session.scalars(statement).all()


def _issued_for(session: Session, visit_id: int) -> bool:
    found = session.scalar(select(ParkingVoucher.id).where(ParkingVoucher.visit_id == visit_id))
    return found is not None


def _minutes_used(visit: DoorVisit, now: datetime) -> int:
    """From the entry to the exit, or for who is still in until the planned end where that is later."""
    until = visit.left_at or max(now, visit.planned_until or now)
    return (until - visit.entered_at) // MINUTE


def _visit_of_today(session: Session, rules: DoorRules, member_id: int, now: datetime) -> DoorVisit | None:
    latest = session.scalar(
        select(DoorVisit).where(DoorVisit.member_id == member_id).order_by(DoorVisit.id.desc()).limit(1)
    )
    calendar = rules.calendar
    if latest is None or calendar.local_date(latest.entered_at) != calendar.local_date(now):
        return None
    return latest
