"""What the simulator page shows, and phones in people's hands."""

import json

import pytest

from telephony.carrier.sandbox import Manual, NoCall, UnknownPhone

CALLER = "+81366667777"
MOBILE = "+819012345678"
LINE = "+81453498023"
ACCEPT = (
    '<Gather numDigits="1" action="/accept" timeout="9">'
    '<Say language="ja-JP">一を押してください</Say></Gather><Hangup/>'
)
FORWARD = f'<Say>one moment</Say><Dial timeout="40"><Number url="/whisper">{MOBILE}</Number></Dial>'


def states(world):
    return {phone["number"]: phone["state"] for phone in world.sandbox.snapshot()["phones"]}


def test_a_call_by_hand(world):
    world.phone(CALLER, Manual())
    world.phone(MOBILE, Manual(), kind="mobile")
    world.replies |= {"/whisper": ACCEPT, "/accept": ""}
    assert states(world) == {CALLER: "idle", MOBILE: "idle"}
    world.dial(FORWARD, seconds=0.1)
    assert states(world) == {CALLER: "prompt", MOBILE: "idle"}
    world.advance(5)
    assert states(world) == {CALLER: "dialling", MOBILE: "ringing"}
    world.sandbox.answer(MOBILE)
    world.advance(5)
    assert states(world) == {CALLER: "dialling", MOBILE: "prompt"}
    world.sandbox.press(MOBILE, "1")
    world.advance(5)
    assert states(world) == {CALLER: "talking", MOBILE: "talking"}
    live = world.sandbox.snapshot()["calls"][0]
    assert live["label"] == "A"
    assert [leg["role"] for leg in live["legs"]] == ["caller", "forward"]
    assert [segment["kind"] for segment in live["legs"][0]["segments"]] == ["wait", "ring", "talk"]
    assert [segment["kind"] for segment in live["legs"][1]["segments"]] == ["ring", "ask", "talk"]
    assert live["legs"][1]["segments"][-1]["to_s"] == 15.1
    world.sandbox.hang_up(MOBILE)
    world.advance(5)
    assert states(world) == {CALLER: "idle", MOBILE: "idle"}
    assert world.sandbox.snapshot()["calls"][0]["ended_at"] is not None
    heard = world.sandbox.snapshot()["phones"][1]["heard"]
    assert [(each["who"], each["text"]) for each in heard] == [
        ("sys", "一を押してください"),
        ("me", "1"),
        ("event", "bridged"),
        ("event", "completed"),
    ]


def test_declining_by_hand(world):
    world.phone(MOBILE, Manual())
    sid = world.dial(f"<Dial>{MOBILE}</Dial>", seconds=3)
    world.sandbox.reject(MOBILE)
    world.advance(1)
    assert world.children(sid)[0].status == "busy"


def test_the_feed_is_numbered_and_only_what_is_new_is_given(world):
    world.dial("<Hangup/>")
    first = world.sandbox.snapshot()
    assert [(entry["direction"], entry["event"]) for entry in first["feed"]] == [
        ("in", "voice"),
        ("out", "Hangup"),
        ("in", "status completed"),
    ]
    assert world.sandbox.snapshot(since=first["seq"])["feed"] == []
    world.dial("<Hangup/>")
    newer = world.sandbox.snapshot(since=first["seq"])["feed"]
    assert [entry["seq"] for entry in newer] == [4, 5, 6]
    assert newer[0]["label"] == "B"


def test_the_snapshot_is_json(world):
    world.phone(MOBILE, Manual())
    world.dial(FORWARD, seconds=3, withheld="anonymous")
    assert json.loads(json.dumps(world.sandbox.snapshot())) == world.sandbox.snapshot()


def test_acts_without_a_call_are_refused(world):
    world.phone(MOBILE, Manual())
    for act in (world.sandbox.answer, world.sandbox.hang_up, world.sandbox.reject):
        with pytest.raises(NoCall):
            act(MOBILE)
    with pytest.raises(NoCall):
        world.sandbox.press(MOBILE, "1")
    with pytest.raises(UnknownPhone):
        world.sandbox.dial("+81300000000", LINE)


def test_a_phone_may_be_replaced_during_a_call(world):
    world.phone(MOBILE, Manual())
    world.dial(f"<Dial>{MOBILE}</Dial>", seconds=3)
    world.phone(MOBILE, Manual())
    world.sandbox.answer(MOBILE)
    world.advance(1)
    assert states(world)[MOBILE] == "talking"
