"""The spaces of the profile as rows."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound
from coworking.membership import offices_of
from coworking.reservations.models import SpaceRow
from coworking.reservations.profile import ReservationsProfile


def enter_spaces(session: Session, operator_id: int, profile: ReservationsProfile) -> None:
    """Enter the profile's spaces; one that stands already moves to the profile's site."""
    offices = offices_of(session)
    for name, space in profile.spaces.items():
        row = insert(SpaceRow).values(operator_id=operator_id, office_id=offices[space.site], name=name)
        session.execute(
            row.on_conflict_do_update(
                index_elements=["operator_id", "name"], set_={"office_id": row.excluded.office_id}
            )
        )


def space_row(session: Session, profile: ReservationsProfile, name: str) -> SpaceRow:
    """Raises `NotFound` for a name that the profile does not have."""
    row = session.scalar(select(SpaceRow).where(SpaceRow.name == name)) if name in profile.spaces else None
    if row is None:
        raise NotFound
    return row
