"""Who may be called with the line's number, and how it is asked of the carrier."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from coworking.kit.errors import UserError
from coworking.kit.phone import from_e164
from telephony.forwarding.callbacks import Callbacks
from telephony.forwarding.calling_out.dial import dial_document, origin_of, prepare_call_out
from telephony.forwarding.cards import read_card, rewrite_card
from telephony.forwarding.models import RoutingCard
from telephony.metering import Origin
from telephony.numbers import Line
from tests.factories.forwarding import FIXED, MOBILE, call_rules
from tests.factories.membership import NOW, make_member, make_operator
from tests.factories.numbers import make_line


@pytest.fixture
def operator_id(session: Session) -> int:
    return make_operator(session)


@pytest.fixture
def line(session: Session, operator_id: int) -> Line:
    line = make_line(session, operator_id)
    rewrite_card(session, call_rules(), line.id, NOW)
    return line


def prepare(session: Session, line: Line, text: str, origin: Origin = Origin.MOBILE) -> str:
    return prepare_call_out(session, call_rules(), line, text, NOW, origin=origin).e164


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("045-670-1234", FIXED),
        ("+81 (0)45-670-1234", FIXED),
        ("０９０−１２３４−５６７８", MOBILE),
        ("186-090-1234-5678", MOBILE),
        ("１８６０９０１２３４５６７８", MOBILE),
        ("050-1234-5678", "+815012345678"),
    ],
)
def test_numbers_in_every_spelling_are_called(session: Session, line: Line, text: str, number: str) -> None:
    assert prepare(session, line, text) == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((text, "destination-not-allowed") for text in ("110", "118", "119", "186110", "184", "104", "171")),
        *((text, "destination-not-allowed") for text in ("0120-123-456", "0570-000-000", "0990-500-000")),
        *((text, "destination-not-allowed") for text in ("0033-090-1234-5678", "010-1-212-555-0100")),
        *((text, "destination-not-allowed") for text in ("+12125550100", "020-1234-5678", "", "かける")),
        *((text, "caller-id-always-shown") for text in ("18409012345678", "184 045 670 1234", "184110")),
    ],
)
def test_everything_else_is_refused_r17(session: Session, line: Line, text: str, code: str) -> None:
    with pytest.raises(UserError) as refused:
        prepare(session, line, text)
    assert refused.value.code == code


def test_the_line_does_not_call_itself(session: Session, line: Line) -> None:
    with pytest.raises(UserError) as refused:
        prepare(session, line, line.number)
    assert refused.value.code == "destination-not-allowed"


@pytest.mark.parametrize(
    ("line_plan", "origin", "allowed"),
    [
        ("incoming-outgoing", Origin.MOBILE, True),
        ("incoming-outgoing", Origin.DESK, False),
        ("fixed-phone", Origin.DESK, True),
        ("fixed-phone", Origin.MOBILE, True),
        ("incoming-outgoing", Origin.FIXED, False),
    ],
)
def test_a_plan_without_a_price_has_no_such_calls_nex_09(
    session: Session, operator_id: int, line_plan: str, origin: Origin, allowed: bool
) -> None:
    member = make_member(session, operator_id, plan="rental-office", capacity=1)
    line = make_line(session, operator_id, member=member, line_plan=line_plan)
    if allowed:
        assert prepare(session, line, MOBILE, origin) == MOBILE
        return
    with pytest.raises(UserError) as refused:
        prepare(session, line, MOBILE, origin)
    assert refused.value.code == "destination-not-allowed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": "suspended"}, "line-suspended"),
        ({"status": "ended"}, "line-ended"),
        ({"ends_at": NOW}, "line-ended"),
        ({"starts_at": NOW + timedelta(seconds=1)}, "line-not-started"),
    ],
)
def test_a_line_that_does_not_serve_calls_nobody(
    session: Session, line: Line, changes: dict[str, object], code: str
) -> None:
    for name, value in changes.items():
        setattr(line, name, value)
    with pytest.raises(UserError) as refused:
        prepare(session, line, MOBILE)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"halted": "interrupted"}, "service-interrupted"),
        ({"halted": "restricted"}, "service-interrupted"),
        ({"barred": "calls-a-minute"}, "cap-reached"),
    ],
)
def test_what_stops_incoming_calls_stops_outgoing_ones(
    session: Session, line: Line, changes: dict[str, str], code: str
) -> None:
    card = read_card(session, line.number)
    assert card is not None
    session.execute(update(RoutingCard).values(card={**card.to_json(), **changes}))
    with pytest.raises(UserError) as refused:
        prepare(session, line, MOBILE)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("number", "origin"), [(MOBILE, Origin.MOBILE), (FIXED, Origin.FIXED), ("+815012345678", Origin.FIXED)]
)
def test_which_prices_a_registered_phone_has(number: str, origin: Origin) -> None:
    assert origin_of(from_e164(number)) is origin


def test_the_callee_sees_the_line_and_is_the_billed_leg() -> None:
    document = dial_document(
        call_rules(), Callbacks("https://x.example"), 7, "+81454110001", from_e164(FIXED)
    )
    [dial] = ET.fromstring(document)
    assert (dial.get("callerId"), dial.get("timeLimit")) == ("+81454110001", "14400")
    assert dial.get("action") == "https://x.example/carrier/twilio/out/ended?line=7"
    [number] = dial
    assert number.text == FIXED
    assert number.get("statusCallback") == "https://x.example/carrier/twilio/status?line=7&asks=0&role=callee"
