"""Numbers and lines over HTTP, with what a change does to the routing card."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from coworking.kit.db import Database
from coworking.kit.notices import Notice
from telephony.forwarding.cards import read_card
from tests.api_house import ApiHouse, open_house
from tests.factories.membership import NOW, make_account, make_token


@pytest.fixture
def house(clean_database: Database, tmp_path: Path) -> Iterator[ApiHouse]:
    house = open_house(clean_database.url, tmp_path)
    with closing(house.composition):
        yield house


def ask(
    house: ApiHouse,
    method: str,
    url: str,
    body: object = None,
    *,
    token: str | None = None,
    language: str = "en",
) -> tuple[int, Any]:
    answer = house.ask(
        method,
        url,
        token=token or house.staff["nex"],
        body=body,
        headers={"accept-language": language},
    )
    return answer.status, json.loads(answer.body)


def card(house: ApiHouse) -> tuple[str, str | None]:
    with house.composition.database.transaction(house.first.operator_id) as session:
        found = read_card(session, house.first.number)
    assert found is not None
    return found.status, found.halted


def kinds(house: ApiHouse) -> list[str]:
    with house.composition.database.transaction(house.first.operator_id) as session:
        return list(
            session.scalars(
                select(Notice.kind)
                .where(Notice.recipient == f"member:{house.first.member_id}", Notice.kind != "welcome")
                .order_by(Notice.id)
            )
        )


def staff(house: ApiHouse, role: str) -> str:
    with house.composition.database.transaction(house.first.operator_id) as session:
        return make_token(session, make_account(session, house.first.operator_id, role=role))


def test_nex_19_callers_hear_that_a_line_is_suspended(house: ApiHouse) -> None:
    line = f"/api/lines/{house.first.line_id}"
    status, act = ask(
        house,
        "POST",
        f"{line}/prohibited-acts",
        {"kind": "mass-mail", "happened_on": "2026-06-01", "evidence": "通信記録"},
    )
    assert (status, act["kind"]) == (201, "mass-mail")
    written = len(kinds(house))
    status, shown = ask(
        house, "POST", f"{line}/suspend", {"reason": "prohibited-act", "prohibited_act_id": act["id"]}
    )
    assert (status, shown["status"], card(house)[0]) == (200, "suspended", "suspended")
    assert ask(house, "POST", f"{line}/suspend", {"reason": "unpaid"})[1]["code"] == "line-suspended"
    status, shown = ask(house, "POST", f"{line}/lift-suspension")
    assert (status, shown["status"], card(house)[0]) == (200, "active", "lent")
    assert kinds(house)[written:] == ["line-suspended", "line-resumed"]
    _, page = ask(house, "GET", f"/api/suspensions?line_id={house.first.line_id}", token=house.first.token)
    assert [one["reason"] for one in page["items"]] == ["unpaid", "prohibited-act"]


def test_nex_20_callers_hear_of_an_interruption_and_a_restriction(house: ApiHouse) -> None:
    _, halt = ask(house, "POST", "/api/interruptions", {"lines": "all", "reason": "maintenance"})
    assert (halt["lines"], halt["reason"], card(house)[1]) == ("all", "maintenance", "interrupted")
    _, restriction = ask(house, "POST", "/api/restrictions", {"lines": [house.first.line_id]})
    assert restriction["lines"] == [house.first.line_id]
    house.clock.advance_to(NOW + timedelta(hours=1))
    status, ended = ask(house, "POST", f"/api/interruptions/{halt['id']}/end")
    assert (status, ended["ended_at"]) == (200, "2026-06-10T04:00:00Z")
    assert card(house)[1] == "restricted"
    status, _ = ask(house, "PUT", f"/api/lines/{house.first.line_id}/priority", {"is_priority": True})
    assert (status, card(house)[1]) == (200, None)
    assert ask(house, "POST", f"/api/restrictions/{restriction['id']}/end")[0] == 200
    status, refused = ask(house, "POST", "/api/interruptions", {"lines": "all", "reason": "weather"})
    assert (status, refused["code"]) == (422, "reason-unknown")
    assert ask(house, "POST", "/api/restrictions", {"lines": [house.foreign.line_id]})[0] == 404
    assert {"interruption-started", "interruption-ended", "restriction-started"} <= set(kinds(house))


def test_nex_22_and_23(house: ApiHouse) -> None:
    line, token = f"/api/lines/{house.first.line_id}", house.first.token
    to = {"member_id": house.second.member_id}
    for who in (token, house.staff["nex"]):
        status, refused = ask(house, "POST", f"{line}/transfer", to, token=who)
        assert (status, refused["code"]) == (409, "not-transferable")
    status, refused = ask(house, "POST", f"{line}/confirm-number-removed", token=token)
    assert (status, refused["code"]) == (409, "line-not-ending")
    assert ask(house, "POST", f"{line}/end", token=token)[1]["number_removal_confirmed_at"] is None

    def listed(confirmed: str) -> list[int]:
        _, page = ask(house, "GET", f"/api/lines/number-removals?confirmed={confirmed}")
        return [one["id"] for one in page["items"]]

    assert house.first.line_id in listed("false")
    status, shown = ask(house, "POST", f"{line}/confirm-number-removed", token=token)
    assert (status, shown["number_removal_confirmed_at"]) == (200, "2026-06-10T03:00:00Z")
    assert listed("true") == [house.first.line_id]
    assert house.first.line_id not in listed("false")
    assert ask(house, "GET", line)[1]["number_removal_confirmed_at"] == "2026-06-10T03:00:00Z"


@pytest.mark.parametrize(
    ("language", "reason"), [("ja", "電話番号として読めません。"), ("en", "this is no telephone number")]
)
def test_a_stock_file_is_reported_in_the_readers_language(
    house: ApiHouse, language: str, reason: str
) -> None:
    file = "number\n045-670-0900\n横浜\n".encode("cp932")
    body = {"file": base64.b64encode(file).decode()}
    status, report = ask(house, "POST", "/api/numbers/import", body, language=language)
    assert (status, report["entered"], report["known"], report["refused"]) == (200, 1, 0, 1)
    assert [(one["line"], one["outcome"], one["reason"]) for one in report["lines"]] == [
        (2, "entered", None),
        (3, "refused", reason),
    ]


@pytest.mark.parametrize(
    "body",
    [{}, {"csv": "number\n", "file": "bnVtYmVyCg=="}, {"file": "%%%"}, {"file": "gf8="}, {"file": "あ"}],
)
def test_what_is_no_one_file_is_refused(house: ApiHouse, body: dict[str, str]) -> None:
    status, refused = ask(house, "POST", "/api/numbers/import", body)
    assert (status, refused["code"]) == (422, "stock-file-unreadable")


def test_only_another_administrator_approves_a_purchase(house: ApiHouse) -> None:
    billing = staff(house, "billing")
    status, purchase = ask(
        house,
        "POST",
        "/api/number-purchases",
        {"area_code": "045", "numbers": ["045-670-0500"]},
        token=billing,
    )
    assert (status, purchase["numbers"][0]["status"]) == (201, "asked")
    approve = f"/api/number-purchases/{purchase['id']}/approve"
    assert ask(house, "POST", approve, token=staff(house, "reception"))[1]["code"] == "not-permitted"
    status, approved = ask(house, "POST", approve)
    assert (status, approved["numbers"][0]["status"]) == (200, "approved")
    _, own = ask(house, "POST", "/api/number-purchases", {"area_code": "045", "numbers": ["045-670-0501"]})
    status, refused = ask(house, "POST", f"/api/number-purchases/{own['id']}/approve")
    assert (status, refused["code"]) == (403, "four-eyes-required")


def test_what_is_for_sale_is_asked_for_first(house: ApiHouse) -> None:
    status, answer = ask(house, "GET", "/api/numbers/for-sale")
    assert (status, answer["prefix"], answer["status"], answer["numbers"]) == (200, "03", "asked", [])
    assert ask(house, "GET", "/api/numbers/for-sale?prefix=4")[1]["code"] == "prefix-refused"


def test_a_number_through_its_states(house: ApiHouse) -> None:
    number = f"/api/numbers/{house.first.stock_number_id}"
    until = "2026-06-20T18:00:00+09:00"
    member = {"member_id": house.first.member_id, "until": until}

    def state(method: str, url: str, body: object = None) -> tuple[int, Any]:
        status, shown = ask(house, method, url, body)
        return status, shown.get("status") if status == 200 else shown["code"]

    assert state("POST", f"{number}/reserve", member) == (200, "reserved")
    assert state("POST", f"{number}/control") == (409, "number-state")
    assert state("DELETE", f"{number}/reserve") == (200, "available")
    assert state("POST", f"{number}/control") == (200, "control")
    assert state("POST", f"{number}/release") == (409, "number-state")
    assert state("DELETE", f"{number}/control") == (200, "available")
    assert state("POST", f"{number}/port-out", {"ports_at": "2026-06-01T00:00:00Z"}) == (200, "ported-out")
    body = {
        "number": "045-670-0888",
        "ports_at": "2026-07-01T00:00:00+09:00",
        **{"member_id": house.first.member_id},
    }
    status, refused = ask(house, "POST", "/api/numbers/port-in", body)
    assert (status, refused["code"]) == (422, "plan-not-allowed")
    status, shown = ask(house, "POST", "/api/numbers/port-in", body | {"line_plan": "incoming-outgoing"})
    assert (status, shown["number"]["status"]) == (201, "assigned")
    assert ask(house, "GET", f"/api/lines/{shown['line_id']}")[1]["starts_at"] == "2026-06-30T15:00:00Z"


def test_where_the_operator_is(house: ApiHouse) -> None:
    _, offices = ask(house, "GET", "/api/offices", token=house.first.token)
    yokohama = next(office for office in offices if office["name"] == "yokohama")
    assert (yokohama["place_ja"], yokohama["area_code"], yokohama["open_now"]) == ("横浜", "045", True)
    assert [(one["opens_at"], one["closes_at"]) for one in yokohama["hours"]] == [("10:00", "18:30")]
    house.clock.advance_to(NOW + timedelta(hours=7))
    assert not ask(house, "GET", "/api/offices", token=house.first.token)[1][0]["open_now"]
    _, codes = ask(house, "GET", "/api/area-codes", token=house.first.token)
    of_yokohama = next(code for code in codes if code["area_code"] == "045")
    assert (of_yokohama["places_ja"], of_yokohama["places_en"]) == ("横浜", "Yokohama, Kanagawa")
    assert of_yokohama["offices"] == ["yokohama"]
