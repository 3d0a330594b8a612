"""Scenes of the tasks about reservations and the uses that they are charged as."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from coworking.billing import NewUse, RulesOfBilling, record_use, take_back_uses
from coworking.billing.at_once import invoice_at_once
from coworking.billing.cards.models import Card
from coworking.billing.invoice_models import Invoice
from coworking.kit.clock import VirtualClock
from coworking.kit.events import Subscriptions
from coworking.kit.notices import register_templates
from coworking.kit.outbox import Resources, TaskContext
from coworking.membership import close_site
from coworking.reservations import RulesOfReservations, read_texts, release_day
from coworking.reservations.models import Reservation
from coworking.reservations.releasing import release, release_of_member
from tests.factories.membership import NOW
from tests.factories.reservations import ACTOR, SITE, Place, make_place

OCCASION = "reservation:1"
HALF_HOUR = timedelta(minutes=30)


def _place(resources: Resources, session: Session, operator_id: int) -> Place:
    register_templates("coworking.billing")
    read_texts()
    place = make_place(session, "nex")
    assert place.operator_id == operator_id
    session.info.setdefault("subscriptions", Subscriptions())
    resources.provide(RulesOfBilling, RulesOfBilling({operator_id: place.rules.billing}))
    resources.provide(RulesOfReservations, RulesOfReservations({operator_id: place.rules}))
    return place


def _use(place: Place, *, paid_ahead: bool) -> int:
    member = place.member("drop-in", has_card=False)
    span = place.span("2026-06-11 14:00-15:00")
    new = NewUse("drop-in", span.starts_at, span.ends_at, occasion=OCCASION, paid_ahead=paid_ahead)
    record_use(place.session, place.rules.billing, member.id, new, actor=ACTOR, now=NOW)
    return member.id


def queue_card_payment(resources: Resources, session: Session, operator_id: int) -> None:
    """Recording a use that is paid ahead queues it."""
    _use(_place(resources, session, operator_id), paid_ahead=True)


def is_invoiced(session: Session) -> bool:
    return session.scalar(select(func.count()).select_from(Invoice).where(Invoice.kind == "invoice")) == 1


def queue_credit(resources: Resources, session: Session, operator_id: int) -> None:
    """Taking back what is invoiced queues it."""
    place = _place(resources, session, operator_id)
    member_id = _use(place, paid_ahead=False)
    invoice_at_once.run(TaskContext(session, VirtualClock(NOW), operator_id, resources), member_id=member_id)
    take_back_uses(session, place.rules.billing, OCCASION, reason="cancelled", actor=ACTOR, now=NOW)


def is_credited(session: Session) -> bool:
    statement = select(func.count()).select_from(Invoice).where(Invoice.kind == "credit-note")
    return session.scalar(statement) == 1


def _closed(resources: Resources, session: Session, operator_id: int) -> Reservation:
    place = _place(resources, session, operator_id)
    reservation = place.reserve(place.member(), "meeting-room", "2026-06-11 14:00-15:00")
    close_site(session, SITE, reason="fire", actor=ACTOR, now=NOW)
    return reservation


def queue_release(resources: Resources, session: Session, operator_id: int) -> None:
    office_id = _closed(resources, session, operator_id).space.office_id
    release.enqueue(session, operator_id=operator_id, now=NOW, office_id=office_id)


def queue_release_day(resources: Resources, session: Session, operator_id: int) -> None:
    _closed(resources, session, operator_id)
    release_day.enqueue(session, operator_id=operator_id, now=NOW, day="2026-06-10")


def queue_release_of_member(resources: Resources, session: Session, operator_id: int) -> None:
    place = _place(resources, session, operator_id)
    member_id = place.reserve(place.member(), "meeting-room", "2026-06-11 14:00-15:00").member_id
    release_of_member.enqueue(session, operator_id=operator_id, now=NOW, member_id=member_id)


def queue_release_unpaid(resources: Resources, session: Session, operator_id: int) -> None:
    """Reserving what is paid ahead queues it for half an hour later; the card is gone meanwhile."""
    place = _place(resources, session, operator_id)
    place.reserve(place.member("night"), "seat", "2026-06-11 08:00-09:00", now=NOW - HALF_HOUR)
    session.execute(delete(Card))


def is_released(session: Session) -> bool:
    return session.scalars(select(Reservation.status)).all() == ["released"]
