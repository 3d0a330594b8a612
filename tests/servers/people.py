"""The scene of a notice of long ago."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people.retention import forget
from coworking.kit.notices import Notice
from tests.factories.membership import NOW


def queue_forget(session: Session, operator_id: int) -> None:
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
