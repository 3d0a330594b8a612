"""Whatever an application answers, the sandbox goes on and every call ends once."""

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from telephony.carrier.sandbox import Busy, Forwards, Keys, Limits, Script, WebhookResponse
from telephony.carrier.sandbox.documents import InvalidDocument, parse

CALLER = "+81366667777"
MOBILE = "+819012345678"
OTHER = "+818087654321"
LINE = "+81453498023"
FINAL = {"completed", "busy", "failed", "no-answer", "canceled"}

QUICK = settings(
    max_examples=60,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

paths = st.sampled_from(["/a", "/b", "/voice", "ftp://x", "", "#", "https://[bad"])
whole = st.sampled_from(["0", "1", "5", "30", "-1", "9999999", "x", ""])
numbers = st.sampled_from([MOBILE, OTHER, LINE, "110", "", "sip:a@b", "+819000000009"])


def attributes(**strategies):
    return st.fixed_dictionaries({}, optional=strategies).map(
        lambda chosen: "".join(f' {name}="{value}"' for name, value in chosen.items())
    )


prompts = st.builds(
    lambda text, rest: f"<Say{rest}>{text}</Say>",
    st.sampled_from(["", "hello", "もしもし"]),
    attributes(loop=whole, language=st.sampled_from(["ja-JP", "en-US", ""])),
)
nouns = st.builds(
    lambda tag, to, rest: f"<{tag}{rest}>{to}</{tag}>",
    st.sampled_from(["Number", "Sip", "Client"]),
    numbers,
    attributes(
        url=paths,
        statusCallback=paths,
        statusCallbackEvent=st.sampled_from(["initiated ringing answered completed", "nothing"]),
    ),
)
verbs = st.one_of(
    prompts,
    st.builds(lambda rest: f"<Pause{rest}/>", attributes(length=whole)),
    st.builds(
        lambda rest, inner: f"<Gather{rest}>{''.join(inner)}</Gather>",
        attributes(
            action=paths, numDigits=whole, timeout=whole, finishOnKey=st.sampled_from(["", "#", "*1"])
        ),
        st.lists(prompts, max_size=2),
    ),
    st.builds(
        lambda rest, inner: f"<Dial{rest}>{''.join(inner)}</Dial>",
        attributes(
            action=paths,
            timeout=whole,
            timeLimit=whole,
            sequential=st.sampled_from(["true", "false"]),
            answerOnBridge=st.sampled_from(["true", "false"]),
            record=st.sampled_from(["record-from-answer", "true"]),
            callerId=numbers,
        ),
        st.lists(nouns, max_size=3),
    ),
    st.builds(lambda rest: f"<Record{rest}/>", attributes(action=paths, maxLength=whole, timeout=whole)),
    st.builds(lambda url: f"<Redirect>{url}</Redirect>", paths),
    st.sampled_from(["<Hangup/>", "<Reject/>", '<Reject reason="busy"/>', "<Enqueue/>", "<Say><b/>"]),
)
documents = st.lists(verbs, max_size=4).map("".join)
replies = st.one_of(
    documents,
    documents,
    documents,
    st.sampled_from(
        [ConnectionError("x"), TimeoutError("y"), WebhookResponse(500), WebhookResponse(200, {}, b"\xff")]
    ),
)
seconds = st.one_of(st.none(), st.sampled_from([0.0, 1.0, 7.5, 30.0]))
scripts = st.builds(
    Script,
    answers_after_seconds=seconds,
    presses=st.sampled_from([None, "1", "##"]),
    keys=st.lists(st.builds(Keys, st.sampled_from(["1", "123#", ""])), max_size=3).map(tuple),
    talks_seconds=seconds,
    hangs_up=st.booleans(),
    leaves_message_seconds=seconds,
    gives_up_after_seconds=seconds,
    rejects=st.booleans(),
)
behaviours = st.one_of(scripts, scripts, st.just(Busy()), st.sampled_from([Forwards(LINE), Forwards(OTHER)]))


@QUICK
@given(
    answers=st.fixed_dictionaries({"/voice": replies, "/a": replies, "/b": replies, "/fallback": replies}),
    caller=scripts,
    mobile=behaviours,
    other=behaviours,
    acts=st.lists(st.sampled_from(["press", "hang up", "end", "redirect", "wait"]), max_size=4),
)
def test_every_call_ends_exactly_once(worlds, answers, caller, mobile, other, acts):
    world = worlds(limits=Limits(max_documents_per_call=12, max_legs_per_call=12, max_hops=3))
    world.phone(MOBILE, mobile)
    world.phone(OTHER, other)
    world.replies |= answers
    sid = world.sandbox.dial(CALLER, LINE, behaviour=caller)
    for act in acts:
        world.advance(3)
        if sid not in world.sandbox.exchange.live:
            break
        if act == "press":
            world.sandbox.press(CALLER, "1#")
        elif act == "hang up":
            world.sandbox.hang_up(CALLER)
        elif act == "end":
            world.rest("POST", f"Calls/{sid}.json", {"Status": "completed"})
        elif act == "redirect":
            world.rest("POST", f"Calls/{sid}.json", {"Url": "https://app.example/b"})
    world.advance(2 * 86_400)

    assert world.sandbox.exchange.live == {}
    assert len(world.sandbox.timeline) == 0
    rows = world.calls()
    assert sid in [row.sid for row in rows]
    for row in rows:
        assert row.status in FINAL
        assert row.ended_at is not None
        assert row.created_at <= (row.answered_at or row.created_at) <= row.ended_at
    told = [form["CallSid"] for form in world.forms("/status") if form["CallStatus"] in FINAL]
    assert sorted(told) == sorted(set(told))
    times = [sent.at for sent in world.sent]
    assert times == sorted(times)


@QUICK
@given(
    st.one_of(st.binary(max_size=300), documents.map(lambda text: f"<Response>{text}</Response>".encode()))
)
def test_reading_a_document_fails_in_one_way_only(body):
    try:
        parse(body)
    except InvalidDocument as invalid:
        code = invalid.code
    else:
        code = 12100
    assert code in (12100, 11750)
