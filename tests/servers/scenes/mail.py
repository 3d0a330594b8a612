"""Scenes of the mail that lies here."""

from __future__ import annotations

from tests.servers import mail, mail_files
from tests.servers.task_house import Scenes

SCENES: Scenes = {
    "files.delete": (
        lambda house, session: mail_files.queue_delete(house.work.resources, session, house.operator_id),
        lambda house, session: mail_files.is_deleted(house.work.resources, session),
    ),
    "files.sweep": (
        lambda house, session: mail_files.queue_sweep(house.work.resources, session, house.operator_id),
        lambda house, _: mail_files.is_swept(house.work.resources, house.operator_id),
    ),
    "mail.make-pdf": (
        lambda house, session: mail_files.queue_pdf(house.work.resources, session, house.operator_id),
        lambda house, session: mail_files.is_made(house.work.resources, session),
    ),
    "mail.turn-day": (
        lambda house, session: mail.queue_turn(house.work.resources, session, house.operator_id),
        lambda _, session: mail.is_instructed(session),
    ),
    "mail.turn-items": (
        lambda house, session: mail.queue_turn(
            house.work.resources, session, house.operator_id, by_day=False
        ),
        lambda _, session: mail.is_instructed(session),
    ),
}
