"""The scene of a notice of long ago."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people.retention import forget
from coworking.kit.notices import Notice
from coworking.kit.outbox import Resources
from coworking.membership import MemberRules, RulesOfMembers
from tests.factories.membership import NOW, nex


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
    forget.enqueue(session, operator_id=operator_id, now=NOW, day=NOW.date().isoformat())


def is_forgotten(session: Session) -> bool:
    return session.scalars(select(Notice.body)).all() == [""]
