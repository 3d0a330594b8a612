from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from coworking.kit.phone import parse_phone
from telephony.numbers.purchases import ask_for_numbers
from tests.console_stand import NOW, Stand
from tests.factories.numbers import line_rules
from tests.visitor import Visitor, form_token

PAGE = "/console/numbers"


def send_file(visitor: Visitor, content: bytes, *, token: str | None = None) -> httpx.Response:
    token = form_token(visitor.get(PAGE).text) if token is None else token
    return visitor.post(
        f"{PAGE}/import",
        data={"form_token": token},
        files={"file": ("stock.csv", content, "text/csv")},
        headers={"Accept": "text/html"},
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_every_line_of_a_file_is_reported(billing: Visitor, encoding: str) -> None:
    text = "number,carrier_sid\r\n06-6670-0001,PN1\r\n045-411-0001,\r\n番号,\r\n090-1234-5678,\r\n"
    page = send_file(billing, text.encode(encoding)).text
    for shown in ("登録 1件", "登録済み 1件", "不可 2件", "電話番号として読めません", "06-6670-0001"):
        assert shown in page
    assert "06-6670-0001" not in billing.get(PAGE).text


def test_what_is_no_stock_file_is_refused(billing: Visitor) -> None:
    for content in (b"", b"x,y\n1,2\n", b"\xff\xfe\x00", b"number\n" + b"0" * 1_200_000):
        assert send_file(billing, content).status_code in (413, 415, 422)
    assert send_file(billing, b"number\n", token="guessed.token").status_code == 403


def test_stock_is_counted_by_area_code(billing: Visitor) -> None:
    page = billing.get(PAGE).text
    for shown in ("045", "横浜", "東京"):
        assert shown in page


def test_a_purchase_is_approved_by_an_administrator_who_did_not_ask(
    stand: Stand, as_role: Callable[[str], Visitor]
) -> None:
    with stand.composition.database.transaction(stand.operator_id) as session:
        purchase = ask_for_numbers(
            session,
            line_rules(),
            stand.operator_id,
            "03",
            [parse_phone("03-6670-0099")],
            actor="account:999999",
            now=NOW,
        )
    administrator, billing = as_role("administrator"), as_role("billing")
    assert "承認待ちの番号の購入が1件" in administrator.get("/").text
    path = f"{PAGE}/purchases/{purchase.id}/approve"
    assert billing.post_form(path, PAGE).status_code == 403
    assert administrator.post_form(path, PAGE).headers["location"] == f"{PAGE}?done=approved"
    assert "承認待ち" not in administrator.get(PAGE).text
    assert administrator.post_form(path, PAGE).status_code == 409
