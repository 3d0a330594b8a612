"""A call comes in and is forwarded: who rings, who wins, how long it lasts, what is told."""

import pytest

from telephony.carrier.sandbox import Busy, Forwards, Keys, Script

CALLER = "+81366667777"
MOBILE = "+819012345678"
OTHER = "+818087654321"
LINE = "+81453498023"
CALLBACKS = 'statusCallback="/status" statusCallbackEvent="initiated ringing answered completed"'


def number(e164, url=""):
    whisper = f'url="{url}" ' if url else ""
    return f"<Number {whisper}{CALLBACKS}>{e164}</Number>"


def dial(*numbers, attributes='timeout="20"'):
    return f'<Dial action="/next" answerOnBridge="true" {attributes}>{"".join(numbers)}</Dial>'


ACCEPT = (
    '<Gather numDigits="1" action="/accept" timeout="5">'
    '<Say language="ja-JP">一を押してください</Say></Gather><Hangup/>'
)


def test_a_forwarded_call_of_61_seconds(world):
    world.phone(MOBILE, Script(answers_after_seconds=8, talks_seconds=61), kind="mobile")
    sid = world.dial(dial(number(MOBILE)))

    parent, child = world.call(sid), world.children(sid)[0]
    assert (parent.status, parent.direction, parent.seconds) == ("completed", "inbound", 61)
    assert (child.status, child.direction, child.seconds) == ("completed", "outbound-dial", 61)
    assert child.answered_at - child.created_at == 8_000
    assert [(sent.path, sent.form["CallStatus"], sent.form["CallSid"] == sid) for sent in world.sent] == [
        ("/voice", "ringing", True),
        ("/status", "initiated", False),
        ("/status", "ringing", False),
        ("/status", "in-progress", False),
        ("/status", "completed", False),
        ("/next", "in-progress", True),
        ("/status", "completed", True),
    ]
    child_forms = [form for form in world.forms("/status") if form["CallSid"] == child.sid]
    assert [form["SequenceNumber"] for form in child_forms] == ["0", "1", "2", "3"]
    assert {form["ParentCallSid"] for form in child_forms} == {sid}
    assert {form["CallbackSource"] for form in child_forms} == {"call-progress-events"}
    assert child_forms[-1]["CallDuration"] == "61"
    assert child_forms[-1]["Duration"] == "2"
    assert child_forms[-1]["Timestamp"] == "Mon, 01 Jun 2026 00:01:09 +0000"
    assert child_forms[-1]["SipResponseCode"] == "200"
    action = world.forms("/next")[0]
    assert action["DialCallStatus"] == "completed"
    assert action["DialCallSid"] == child.sid
    assert action["DialCallDuration"] == "61"
    assert action["DialBridged"] == "true"
    ended = world.forms("/status")[-1]
    assert "ParentCallSid" not in ended
    assert ended["SequenceNumber"] == "0"


def test_without_answer_on_bridge_the_caller_is_billed_for_the_ringing(world):
    world.phone(MOBILE, Script(answers_after_seconds=8, talks_seconds=61))
    sid = world.dial(f"<Dial>{number(MOBILE)}</Dial>")
    assert world.call(sid).seconds == 69


def test_at_once_the_first_pickup_wins(world):
    world.phone(MOBILE, Script(answers_after_seconds=8))
    world.phone(OTHER, Script(answers_after_seconds=5, talks_seconds=30))
    sid = world.dial(dial(number(MOBILE), number(OTHER)))
    assert [(row.callee, row.status, row.seconds) for row in world.children(sid)] == [
        (MOBILE, "canceled", 0),
        (OTHER, "completed", 30),
    ]
    assert world.forms("/next")[0]["DialCallSid"] == world.children(sid)[1].sid


def test_in_turn_each_rings_its_own_time(world):
    world.phone(MOBILE, Script())
    world.phone(OTHER, Script(answers_after_seconds=4, talks_seconds=10))
    sid = world.dial(dial(number(MOBILE), number(OTHER), attributes='sequential="true" timeout="15"'))
    first, second = world.children(sid)
    assert (first.status, second.status) == ("no-answer", "completed")
    assert second.created_at - first.created_at == 15_000


