"""R09, R21: text messages that go out, each once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.clock import VirtualClock
from coworking.kit.outbox import OutboxTask, Resources, TaskContext
from telephony.carrier import (
    CarrierRefused,
    Carriers,
    OutcomeUnknown,
    Reason,
)
from telephony.forwarding.control.models import TextMessage
from telephony.forwarding.control.texts import send_text, write_text
from tests.factories.membership import NOW, make_operator
from tests.telephony.forwarding.control.text_carrier import SENT, Offers, TextCarrier

LINE, PHONE = "+81454110001", "+819011112222"


def unknown() -> OutcomeUnknown:
    return OutcomeUnknown("send_sms", "timed out", LINE)


def refused(*, permanent: bool) -> CarrierRefused:
    return CarrierRefused("send_sms", Reason.RECIPIENT_OPTED_OUT, permanent=permanent, status=400)


def write(session: Session, operator_id: int, to: str = PHONE, **change: Any) -> bool:
    wanted = {"body": "転送を開始しました。", "most_a_day": 3, "now": NOW, **change}
    return write_text(session, operator_id=operator_id, from_number=LINE, to_number=to, **wanted)


def send(
    session: Session, operator_id: int, carrier: TextCarrier, after: timedelta = timedelta()
) -> TextMessage:
    carriers = Carriers({operator_id: carrier})  # type: ignore[dict-item]  # what a text message needs of one
    context = TaskContext(session, VirtualClock(NOW + after), operator_id, Resources(carriers))
    message = session.scalars(select(TextMessage)).one()
    send_text.run(context, text_id=message.id)
    session.flush()
    return message


def test_a_message_is_sent_once(session: Session) -> None:
    operator_id, carrier = make_operator(session), TextCarrier([SENT])
    assert write(session, operator_id)
    for _ in range(2):
        message = send(session, operator_id, carrier)
    assert (message.sent_at, message.carrier_sid) == (NOW, SENT.sms_id)
    assert [(one.to, one.text) for one in carrier.sent] == [(PHONE, "転送を開始しました。")]


def test_after_an_unknown_outcome_the_carrier_is_asked_first(session: Session) -> None:
    operator_id, carrier = make_operator(session), TextCarrier([unknown(), SENT])
    write(session, operator_id)
    assert send(session, operator_id, carrier).sent_at is None
    carrier.found = SENT
    message = send(session, operator_id, carrier, timedelta(seconds=30))
    assert (len(carrier.sent), message.carrier_sid) == (1, SENT.sms_id)
    later = session.scalars(select(OutboxTask.due_at).order_by(OutboxTask.due_at)).all()
    assert later == [NOW, NOW + timedelta(seconds=30)]


def test_what_the_carrier_never_got_is_sent_again(session: Session) -> None:
    operator_id, carrier = make_operator(session), TextCarrier([unknown(), SENT])
    write(session, operator_id)
    send(session, operator_id, carrier)
    assert send(session, operator_id, carrier, timedelta(seconds=30)).sent_at is not None
    assert len(carrier.sent) == 2


@pytest.mark.parametrize(
    ("carrier", "after", "failure"),
    [
        (TextCarrier([refused(permanent=True)]), timedelta(), "recipient-opted-out"),
        (TextCarrier([SENT], capabilities=Offers(can_send_sms=False)), timedelta(), "not-offered"),
        (TextCarrier([SENT]), timedelta(hours=2), "too-late"),
    ],
)
def test_what_cannot_be_sent_fails_for_good(
    session: Session, carrier: TextCarrier, after: timedelta, failure: str
) -> None:
    operator_id = make_operator(session)
    write(session, operator_id)
    message = send(session, operator_id, carrier, after)
    assert (message.sent_at, message.failure) == (None, failure)


def test_what_may_do_later_is_left_to_the_outbox(session: Session) -> None:
    operator_id = make_operator(session)
    write(session, operator_id)
    with pytest.raises(CarrierRefused):
        send(session, operator_id, TextCarrier([refused(permanent=False)]))


def test_a_phone_is_written_so_often_within_a_day_and_no_more(session: Session) -> None:
    operator_id = make_operator(session)
    assert [write(session, operator_id) for _ in range(5)] == [True, True, True, False, False]
    assert write(session, operator_id, "+819033334444")
    assert write(session, operator_id, now=NOW + timedelta(hours=24))
