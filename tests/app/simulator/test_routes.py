from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from coworking.kit.clock import VirtualClock
from tests.simulator_stand import CALLER, GREETING, MOBILE, RENTED, WHISPER, Stand, build_stand
from tests.visitor import Visitor, form_token

CALLER_KEY, MOBILE_KEY = f"p{CALLER[1:]}", f"p{MOBILE[1:]}"


class Wall:
    """A person before the page, and the hand on the clock."""

    def __init__(self) -> None:
        self._base = VirtualClock(datetime(2026, 7, 14, 1, 0, tzinfo=UTC))
        self.stand: Stand = build_stand(self._base)
        self.visitor = Visitor(self.stand.app)
        self._token = form_token(self.visitor.get("/simulator").text)

    def close(self) -> None:
        self.stand.close()

    def wait(self, seconds: float) -> None:
        self._base.advance_to(self._base.now() + timedelta(seconds=seconds))
        asyncio.run(self.stand.settle())

    def do(self, act: str, **fields: str) -> httpx.Response:
        answer = self.visitor.post(f"/simulator/{act}", data=fields, headers={"X-Form-Token": self._token})
        self.wait(0)
        return answer

    def state(self, **query: Any) -> dict[str, Any]:
        answer = self.visitor.get("/simulator/state", params={"lang": "ja", **query})
        assert answer.status_code == 200
        body: dict[str, Any] = answer.json()
        return body

    def phone(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = next(phone for phone in self.state()["phones"] if phone["key"] == key)
        return found


@pytest.fixture
def wall() -> Iterator[Wall]:
    with closing(Wall()) as wall:
        yield wall


def ring_through(wall: Wall) -> None:
    if "かける" in wall.phone(CALLER_KEY)["acts"]:
        wall.do("dial", phone=CALLER, to="03-1234-5678")
    for _ in range(40):
        if "出る" in wall.phone(MOBILE_KEY)["acts"]:
            return
        wall.wait(0.5)


def talk(wall: Wall) -> None:
    ring_through(wall)
    wall.do("answer", phone=MOBILE)
    wall.wait(1)
    assert wall.do("press", phone=MOBILE, digits="1").status_code == 204
    wall.wait(0.5)
    assert "通話中" in wall.phone(MOBILE_KEY)["screen"]


def test_a_phone_rings_until_it_is_answered_and_presses_1(wall: Wall) -> None:
    assert wall.do("dial", phone=CALLER, to="03-1234-5678").status_code == 204
    assert "03-1234-5678 へ" in wall.phone(CALLER_KEY)["screen"]
    ring_through(wall)
    caller, mobile = wall.phone(CALLER_KEY), wall.phone(MOBILE_KEY)
    assert any(GREETING in line for line in caller["heard"])
    assert any("呼出音" in line for line in caller["heard"])
    assert "着信中" in mobile["screen"]
    assert caller["label"] == mobile["label"] == "A"
    assert wall.do("answer", phone=MOBILE).status_code == 204
    wall.wait(1)
    assert any(WHISPER in line for line in wall.phone(MOBILE_KEY)["heard"])
    assert "音声案内" in wall.phone(MOBILE_KEY)["screen"]
    assert "呼び出し中" in wall.phone(CALLER_KEY)["screen"]


def test_the_receipt_stands_under_the_ended_call(wall: Wall) -> None:
    talk(wall)
    wall.wait(61)
    wall.do("hang-up", phone=CALLER)
    wall.wait(1)
    (call,) = wall.state()["calls"]
    assert "64円" in call["html"]
    assert "NEX-09" in call["html"]
    assert "60秒×2単位" in call["html"]
    english = next(iter(wall.state(lang="en")["calls"]))["html"]
    assert "2 units of 60 s" in english
    assert "before tax" in english


def test_the_feed_goes_on_where_the_page_stands(wall: Wall) -> None:
    ring_through(wall)
    state = wall.state()
    last = state["feed"][-1]["seq"]
    assert wall.state(after=last, instance=state["instance"])["feed"] == []
    assert len(wall.state(after=last, instance="of before a restart")["feed"]) == len(state["feed"])
    assert wall.state(after="x" * 50, instance=state["instance"])["feed"] == state["feed"]


def test_a_declined_call_is_not_connected(wall: Wall) -> None:
    ring_through(wall)
    assert wall.do("reject", phone=MOBILE).status_code == 204
    wall.wait(5)
    (call,) = wall.state()["calls"]
    assert "つながらず" in call["html"]


def test_a_withheld_caller_has_no_number(wall: Wall) -> None:
    wall.do("dial", phone=CALLER, to="184 03-1234-5678")
    wall.wait(1)
    assert "非通知" in wall.state()["calls"][0]["html"]


@pytest.mark.parametrize(
    ("act", "fields", "status", "code"),
    [
        ("dial", {"phone": CALLER, "to": ""}, 422, "nothing-dialled"),
        ("dial", {"phone": CALLER, "to": "さとう"}, 422, "not-dialable"),
        ("dial", {"phone": "+81300000000", "to": "117"}, 404, "no-such-phone"),
        ("answer", {"phone": CALLER}, 409, "phone-not-ready"),
        ("press", {"phone": CALLER, "digits": "1"}, 409, "phone-not-ready"),
        ("press", {"phone": CALLER, "digits": "x"}, 422, "not-a-key"),
        ("hang-up", {"phone": CALLER}, 409, "phone-not-ready"),
        ("reject", {"phone": ""}, 404, "no-such-phone"),
        ("clock", {"speed": "7"}, 422, "not-a-setting"),
        ("clock", {"paused": "yes"}, 422, "not-a-setting"),
        ("disturbances", {"name": "everything", "on": "1"}, 422, "not-a-setting"),
    ],
)
def test_what_cannot_be_done_is_said(
    wall: Wall, act: str, fields: dict[str, str], status: int, code: str
) -> None:
    answer = wall.do(act, **fields)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_clock_and_the_disturbances_are_real(wall: Wall) -> None:
    wall.do("clock", speed="60")
    wall.do("clock", paused="1")
    clock, disturbances = wall.stand.clock, wall.stand.sandbox.disturbances
    assert (clock.speed, clock.paused) == (60, True)
    for name in ("duplicate", "reorder", "delay", "drop"):
        wall.do("disturbances", name=name, on="1")
    assert (disturbances.duplicate, disturbances.reorder) == (True, True)
    assert disturbances.delay_seconds > 0
    assert disturbances.drop == {"completed"}
    assert wall.state()["disturbances"] == dict.fromkeys(("duplicate", "reorder", "delay", "drop"), True)
    for name in ("duplicate", "reorder", "delay", "drop"):
        wall.do("disturbances", name=name, on="0")
    assert not any(wall.state()["disturbances"].values())


def test_a_phone_is_added_and_its_card_sent_once(wall: Wall) -> None:
    answer = wall.do("phones", name="川辺製作所", number="052-330-7148")
    assert (answer.status_code, answer.headers["hx-trigger"]) == (204, "phone-added")
    known = ",".join(phone["key"] for phone in wall.state()["phones"][:-1])
    cards = [phone["card"] for phone in wall.state(phones=known)["phones"]]
    assert cards[:-1] == [None] * (len(cards) - 1)
    assert "川辺製作所" in cards[-1]


def test_the_form_for_a_phone_says_what_is_wrong(wall: Wall) -> None:
    answer = wall.do("phones", name="<b>", number=MOBILE)
    assert answer.status_code == 422
    assert "もうあります" in answer.text
    assert "&lt;b&gt;" in answer.text
    assert "名前を24文字まで" in wall.do("phones", name="", number="110").text


def test_the_wall_has_an_end(wall: Wall) -> None:
    for index in range(30):
        answer = wall.do("phones", name=f"電話{index}", number=f"090-4000-{index:04}")
    assert answer.status_code == 422
    assert "24台まで" in answer.text
    assert len(wall.stand.sandbox.phones) == 24


def test_the_page_says_who_should_dial_what(wall: Wall) -> None:
    page = wall.visitor.get("/simulator?lang=en").text
    assert (
        '丸山会計事務所 calls <span class="n">03-1234-5678</span> (佐藤デザイン事務所): 佐藤 携帯 rings.'
        in page
    )
    assert 'value="03-1234-5678"' in page


def test_an_empty_wall_is_a_page_too() -> None:
    with closing(build_stand(VirtualClock(datetime(2026, 7, 14, tzinfo=UTC)), phones=False)) as stand:
        assert Visitor(stand.app).get("/simulator").status_code == 200


def test_no_number_of_ours_is_needed_to_call_outside(wall: Wall) -> None:
    wall.do("dial", phone=CALLER, to="090-2345-6789")
    wall.wait(5)
    assert "着信中" in wall.phone("p819023456789")["screen"]
    assert wall.state()["feed"] == []
    assert RENTED not in str(wall.state()["calls"])


def test_each_side_sees_the_other_even_where_the_rented_number_is_shown_to_both(wall: Wall) -> None:
    talk(wall)
    assert "03-1234-5678 へ" in wall.phone(CALLER_KEY)["screen"]
    assert "から" in wall.phone(MOBILE_KEY)["screen"]
    wall.do("hang-up", phone=CALLER)
    wall.wait(1)
    wall.do("dial", phone=MOBILE, to="184 090-2345-6789")
    wall.wait(1)
    assert "非通知 から" in wall.phone("p819023456789")["screen"]
    assert "090-2345-6789 へ" in wall.phone(MOBILE_KEY)["screen"]
