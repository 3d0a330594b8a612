"""Closing a place in an emergency, and opening it again (SAK-37)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.events import tell
from coworking.membership.events import SiteClosed, SiteOpened
from coworking.membership.models import Office
from coworking.membership.site_models import SiteClosure

LASTING = select(SiteClosure).where(
    SiteClosure.office_id == bindparam("office_id"), SiteClosure.opened_at.is_(None)
)
"""Built once: every entry asks it."""


def close_site(session: Session, site: str, *, reason: str, actor: str, now: datetime) -> SiteClosure:
    """Close the place that the profile names so; one that is closed stays so, with its first reason. Raises
    `NotFound`."""
    office = _held(session, site)
    closure = closure_of(session, office.id)
    if closure is not None:
        return closure
    closure = SiteClosure(
        operator_id=office.operator_id, office_id=office.id, reason=reason, closed_at=now, closed_by=actor
    )
    session.add(closure)
    session.flush()
    _record(session, office, "site.closed", actor, now, {"reason": reason})
    tell(session, SiteClosed(office.id, reason, now))
    return closure


def open_site(session: Session, site: str, *, actor: str, now: datetime) -> None:
    """Nothing changes at a place that is open. Raises `NotFound`."""
    office = _held(session, site)
    closure = closure_of(session, office.id)
    if closure is None:
        return
    closure.opened_at = max(now, closure.closed_at)
    closure.opened_by = actor
    session.flush()
    _record(session, office, "site.opened", actor, now, {})
    tell(session, SiteOpened(office.id, now))


def closure_of(session: Session, office_id: int) -> SiteClosure | None:
    """The emergency for which the place is closed now, if it is."""
    return session.scalar(LASTING, {"office_id": office_id})


def _held(session: Session, site: str) -> Office:
    office = session.scalar(select(Office).where(Office.name == site).with_for_update())
    if office is None:
        raise NotFound
    return office


def _record(
    session: Session, office: Office, action: str, actor: str, now: datetime, details: dict[str, str]
) -> None:
    record(
        session,
        operator_id=office.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"office:{office.id}",
        details=details,
    )
