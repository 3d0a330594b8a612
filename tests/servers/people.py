"""The scene of a notice and a signature of long ago."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people.retention import forget
from coworking.kit.notices import Notice
from coworking.kit.outbox import Resources
from coworking.membership import MemberRules, RulesOfMembers
from mail_handling.models import HandOver
from tests.factories.membership import NOW, make_member, nex


def queue_forget(resources: Resources, session: Session, operator_id: int) -> None:
    rules = MemberRules(nex().membership, nex().calendar())
    resources.provide(RulesOfMembers, RulesOfMembers({operator_id: rules}))
    session.add(
        Notice(
            operator_id=operator_id,
            recipient="member:1",
            address="sato@example.jp",
            kind="welcome",
            channel="mail",
            language="ja",
            subject="ようこそ",
            body="ようこそ",
            created_at=NOW - timedelta(days=2_000),
            sent_at=NOW - timedelta(days=2_000),
        )
    )
    session.add(
        HandOver(
            operator_id=operator_id,
            member_id=make_member(session, operator_id).id,
            recipient="佐藤 花子",
            document="passport",
            signature="M1 1",
            handed_at=NOW - timedelta(days=2_000),
            handed_by="account:1",
        )
    )
    forget.enqueue(session, operator_id=operator_id, now=NOW, day=NOW.date().isoformat())


def is_forgotten(session: Session) -> bool:
    return session.scalars(select(Notice.body)).all() == [""] and session.scalars(
        select(HandOver.signature)
    ).all() == [None]
