"""What doors know of reservations, and reservations of visits; neither package imports the other."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from coworking.billing import CardRegistered
from coworking.doors import ReservedTime, ReservedTimes, VisitBegun
from coworking.kit.events import Subscriptions
from coworking.membership import MemberEnded, SiteClosed, TimeSpan
from coworking.reservations import (
    charge_once_more,
    mark_used,
    release_closed_site,
    release_ended_member,
    reserved_times,
)


def reserved_times_for_doors() -> ReservedTimes:
    return ReservedTimes(_reserved)


def hear_of_reservations(subscriptions: Subscriptions) -> None:
    def visit_begun(session: Session, told: VisitBegun) -> None:
        if told.reservation_id is not None:
            mark_used(session, told.reservation_id, told.at)

    def card_registered(session: Session, told: CardRegistered) -> None:
        charge_once_more(session, told.member_id, told.at)

    subscriptions.subscribe(VisitBegun, visit_begun)
    subscriptions.subscribe(CardRegistered, card_registered)
    subscriptions.subscribe(SiteClosed, release_closed_site)
    subscriptions.subscribe(MemberEnded, release_ended_member)


def _reserved(session: Session, member_id: int, office_id: int, wanted: TimeSpan) -> Sequence[ReservedTime]:
    return [
        ReservedTime(
            one.starts_at,
            one.ends_at,
            reservation_id=one.reservation_id,
            is_paid=one.is_paid,
            covers_use=one.covers_use,
            guests=one.guests,
        )
        for one in reserved_times(session, member_id, office_id, wanted)
    ]
