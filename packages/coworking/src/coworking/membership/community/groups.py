"""Working groups and regional forums that members pick (JSUG-09, JSUG-10)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.db import violated_constraint
from coworking.kit.profile_fields import Bilingual
from coworking.membership.community.errors import GroupNameTaken, GroupUnknown
from coworking.membership.community.models import Group, GroupPick
from coworking.membership.profile import MembershipProfile

MOST_GROUPS = 200


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """A group of the profile or of staff. `kind` is working-group or regional-forum."""

    name: str
    kind: str
    title: Bilingual
    community_link: str | None


def groups_of(session: Session, profile: MembershipProfile) -> dict[str, OpenGroup]:
    """By name: those of the profile first, then those that staff have opened."""
    groups = {
        name: OpenGroup(name, group.kind, group.title, group.community_link)
        for name, group in profile.community.groups.items()
    }
    for row in session.scalars(select(Group).order_by(Group.id).limit(MOST_GROUPS)):
        title = Bilingual(ja=row.title_ja, en=row.title_en)
        groups.setdefault(row.name, OpenGroup(row.name, row.kind, title, row.community_link))
    return groups


def require_groups(session: Session, profile: MembershipProfile, names: Collection[str]) -> None:
    """Raises `GroupUnknown`."""
    groups = groups_of(session, profile) if names else {}
    for name in names:
        if name not in groups:
            raise GroupUnknown(group=name, allowed=", ".join(groups))


def open_group(
    session: Session,
    profile: MembershipProfile,
    new: OpenGroup,
    *,
    operator_id: int,
    actor: str,
    now: datetime,
) -> OpenGroup:
    """Raises `GroupNameTaken`."""
    if new.name in profile.community.groups:
        raise GroupNameTaken(group=new.name)
    row = Group(
        operator_id=operator_id,
        name=new.name,
        kind=new.kind,
        title_ja=new.title.ja,
        title_en=new.title.en,
        community_link=new.community_link,
        opened_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        if violated_constraint(error) == "uq_member_groups_operator_id_name":
            raise GroupNameTaken(group=new.name) from error
        raise
    record(
        session,
        operator_id=operator_id,
        at=now,
        actor=actor,
        action="group.opened",
        subject=f"group:{row.id}",
        details={"name": new.name, "kind": new.kind},
    )
    return new


def picks_of(session: Session, member_id: int) -> list[str]:
    """Names of the groups that a member has picked."""
    statement = select(GroupPick.group_name).where(GroupPick.member_id == member_id)
    return list(session.scalars(statement.order_by(GroupPick.group_name)))


def pick_groups(
    session: Session, operator_id: int, member_id: int, names: Collection[str], now: datetime
) -> None:
    """From now on the member's groups are these."""
    picked = set(picks_of(session, member_id))
    gone = picked - set(names)
    session.execute(delete(GroupPick).where(GroupPick.member_id == member_id, GroupPick.group_name.in_(gone)))
    session.add_all(
        GroupPick(operator_id=operator_id, member_id=member_id, group_name=name, picked_at=now)
        for name in sorted(set(names) - picked)
    )
    session.flush()
