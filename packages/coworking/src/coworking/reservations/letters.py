"""What members are told of their reservations."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

from sqlalchemy.orm import Session

from coworking.kit.errors import Language
from coworking.kit.notices import notify, register_templates
from coworking.membership import facts
from coworking.reservations.models import Reservation
from coworking.reservations.rules import ReservationRules


def read_texts() -> None:
    register_templates("coworking.reservations")


def tell_member(
    session: Session,
    rules: ReservationRules,
    reservation: Reservation,
    kind: Literal["reservation-released", "reservation-unpaid"],
    now: datetime,
) -> None:
    """That it is released, and why."""
    member = facts(session, reservation.member_id)
    language = cast("Language", member.language)
    local = rules.calendar.local(reservation.starts_at)
    name = reservation.space.name
    space = rules.profile.spaces.get(name)
    notify(
        session,
        operator_id=reservation.operator_id,
        now=now,
        recipient=f"member:{member.id}",
        address=member.email,
        kind=kind,
        language=language,
        operator=rules.billing.operator_title.spoken(language),
        member=member.name,
        space=space.title.spoken(language) if space is not None else name,
        starts_at=f"{local:%Y-%m-%d %H:%M}",
    )
