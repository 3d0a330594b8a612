"""Phones that are reached over SIP: they ring, they are called by the API, they call through their domain."""

import pytest

from telephony.carrier.sandbox import Script, SipDomain
from tests.telephony.carrier.sandbox.conftest import APP, CALLBACKS, LINE, MOBILE

DESK = "sip:desk-1@desk.example"


@pytest.fixture
def domain(world):
    world.sandbox.sip_domains["desk.example"] = SipDomain(f"{APP}/desk", f"{APP}/status")
    return world


def test_a_sip_noun_rings_the_phone_of_its_address(world):
    world.phone(DESK, Script(answers_after_seconds=3, talks_seconds=30), kind="desk")
    sid = world.dial(f'<Dial answerOnBridge="true"><Sip {CALLBACKS}>{DESK}</Sip></Dial>')
    child = world.children(sid)[0]
    assert (child.callee, child.status, child.seconds) == (DESK, "completed", 30)
    assert world.forms("/status")[0]["To"] == DESK


def test_a_desk_phone_calls_through_its_domain(domain):
    domain.phone(MOBILE, Script(answers_after_seconds=5, talks_seconds=61), kind="mobile")
    domain.phone(DESK, kind="desk")
    domain.replies["/desk"] = (
        f'<Dial callerId="{LINE}" answerOnBridge="true"><Number {CALLBACKS}>{MOBILE}</Number></Dial>'
    )
    sid = domain.sandbox.dial(DESK, "09012345678")
    domain.advance(600)

    asked = domain.forms("/desk")[0]
    assert {name: asked[name] for name in ("From", "To", "Direction", "CallStatus")} == {
        "From": DESK,
        "To": "sip:09012345678@desk.example",
        "Direction": "inbound",
        "CallStatus": "ringing",
    }
    assert (asked["SipDomain"], asked["SipUsername"]) == ("desk.example", "desk-1")
    child = domain.children(sid)[0]
    assert (child.caller, child.callee, child.seconds) == (LINE, MOBILE, 61)
    assert domain.forms("/status")[-1]["CallSid"] == sid
    assert (domain.call(sid).direction, domain.call(sid).seconds) == ("inbound", 61)


def test_what_a_phone_writes_into_its_from_header_is_not_its_account(domain):
    domain.phone(DESK, kind="desk")
    domain.sandbox.dial(DESK, "09012345678", withheld="sip:desk-2@desk.example")
    domain.advance(1)
    asked = domain.forms("/desk")[0]
    assert (asked["From"], asked["SipUsername"]) == ("sip:desk-2@desk.example", "desk-1")


def test_a_phone_of_an_unknown_domain_is_none_of_the_accounts(domain):
    domain.phone("sip:x@elsewhere.example")
    domain.sandbox.dial("sip:x@elsewhere.example", MOBILE)
    domain.advance(1)
    assert domain.sent == []


def test_a_call_over_rest_rings_a_sip_phone(world):
    world.phone(DESK, Script(answers_after_seconds=2, talks_seconds=5), kind="desk")
    form = {"To": DESK, "From": LINE, "Url": f"{APP}/voice", "StatusCallback": f"{APP}/status"}
    sid = world.rest("POST", "Calls.json", form).json()["sid"]
    world.advance(60)
    assert [form["To"] for form in world.forms("/voice")] == [DESK]
    assert world.call(sid).callee == DESK
