"""Scenes of the tasks of announcements and events."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.notices import Notice
from coworking.kit.outbox import Resources
from coworking.membership import MemberRules, RulesOfMembers
from coworking.membership.applications import read_texts
from coworking.membership.community.announcements import NewAnnouncement, announce
from coworking.membership.community.community_events import call_off
from coworking.membership.community.models import Announcement, SignUp
from coworking.membership.texts import BilingualText
from tests.factories.community import ACTOR, make_event
from tests.factories.membership import NOW, make_member, nex


def queue_announcement(session: Session, operator_id: int) -> None:
    read_texts()
    make_member(session, operator_id)
    text = BilingualText("総会のご案内", "The general meeting")
    new = NewAnnouncement("notice", text, text)
    announce(session, nex().membership, new, operator_id=operator_id, actor=ACTOR, now=NOW)


def is_announced(session: Session) -> bool:
    made = session.scalars(select(Announcement)).one()
    notice = session.scalars(select(Notice).where(Notice.kind == "notice")).one()
    return made.told == 1 and made.finished_at == NOW and notice.sent_at == NOW


def queue_call_off(resources: Resources, session: Session, operator_id: int) -> None:
    read_texts()
    rules = MemberRules(nex().membership, nex().calendar())
    resources.provide(RulesOfMembers, RulesOfMembers({operator_id: rules}))
    member = make_member(session, operator_id)
    event = make_event(session, operator_id)
    session.add(
        SignUp(
            operator_id=operator_id,
            event_id=event.id,
            member_id=member.id,
            price=Decimal(0),
            signed_up_at=NOW,
        )
    )
    session.flush()
    call_off(session, event.id, actor=ACTOR, now=NOW)


def is_called_off(session: Session) -> bool:
    told = session.scalars(select(Notice).where(Notice.kind == "event-called-off")).one()
    return session.scalars(select(SignUp.cancelled_at)).one() == NOW and told.sent_at == NOW
