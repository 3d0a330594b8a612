"""One of everything that happens in the life of a membership, for tests that walk through all of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from coworking.membership.community.models import (
    Announcement,
    CommunityEvent,
    MemberContent,
    NewsItem,
    SignUp,
)
from coworking.membership.incidents.models import (
    ActivityRecord,
    Breach,
    Damage,
    FaultReport,
    Inquiry,
    LostThing,
    ServiceRefusal,
    ServiceStop,
)
from coworking.membership.models import Member
from tests.factories.membership import NOW, make_member, nex

ACTOR = "account:1"
TODAY = nex().calendar().local_date(NOW)


@dataclass(frozen=True)
class CommunityIds:
    event_id: int
    news_id: int
    content_id: int
    lost_thing_id: int
    damage_id: int
    inquiry_id: int
    fault_id: int
    stop_id: int


def make_event(
    session: Session,
    operator_id: int,
    *,
    capacity: int | None = None,
    price: Decimal = Decimal(0),
) -> CommunityEvent:
    """A week from now, for two hours."""
    starts_at = NOW + timedelta(days=7)
    event = CommunityEvent(
        operator_id=operator_id,
        title_ja="勉強会",
        title_en="Study evening",
        details_ja="読み合わせ",
        details_en="Reading together",
        place="会議室",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        capacity=capacity,
        price=price,
        entered_at=NOW,
    )
    session.add(event)
    session.flush()
    return event


def make_lost_thing(session: Session, member: Member) -> LostThing:
    """Found so long ago that it may be disposed of."""
    lost = LostThing(
        operator_id=member.operator_id,
        member_id=member.id,
        thing="傘",
        place="受付",
        found_on=TODAY - timedelta(days=60),
        kept_until=TODAY - timedelta(days=30),
        recorded_at=NOW,
        recorded_by=ACTOR,
    )
    session.add(lost)
    session.flush()
    return lost


def make_community(session: Session, member: Member) -> CommunityIds:
    """All of it of the member's, who takes part in the event; a company that is a member, too."""
    operator_id = member.operator_id
    member.person.address = "神奈川県横浜市中区1-2-3"
    make_member(session, operator_id, kind="company", name="株式会社例")
    event = make_event(session, operator_id)
    writing = {"title_ja": "題", "title_en": "Title", "body_ja": "文", "body_en": "Text"}
    news = NewsItem(operator_id=operator_id, **writing, published_at=NOW, published_by=ACTOR)
    content = MemberContent(
        operator_id=operator_id, kind="content", **writing, published_at=NOW, published_by=ACTOR
    )
    damage = Damage(
        operator_id=operator_id,
        member_id=member.id,
        what="椅子",
        happened_on=TODAY,
        reported_at=NOW,
        reported_by=ACTOR,
    )
    inquiry = Inquiry(
        operator_id=operator_id, member_id=member.id, category="other", question="質問", asked_at=NOW
    )
    fault = FaultReport(
        operator_id=operator_id,
        member_id=member.id,
        kind="fault",
        what="故障",
        place="受付",
        reported_at=NOW,
        reported_by=ACTOR,
    )
    stop = ServiceStop(
        operator_id=operator_id,
        what_ja="会議室",
        what_en="The meeting room",
        reason_ja="故障",
        reason_en="A breakdown",
        starts_at=NOW,
        logged_at=NOW,
        logged_by=ACTOR,
    )
    session.add_all([news, content, damage, inquiry, fault, stop, _announcement(operator_id)])
    session.add_all(_records(member))
    session.add(_sign_up(event.id, member))
    session.flush()
    return CommunityIds(
        event_id=event.id,
        news_id=news.id,
        content_id=content.id,
        lost_thing_id=make_lost_thing(session, member).id,
        damage_id=damage.id,
        inquiry_id=inquiry.id,
        fault_id=fault.id,
        stop_id=stop.id,
    )


def _announcement(operator_id: int) -> Announcement:
    return Announcement(
        operator_id=operator_id,
        kind="notice",
        is_important=False,
        subject_ja="題",
        subject_en="Title",
        body_ja="文",
        body_en="Text",
        announced_at=NOW,
        announced_by=ACTOR,
        told_up_to_id=0,
        told=0,
        finished_at=NOW,
    )


def _records(member: Member) -> list[Breach | ServiceRefusal | ActivityRecord]:
    whose = {"operator_id": member.operator_id, "member_id": member.id}
    return [
        Breach(
            **whose,
            kind="mass-mail",
            happened_on=TODAY,
            evidence="記録",
            recorded_at=NOW,
            recorded_by=ACTOR,
        ),
        ServiceRefusal(**whose, reason="breach", refused_at=NOW, refused_by=ACTOR),
        ActivityRecord(**whose, note="記録", seen_at=NOW, recorded_at=NOW, recorded_by=ACTOR),
    ]


def _sign_up(event_id: int, member: Member) -> SignUp:
    return SignUp(
        operator_id=member.operator_id,
        event_id=event_id,
        member_id=member.id,
        price=Decimal(0),
        signed_up_at=NOW,
    )
