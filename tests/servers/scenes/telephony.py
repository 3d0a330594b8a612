"""Scenes of calls, texts, voicemail and what calls cost."""

from __future__ import annotations

from tests.servers import metering, texts, voicemail
from tests.servers.calling_out import attempt_has_failed, queue_look_up
from tests.servers.member_webhooks import is_delivered, is_forgotten, queue_delivery, queue_old_delivery
from tests.servers.task_house import Scenes
from tests.servers.watching import call_is_closed, queue_question, queue_watch

SCENES: Scenes = {
    "calling-out.look-up": (
        lambda house, session: queue_look_up(session, house.operator_id),
        lambda _, session: attempt_has_failed(session),
    ),
    "control.forget": (
        lambda house, session: texts.queue_forget(session, house.operator_id),
        lambda _, session: texts.is_forgotten(session),
    ),
    "control.send-text": (
        lambda house, session: texts.queue_text(house.work.resources, session, house.operator_id),
        lambda _, session: texts.text_is_sent(session),
    ),
    "forwarding.ask-for-call": (
        lambda house, session: queue_question(session, house.operator_id),
        lambda _, session: call_is_closed(session),
    ),
    "forwarding.end-barred-call": (
        lambda house, session: metering.queue_end(house.work.resources, session, house.operator_id),
        lambda house, _: (
            metering.carrier(house.work.resources, house.operator_id).ended == [metering.LIVE_SID]
        ),
    ),
    "forwarding.enforce-cap": (
        lambda house, session: metering.queue_enforcement(house.work.resources, session, house.operator_id),
        lambda house, session: metering.is_enforced(house.work.resources, session, house.operator_id),
    ),
    "forwarding.lift-cap": (
        lambda house, session: metering.queue_lift(session, house.operator_id),
        lambda _, session: metering.is_lifted(session),
    ),
    "forwarding.recount-caps": (
        lambda house, session: metering.queue_recount(session, house.operator_id),
        lambda _, session: metering.is_recounted_later(session),
    ),
    "forwarding.tell-of-system-cap": (
        lambda house, session: metering.queue_system_cap(house.work.resources, session, house.operator_id),
        lambda _, session: metering.is_counted_by_the_other(session),
    ),
    "forwarding.watch-calls": (
        lambda house, session: queue_watch(session, house.operator_id),
        lambda _, session: call_is_closed(session),
    ),
    "member-webhooks.deliver": (
        lambda house, session: queue_delivery(house.work.resources, session, house.operator_id),
        lambda _, session: is_delivered(session),
    ),
    "member-webhooks.forget": (
        lambda house, session: queue_old_delivery(session, house.operator_id),
        lambda _, session: is_forgotten(session),
    ),
    "metering.reconcile-day": (
        lambda house, session: metering.queue_comparison(house.work.resources, session, house.operator_id),
        lambda _, session: metering.is_compared(session),
    ),
    "voicemail.delete-recording": (
        lambda house, session: voicemail.queue_delete(session, house.operator_id),
        lambda house, _: house.carrier.deleted == [voicemail.SID],
    ),
    "voicemail.fetch-recording": (
        lambda house, session: voicemail.queue_fetch(session, house.operator_id),
        lambda _, session: voicemail.message_is(session, "kept"),
    ),
    "voicemail.forget": (
        lambda house, session: voicemail.queue_forget(session, house.operator_id),
        lambda _, session: voicemail.message_is(session, "deleted"),
    ),
    "voicemail.sum-up-missed": (
        lambda house, session: voicemail.queue_summary(session, house.operator_id),
        lambda _, session: voicemail.is_written(session, "missed-calls"),
    ),
    "voicemail.tell-missed": (
        lambda house, session: voicemail.queue_missed(session, house.operator_id),
        lambda _, session: voicemail.is_written(session, "missed-call"),
    ),
}
