"""Text messages from phones, and calls over REST whose phones a scenario has told how to behave."""

import pytest

from telephony.carrier.sandbox import NoCall, Script
from tests.telephony.carrier.sandbox.conftest import APP, LINE, MOBILE, World


def test_a_phone_writes_to_a_number_with_an_address_for_messages(world: World) -> None:
    world.rest("POST", f"IncomingPhoneNumbers/{_number_sid(world)}.json", {"SmsUrl": f"{APP}/sms"})
    world.phone(MOBILE)
    sid = world.sandbox.text(MOBILE, LINE, "482915 開始")
    world.advance(1)
    [form] = world.forms("/sms")
    assert (form["MessageSid"], form["From"], form["To"], form["Body"]) == (sid, MOBILE, LINE, "482915 開始")
    assert sid.startswith("SM")


def test_a_message_to_a_number_without_an_address_is_kept_only(world: World) -> None:
    world.phone(MOBILE)
    sid = world.sandbox.text(MOBILE, LINE, "hello")
    world.advance(1)
    assert world.sent == []
    assert world.rest("GET", f"Messages/{sid}.json").json()["status"] == "received"


def test_how_phones_behave_in_a_call_over_rest(world: World) -> None:
    world.phone(MOBILE)
    form = {"From": LINE, "To": MOBILE, "Url": f"{APP}/connect"}
    sid = world.rest("POST", "Calls.json", form).json()["sid"]
    world.sandbox.behave(sid, {MOBILE: Script(answers_after_seconds=3)})
    world.advance(600)
    call = world.call(sid)
    assert call.answered_at is not None
    with pytest.raises(NoCall):
        world.sandbox.behave(sid, {})


def _number_sid(world: World) -> str:
    found = world.rest("GET", "IncomingPhoneNumbers.json").json()["incoming_phone_numbers"]
    return str(found[0]["sid"])
