"""A member's card, visit, event at a door and voucher, and a door's computer, for tests of the API's edges."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from coworking.doors.agent.models import DoorAgent
from coworking.doors.models import AccessCard, DoorEvent, DoorVisit, ParkingVoucher
from coworking.membership.models import Member
from tests.factories.membership import NOW

ACTOR = "account:1"


@dataclass(frozen=True)
class DoorIds:
    card_id: int
    voucher_id: int
    door_agent_id: int


def make_doored(session: Session, member: Member) -> DoorIds:
    """The visit is over since an hour."""
    whose = {"operator_id": member.operator_id, "member_id": member.id}
    card = AccessCard(
        **whose,
        kind="ic-card",
        digest=hashlib.sha256(f"card of {member.id}".encode()).digest(),
        issued_at=NOW,
        issued_by=ACTOR,
    )
    visit = DoorVisit(
        **whose,
        office_id=member.office_id,
        entered_at=NOW - timedelta(hours=2),
        is_checked_in=True,
        left_at=NOW - timedelta(hours=1),
        ended_by="exit",
    )
    session.add_all([card, visit])
    session.flush()
    event = DoorEvent(
        **whose,
        office_id=member.office_id,
        visit_id=visit.id,
        act="check-in",
        means="entrance-code",
        allowed=True,
        at=visit.entered_at,
        recorded_at=visit.entered_at,
        recorded_by=ACTOR,
    )
    voucher = ParkingVoucher(
        **whose, visit_id=visit.id, used_minutes=60, voucher_minutes=120, issued_at=NOW, issued_by=ACTOR
    )
    agent = DoorAgent(
        operator_id=member.operator_id,
        name=f"panel of {member.id}",
        doors=["entrance"],
        digest=hashlib.sha256(f"token of {member.id}".encode()).digest(),
        made_at=NOW,
        made_by=ACTOR,
        list_version=0,
        recorded_sequence=0,
    )
    session.add_all([event, voucher, agent])
    session.flush()
    return DoorIds(card_id=card.id, voucher_id=voucher.id, door_agent_id=agent.id)
