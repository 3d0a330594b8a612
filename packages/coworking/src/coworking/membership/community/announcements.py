"""Announcements to all members or to those of a group (JSUG-09, JSUG-14, JSUG-17, NET-25).

Each copy is a notice of its own, on record with the time it was sent, which counts as its arrival (NET-19).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import Language
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.notices import notify
from coworking.kit.outbox import TaskContext, task
from coworking.membership.community.errors import NewsletterNotImportant
from coworking.membership.community.groups import require_groups
from coworking.membership.community.models import Announcement, AnnouncementCopy, GroupPick, Preference
from coworking.membership.community.preferences import STANDING
from coworking.membership.models import Member
from coworking.membership.profile import MembershipProfile
from coworking.membership.rules import RulesOfMembers
from coworking.membership.texts import BilingualText

MEMBERS_A_BATCH = 100

Kind = Literal["notice", "newsletter"]


@dataclass(frozen=True, slots=True)
class NewAnnouncement:
    """`group` is None for all. An important one goes to members in their own right, a company's to its representative,
    and not to those who belong to a company."""

    kind: Kind
    subject: BilingualText
    body: BilingualText
    group: str | None = None
    is_important: bool = False


def announce(
    session: Session,
    profile: MembershipProfile,
    new: NewAnnouncement,
    *,
    operator_id: int,
    actor: str,
    now: datetime,
) -> Announcement:
    """Queue it for everybody whom it is for. Raises `GroupUnknown`, `NewsletterNotImportant`."""
    if new.group is not None:
        require_groups(session, profile, [new.group])
    if new.is_important and new.kind == "newsletter":
        raise NewsletterNotImportant
    row = Announcement(
        operator_id=operator_id,
        kind=new.kind,
        group_name=new.group,
        is_important=new.is_important,
        subject_ja=new.subject.ja,
        subject_en=new.subject.en,
        body_ja=new.body.ja,
        body_en=new.body.en,
        announced_at=now,
        announced_by=actor,
        told_up_to_id=0,
        told=0,
    )
    session.add(row)
    session.flush()
    record(
        session,
        operator_id=operator_id,
        at=now,
        actor=actor,
        action="announcement.made",
        subject=f"announcement:{row.id}",
        details={"kind": new.kind, "group": new.group, "important": new.is_important},
    )
    deliver_announcement.enqueue(session, operator_id=operator_id, now=now, announcement_id=row.id)
    return row


@task("membership.deliver-announcement")
def deliver_announcement(context: TaskContext, *, announcement_id: int) -> None:
    """Write the next batch of copies; what stands on the announcement says where it goes on."""
    session, now = context.session, context.clock.now()
    announcement = session.get(Announcement, announcement_id, with_for_update=True)
    if announcement is None or announcement.finished_at is not None:
        return
    company_plans: frozenset[str] = frozenset()
    if announcement.is_important:
        plans = context.resource(RulesOfMembers)[announcement.operator_id].profile.plans
        company_plans = frozenset(name for name, plan in plans.items() if plan.of_company)
    members = _next_members(session, announcement, company_plans)
    for member in members:
        _write(session, announcement, member, now)
    announcement.told += len(members)
    if len(members) < MEMBERS_A_BATCH:
        announcement.finished_at = now
        return
    announcement.told_up_to_id = members[-1].id
    deliver_announcement.enqueue(
        session, operator_id=announcement.operator_id, now=now, announcement_id=announcement_id
    )


def _next_members(
    session: Session, announcement: Announcement, left_out_plans: frozenset[str]
) -> Sequence[Member]:
    statement = (
        select(Member)
        .outerjoin(Preference, Preference.member_id == Member.id)
        .where(
            Member.id > announcement.told_up_to_id,
            Member.created_at <= announcement.announced_at,
            Member.status.in_(STANDING),
            Member.plan.not_in(left_out_plans),
        )
    )
    if announcement.kind == "newsletter":
        statement = statement.where(func.coalesce(Preference.newsletters, True))
    if announcement.group_name is not None:
        statement = statement.join(GroupPick, GroupPick.member_id == Member.id).where(
            GroupPick.group_name == announcement.group_name
        )
    return session.scalars(statement.order_by(Member.id).limit(MEMBERS_A_BATCH)).all()


def _write(session: Session, announcement: Announcement, member: Member, now: datetime) -> None:
    in_japanese = member.person.language == "ja"
    notice = notify(
        session,
        operator_id=announcement.operator_id,
        now=now,
        recipient=f"member:{member.id}",
        address=member.person.email,
        kind=announcement.kind,
        language=cast("Language", member.person.language),
        member=member.name,
        subject=announcement.subject_ja if in_japanese else announcement.subject_en,
        body=announcement.body_ja if in_japanese else announcement.body_en,
    )
    session.add(
        AnnouncementCopy(
            announcement_id=announcement.id,
            member_id=member.id,
            operator_id=announcement.operator_id,
            notice_id=notice.id,
        )
    )


def list_announcements(
    session: Session,
    *,
    kind: str | None,
    group: str | None,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[Announcement]:
    statement = listing.part(select(Announcement), Announcement.id, after_id, limit)
    if kind is not None:
        statement = statement.where(Announcement.kind == kind)
    if group is not None:
        statement = statement.where(Announcement.group_name == group)
    return session.scalars(statement).all()