def test_press_1_accepts(world):
    world.phone(MOBILE, Script(answers_after_seconds=8, presses="1", talks_seconds=61))
    world.replies |= {"/whisper": ACCEPT, "/accept": ""}
    sid = world.dial(dial(number(MOBILE, "/whisper")))
    child = world.children(sid)[0]
    assert world.forms("/whisper")[0]["CallSid"] == child.sid
    assert world.forms("/whisper")[0]["ParentCallSid"] == sid
    assert world.forms("/accept")[0]["Digits"] == "1"
    assert world.forms("/next")[0]["DialBridged"] == "true"
    # the caller is billed from the bridge, the called leg from its pickup: prompt and reaction before
    assert world.call(sid).seconds == 61
    assert child.seconds > 62


def test_press_1_not_pressed(world):
    world.phone(MOBILE, Script(answers_after_seconds=8))
    world.replies["/whisper"] = ACCEPT
    sid = world.dial(dial(number(MOBILE, "/whisper")))
    action = world.forms("/next")[0]
    assert (action["DialCallStatus"], action["DialBridged"]) == ("completed", "false")
    assert world.call(sid).seconds == 0


def test_at_once_with_a_whisper_the_first_to_accept_wins(world):
    world.phone(MOBILE, Script(answers_after_seconds=2))  # a voicemail: picks up, presses nothing
    world.phone(OTHER, Script(answers_after_seconds=9, presses="1", talks_seconds=20))
    world.replies["/whisper"] = ACCEPT
    sid = world.dial(dial(number(MOBILE, "/whisper"), number(OTHER, "/whisper")))
    assert world.forms("/next")[0]["DialBridged"] == "true"
    assert world.forms("/next")[0]["DialCallSid"] == world.children(sid)[1].sid


@pytest.mark.parametrize(
    ("behaviour", "status", "sip_code"),
    [(Script(), "no-answer", 480), (Busy(), "busy", 486), (Script(rejects=True), "busy", 486)],
)
def test_nobody_comes_to_the_phone(world, behaviour, status, sip_code):
    world.phone(MOBILE, behaviour)
    sid = world.dial(dial(number(MOBILE)))
    child = world.children(sid)[0]
    assert (child.status, child.sip_code, child.seconds) == (status, sip_code, 0)
    action = world.forms("/next")[0]
    assert (action["DialCallStatus"], action["DialBridged"]) == (status, "false")
    assert "DialCallDuration" not in action


def test_a_number_that_nobody_has_rings_until_the_timeout(world):
    sid = world.dial(dial(number("+819000000001")))
    child = world.children(sid)[0]
    assert child.status == "no-answer"
    assert child.ended_at - child.created_at == 20_000


def test_a_second_call_finds_the_phone_busy(world):
    world.phone(MOBILE, Script(answers_after_seconds=1, talks_seconds=300))
    first = world.dial(dial(number(MOBILE)), seconds=60)
    second = world.dial(dial(number(MOBILE)))
    assert world.children(first)[0].status == "completed"
    assert world.children(second)[0].status == "busy"


def test_the_caller_hangs_up_while_it_rings(world):
    world.phone(MOBILE, Script())
    sid = world.dial(dial(number(MOBILE)), behaviour=Script(gives_up_after_seconds=6))
    assert world.call(sid).status == "no-answer"
    child = world.children(sid)[0]
    assert child.status == "canceled"
    assert child.ended_at - child.created_at == 6_000
    assert world.forms("/next")[0]["DialCallStatus"] == "canceled"
    assert world.sandbox.exchange.live == {}


def test_the_caller_hangs_up_during_the_talk(world):
    world.phone(MOBILE, Script(answers_after_seconds=8))
    sid = world.dial(dial(number(MOBILE)), behaviour=Script(talks_seconds=45))
    assert world.call(sid).seconds == 45
    assert world.children(sid)[0].seconds == 45
    assert world.forms("/next")[0]["CallStatus"] == "completed"


def test_behaviours_hold_for_one_call_only(world):
    world.phone(MOBILE, Script(), lines=2)
    answering = {MOBILE: Script(answers_after_seconds=1, talks_seconds=5)}
    first = world.dial(dial(number(MOBILE)), behaviours=answering, seconds=0)
    second = world.dial(dial(number(MOBILE)))
    assert world.children(first)[0].status == "completed"
    assert world.children(second)[0].status == "no-answer"


