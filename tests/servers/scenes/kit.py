"""Scenes of notices, of the day, of sealed fields and of the records."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.notices import Notice, send
from tests.factories.membership import NOW
from tests.servers import days, sealed
from tests.servers.task_house import House, Scenes


def queue_notice(house: House, session: Session) -> None:
    notice = Notice(
        operator_id=house.operator_id,
        recipient="member:1",
        address="sato@example.jp",
        kind="welcome",
        channel="mail",
        language="ja",
        subject="ようこそ",
        body="ようこそ\n",
        created_at=NOW,
    )
    session.add(notice)
    session.flush()
    send.enqueue(session, operator_id=house.operator_id, now=NOW, notice_id=notice.id)


def notice_is_sent(house: House, session: Session) -> bool:
    return session.scalars(select(Notice.sent_at)).one() == NOW and len(house.postbox.mails) == 1


SCENES: Scenes = {
    "audit.seal": (
        lambda house, session: sealed.queue_seal(session, house.operator_id),
        lambda house, session: sealed.is_chained(session, house.operator_id),
    ),
    "day.begin": (
        lambda house, session: days.queue_day(house.work.resources, session, house.operator_id),
        lambda _, session: days.day_has_begun(session),
    ),
    "notices.send": (queue_notice, notice_is_sent),
    "sealing.reseal": (
        lambda house, session: sealed.queue_reseal(house.work.resources, session, house.operator_id),
        lambda house, session: sealed.is_resealed(house.work.resources, session),
    ),
}
