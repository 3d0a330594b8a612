"""Entering and removing members' other names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound, UserError
from coworking.membership import hold_member, names_paid_under
from mail_handling.addressees.folding import fold, fold_latin
from mail_handling.addressees.matching import Addressee
from mail_handling.addressees.models import MemberAlias

MOST_ALIASES = 20
"""Of one member."""


class AliasKnown(UserError):
    code = "alias-known"
    status = 409
    ja = "この別名はすでに登録されています。"
    en = "This name is on record already."


class AliasEmpty(UserError):
    code = "alias-empty"
    ja = "文字を含む名前を入力してください。"
    en = "Enter a name that has letters in it."


class TooManyAliases(UserError):
    code = "too-many-aliases"
    status = 409
    ja = "別名は{most}件までです。使わないものを削除してください。"
    en = "A member has at most {most} other names. Remove one that is not used."


def add_alias(session: Session, member_id: int, alias: str, *, actor: str, now: datetime) -> MemberAlias:
    """Raises `NotFound`, `AliasEmpty`, `AliasKnown`, `TooManyAliases`."""
    member = hold_member(session, member_id)
    folded = fold(alias) or fold_latin(alias)
    if not folded:
        raise AliasEmpty
    own = MemberAlias.member_id == member_id
    if session.scalar(select(MemberAlias.id).where(own, MemberAlias.folded == folded)) is not None:
        raise AliasKnown
    if (session.scalar(select(func.count()).select_from(MemberAlias).where(own)) or 0) >= MOST_ALIASES:
        raise TooManyAliases(most=MOST_ALIASES)
    row = MemberAlias(
        operator_id=member.operator_id,
        member_id=member_id,
        alias=alias,
        folded=folded,
        added_at=now,
        added_by=actor,
    )
    session.add(row)
    session.flush()
    _record(session, row, "alias.added", actor, now)
    return row


def remove_alias(session: Session, member_id: int, alias_id: int, *, actor: str, now: datetime) -> None:
    """Raises `NotFound`."""
    row = session.get(MemberAlias, alias_id)
    if row is None or row.member_id != member_id:
        raise NotFound
    _record(session, row, "alias.removed", actor, now)
    session.delete(row)
    session.flush()


def aliases_of(session: Session, member_id: int) -> Sequence[MemberAlias]:
    statement = select(MemberAlias).where(MemberAlias.member_id == member_id).order_by(MemberAlias.id)
    return session.scalars(statement).all()


def addressees(session: Session) -> list[Addressee]:
    """Every member of the session's operator by names, readings and aliases; of former ones mail still comes."""
    names = names_paid_under(session)
    for member_id, alias in session.execute(select(MemberAlias.member_id, MemberAlias.alias)):
        names.setdefault(member_id, []).append(alias)
    return [Addressee(member_id, tuple(own)) for member_id, own in names.items()]


def _record(session: Session, row: MemberAlias, action: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=row.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"member:{row.member_id}",
        details={"alias": row.id},
    )