def test_a_talk_ends_at_the_time_limit(world):
    world.phone(MOBILE, Script(answers_after_seconds=8))
    sid = world.dial(dial(number(MOBILE), attributes='timeLimit="90"'))
    assert world.children(sid)[0].seconds == 90


def test_star_hangs_up_on_the_called_side(world):
    world.phone(MOBILE, Script(answers_after_seconds=2))
    world.replies["/next"] = "<Say>bye</Say>"
    sid = world.dial(dial(number(MOBILE), attributes='hangupOnStar="true"'), seconds=10)
    world.sandbox.press(CALLER, "*")
    world.advance(60)
    assert world.children(sid)[0].seconds == 8
    assert world.call(sid).status == "completed"
    assert any(heard.text == "bye" for heard in world.sandbox.phones[CALLER].heard)


def test_a_caller_id_that_is_not_ours_is_refused(world):
    world.phone(MOBILE, Script(answers_after_seconds=2))
    sid = world.dial(dial(number(MOBILE), attributes='callerId="+81312345678"'))
    assert world.children(sid)[0].status == "failed"
    assert [problem.code for problem in world.sandbox.problems] == [13214]


def test_the_rented_number_may_be_shown(world):
    world.phone(MOBILE, Script(answers_after_seconds=2, talks_seconds=1))
    sid = world.dial(dial(number(MOBILE), attributes=f'callerId="{LINE}"'))
    assert world.children(sid)[0].caller == LINE


@pytest.mark.parametrize(
    "withheld", ["anonymous", "+266696687", "Restricted", "+86282452253", "unavailable", ""]
)
def test_a_withheld_caller(world, withheld):
    sid = world.dial("<Reject/>", withheld=withheld)
    form = world.forms("/voice")[0]
    assert (form["From"], form["Caller"]) == (withheld, withheld)
    assert world.call(sid).caller == withheld


def test_facts_of_the_caller_are_passed_on(world):
    world.dial("<Hangup/>", forwarded_from=OTHER, stir_verstat="TN-Validation-Passed-A")
    form = world.forms("/voice")[0]
    assert form["ForwardedFrom"] == OTHER
    assert form["StirVerstat"] == "TN-Validation-Passed-A"
    assert form["CallerCountry"] == "JP"
    assert form["ApiVersion"] == "2010-04-01"


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_reject(world, reason, status):
    sid = world.dial(f'<Reject reason="{reason}"/>')
    assert world.call(sid).status == status
    ended = world.forms("/status")[0]
    assert (ended["CallStatus"], ended["CallDuration"]) == (status, "0")


def test_gather_collects_to_the_finishing_key(world):
    world.replies |= {"/pin": "<Redirect>/menu</Redirect>", "/menu": "<Hangup/>"}
    keys = (Keys("123456#", after_seconds=2),)
    sid = world.dial(
        '<Gather action="/pin"><Say>pin</Say></Gather><Say>none</Say>', behaviour=Script(keys=keys)
    )
    form = world.forms("/pin")[0]
    assert (form["Digits"], form["FinishedOnKey"]) == ("123456", "#")
    assert world.forms("/menu")[0]["CallSid"] == sid
    assert world.call(sid).seconds == 3  # the prompt's 0.5 s and the 2 s to the keys, the begun second whole


def test_gather_without_digits_goes_on_with_the_next_verb(world):
    world.dial('<Gather action="/pin" timeout="3"/><Say>nothing came</Say>')
    assert world.forms("/pin") == []
    assert any(heard.text == "nothing came" for heard in world.sandbox.phones[CALLER].heard)


def test_gather_may_ask_with_an_empty_result(world):
    world.dial('<Gather action="/pin" timeout="3" actionOnEmptyResult="true"/>')
    assert world.forms("/pin")[0]["Digits"] == ""


def test_a_key_cuts_the_prompt_short(world):
    prompt = "a very long prompt " * 40
    sid = world.dial(f'<Gather action="/pin" numDigits="1"><Say>{prompt}</Say></Gather>', seconds=3)
    world.sandbox.press(CALLER, "7")
    world.advance(1)
    assert world.forms("/pin")[0]["Digits"] == "7"
    assert world.call(sid).seconds == 3


