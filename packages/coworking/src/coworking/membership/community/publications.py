"""The public list of news (JSUG-08), and what only members read: contents and supporters' benefits (JSUG-18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership.community.models import MemberContent, NewsItem
from coworking.membership.texts import BilingualText

ContentKind = Literal["content", "supporter-benefit"]


@dataclass(frozen=True, slots=True)
class Writing:
    title: BilingualText
    body: BilingualText


def publish_news(
    session: Session, writing: Writing, *, operator_id: int, actor: str, now: datetime
) -> NewsItem:
    item = NewsItem(
        operator_id=operator_id,
        title_ja=writing.title.ja,
        title_en=writing.title.en,
        body_ja=writing.body.ja,
        body_en=writing.body.en,
        published_at=now,
        published_by=actor,
    )
    session.add(item)
    session.flush()
    _record(session, item, "news.published", actor, now)
    return item


def publish_content(
    session: Session, kind: ContentKind, writing: Writing, *, operator_id: int, actor: str, now: datetime
) -> MemberContent:
    item = MemberContent(
        operator_id=operator_id,
        kind=kind,
        title_ja=writing.title.ja,
        title_en=writing.title.en,
        body_ja=writing.body.ja,
        body_en=writing.body.en,
        published_at=now,
        published_by=actor,
    )
    session.add(item)
    session.flush()
    _record(session, item, "content.published", actor, now)
    return item


def list_news(
    session: Session, *, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[NewsItem]:
    """What is not withdrawn."""
    statement = listing.part(select(NewsItem), NewsItem.id, after_id, limit).where(
        NewsItem.withdrawn_at.is_(None)
    )
    return session.scalars(statement).all()


def list_contents(
    session: Session, *, kind: ContentKind | None, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[MemberContent]:
    """What is not withdrawn."""
    statement = listing.part(select(MemberContent), MemberContent.id, after_id, limit).where(
        MemberContent.withdrawn_at.is_(None)
    )
    if kind is not None:
        statement = statement.where(MemberContent.kind == kind)
    return session.scalars(statement).all()


def get_content(session: Session, content_id: int) -> MemberContent:
    """Raises `NotFound`."""
    item = session.get(MemberContent, content_id)
    if item is None or item.withdrawn_at is not None:
        raise NotFound
    return item


def withdraw_news(session: Session, news_id: int, *, actor: str, now: datetime) -> None:
    """Raises `NotFound`."""
    _withdraw(session, session.get(NewsItem, news_id), "news.withdrawn", actor, now)


def withdraw_content(session: Session, content_id: int, *, actor: str, now: datetime) -> None:
    """Raises `NotFound`."""
    _withdraw(session, session.get(MemberContent, content_id), "content.withdrawn", actor, now)


def _withdraw(
    session: Session, item: NewsItem | MemberContent | None, action: str, actor: str, now: datetime
) -> None:
    if item is None:
        raise NotFound
    if item.withdrawn_at is None:
        item.withdrawn_at = now
        _record(session, item, action, actor, now)
        session.flush()


def _record(session: Session, item: NewsItem | MemberContent, action: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=item.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"{action.partition('.')[0]}:{item.id}",
    )
