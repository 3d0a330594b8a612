"""Who is there now, who was there when, and what staff saw at the door (SAK-34)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.doors.door_log import Attempt, write_event
from coworking.doors.models import Arrival, DoorEvent, DoorVisit
from coworking.doors.profile import Means
from coworking.doors.rules import DoorRules
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing, require_span
from coworking.membership import hold_member, offices_of, report_breach

Seen = Literal["lets-in-others", "lends-account"]


@dataclass(frozen=True, slots=True)
class Occupancy:
    """People, guests among them."""

    site: str
    people: int
    visits: int


def occupancy(session: Session, rules: DoorRules) -> list[Occupancy]:
    """Of every place with doors, in the order of the profile."""
    counted = {
        office_id: (people, visits)
        for office_id, people, visits in session.execute(
            select(DoorVisit.office_id, func.sum(Arrival.people), func.count(DoorVisit.id.distinct()))
            .join(Arrival, Arrival.visit_id == DoorVisit.id)
            .where(DoorVisit.left_at.is_(None))
            .group_by(DoorVisit.office_id)
        )
    }
    offices = offices_of(session)
    found = {site: counted.get(offices[site], (0, 0)) for site in rules.sites()}
    return [Occupancy(site, int(people), visits) for site, (people, visits) in found.items()]


def list_visits(
    session: Session,
    *,
    member_id: int | None = None,
    is_inside: bool | None = None,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
    after_id: int = 0,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[DoorVisit]:
    """Those that were begun in [from_at, until_at). Raises `EndsBeforeItStarts`."""
    require_span(from_at, until_at)
    statement = listing.part(select(DoorVisit), DoorVisit.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(DoorVisit.member_id == member_id)
    if is_inside is not None:
        statement = statement.where(DoorVisit.left_at.is_(None) == is_inside)
    if from_at is not None:
        statement = statement.where(DoorVisit.entered_at >= from_at)
    if until_at is not None:
        statement = statement.where(DoorVisit.entered_at < until_at)
    return session.scalars(statement).all()


def people_of(session: Session, visit_ids: Sequence[int]) -> dict[int, int]:
    """How many came, by visit."""
    rows = session.execute(
        select(Arrival.visit_id, func.sum(Arrival.people))
        .where(Arrival.visit_id.in_(visit_ids))
        .group_by(Arrival.visit_id)
    )
    return {visit_id: int(people) for visit_id, people in rows}


def record_seen(
    session: Session,
    rules: DoorRules,
    member_id: int,
    office_id: int,
    what: Seen,
    evidence: str,
    *,
    actor: str,
    now: datetime,
) -> DoorEvent:
    """Staff confirm that somebody was let in along or that an account or card was lent: on record at the door, and as a
    breach of the member. Raises `NotFound`, `BreachKindUnknown` where the operator has no such kind."""
    hold_member(session, member_id)
    today: date = rules.calendar.local_date(now)
    report_breach(
        session,
        rules.membership,
        member_id,
        kind=what,
        happened_on=today,
        evidence=evidence,
        today=today,
        actor=actor,
        now=now,
    )
    attempt = Attempt(member_id, office_id, Means.RECEPTION, actor, now)
    return write_event(session, attempt, "seen", allowed=False, reason=what, now=now)


def office_at(session: Session, rules: DoorRules, site: str | None) -> int:
    """The id of a place with doors; None names the operator's first. Raises `NotFound`."""
    wanted = site or rules.sites()[0]
    if wanted not in rules.sites():
        raise NotFound
    return offices_of(session)[wanted]