def test_record_a_message(world):
    voice = '<Say>beep</Say><Record action="/done" maxLength="60" recordingStatusCallback="/recorded"/>'
    sid = world.dial(voice, behaviour=Script(leaves_message_seconds=17))
    done, recorded = world.forms("/done")[0], world.forms("/recorded")[0]
    assert (done["RecordingDuration"], done["Digits"], done["CallStatus"]) == ("17", "hangup", "completed")
    assert recorded["RecordingSid"] == done["RecordingSid"]
    assert (recorded["RecordingStatus"], recorded["CallSid"]) == ("completed", sid)
    assert world.rest("GET", f"Recordings/{done['RecordingSid']}.json").json()["duration"] == "17"


def test_nobody_speaks_into_the_recording(world):
    world.dial('<Record action="/done" timeout="4"/><Say>nothing heard</Say>')
    assert world.forms("/done") == []
    assert any(heard.text == "nothing heard" for heard in world.sandbox.phones[CALLER].heard)


def test_a_dial_may_be_recorded(world):
    world.phone(MOBILE, Script(answers_after_seconds=2, talks_seconds=33))
    attributes = 'record="record-from-answer" recordingStatusCallback="/recorded"'
    sid = world.dial(dial(number(MOBILE), attributes=attributes))
    assert world.forms("/next")[0]["RecordingDuration"] == "33"
    assert world.forms("/recorded")[0]["CallSid"] == sid


def test_a_phone_that_forwards_brings_the_call_back(world):
    """An outside loop: our number → a phone → our number again; the limit on hops ends it."""
    world.phone(MOBILE, Forwards(LINE))
    world.dial(dial(number(MOBILE)))
    inbound = [form for form in world.forms("/voice") if form.get("ForwardedFrom") == MOBILE]
    assert len(inbound) == world.sandbox.exchange.limits.max_hops
    assert world.sandbox.exchange.live == {}
    assert {row.status for row in world.calls()} <= {"no-answer", "busy"}


def test_a_loop_that_the_application_refuses(world):
    world.phone(MOBILE, Forwards(LINE))
    voice = dial(number(MOBILE))
    world.replies["/voice"] = lambda form: '<Reject reason="busy"/>' if "ForwardedFrom" in form else voice
    world.sandbox.dial(CALLER, LINE)
    world.advance(60)
    assert [row.status for row in world.calls()] == ["busy", "busy", "busy"]


def test_a_sip_phone(world):
    world.phone(
        "sip:desk1@rusuban.sip.example", Script(answers_after_seconds=2, talks_seconds=9), kind="desk"
    )
    sid = world.dial(f"<Dial><Sip {CALLBACKS}>sip:desk1@rusuban.sip.example</Sip></Dial>")
    assert world.children(sid)[0].seconds == 9


def test_phones_of_the_outside_world_call_each_other_without_us(world):
    world.phone(MOBILE, Script(answers_after_seconds=2, talks_seconds=9))
    world.sandbox.dial(CALLER, MOBILE)
    world.advance(5)
    assert world.sandbox.snapshot()["phones"][1]["state"] == "talking"
    world.advance(60)
    assert world.sent == []
    assert world.calls() == []


def test_limits_on_documents_and_legs(worlds):
    from telephony.carrier.sandbox import Limits

    world = worlds(limits=Limits(max_documents_per_call=5, max_legs_per_call=3))
    sid = world.dial("<Redirect>/voice</Redirect>")
    assert len(world.forms("/voice")) == 5
    assert world.call(sid).status == "failed"
    sid = world.dial(dial(*[number(MOBILE)] * 5))
    statuses = sorted(row.status for row in world.children(sid))
    assert statuses == ["failed", "failed", "failed", "no-answer", "no-answer"]


def test_too_many_calls_at_once_are_turned_away(worlds):
    from telephony.carrier.sandbox import Limits

    world = worlds(limits=Limits(max_concurrent_calls=2))
    sids = [world.dial('<Pause length="60"/>', seconds=0) for _ in range(3)]
    world.advance(100)
    assert [world.call(sid).status for sid in sids] == ["completed", "completed", "busy"]
