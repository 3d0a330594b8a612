from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

from tests.console_stand import Stand
from tests.visitor import Visitor, form_token

ROW = re.compile(r'hx-target="#panel"')


def count_of(page: str) -> int:
    """How many calls the page says there are."""
    found = re.search(r"(\d+)件のうち", page)
    return int(found[1]) if found else 0


CALLS_BY_FILTER = {
    "": 90,
    "month=2026-06": 0,
    "q=佐藤": 30,
    "q=さとう": 0,
    "q=ﾐﾂﾊﾞ": 30,
    "q=4410": 18,
    "q=045-411-0001": 30,
    "q=nobody": 0,
    "outcome=answered": 67,
    "outcome=no-answer": 23,
    "class=forward-to-fixed": 22,
    "direction=out": 0,
    "least_seconds=245": 22,
    "least_yen=160": 11,
    "most_yen=0": 23,
    "first=2026-07-14&last=2026-07-14": 6,
    "ending=5678": 68,
    "class=forward-to-mobile&q=佐藤&least_yen=64": 10,
    "held=1": 0,
}
NO_FILTERS = (
    "month=2026-13", "month=x", "first=x", "first=2020-01-01&last=2026-01-01", "first=2026-07-02&last=2026-07-01",
    "class=x", "outcome=x", "direction=x", "least_yen=x", "least_yen=-1", "least_yen=NaN", "least_yen=1e99",
    "least_yen=0.0001", "least_seconds=-1", "least_seconds=99999999999", "ending=12", "ending=１２３４", "line=x",
    "member=99999999999999999999", "before=x",
)  # fmt: skip


def test_filters_say_how_many_calls_there_are(billing: Visitor) -> None:
    pages = {query: billing.get(f"/console/calls?{query}").text for query in CALLS_BY_FILTER}
    assert {query: count_of(page) for query, page in pages.items()} == CALLS_BY_FILTER
    for query, page in pages.items():
        assert len(ROW.findall(page)) == min(CALLS_BY_FILTER[query], 50), query


def test_what_is_no_filter_is_refused_with_a_sentence(billing: Visitor) -> None:
    for query in NO_FILTERS:
        answer = billing.get(f"/console/calls?{query}", headers={"Accept": "text/html"})
        assert answer.status_code in (404, 422), query
        assert 'class="card empty"' in answer.text


def test_pages_follow_each_other_without_a_gap(billing: Visitor) -> None:
    seen: list[str] = []
    address: str | None = "/console/calls"
    while address:
        page = billing.get(address).text
        seen += re.findall(r'href="/console/calls/(\d+)[^"]*#panel"', page)
        older = re.search(r'href="(/console/calls\?[^"]*before=\d+)"', page)
        address = older[1].replace("&amp;", "&") if older else None
    assert len(seen) == len(set(seen)) == 90


def test_a_call_stands_alone_and_as_a_part(stand: Stand, billing: Visitor) -> None:
    call_id = stand.call_ids[-6]
    whole = billing.get(f"/console/calls/{call_id}").text
    assert "<html" in whole
    assert 'aria-selected="true"' in whole
    for shown in ("佐藤デザイン事務所", "NEX-09", "42秒 → 60秒単位で1 × 32円 = 32円", "料金を取り消す"):
        assert shown in whole
    part = billing.get(f"/console/calls/{call_id}", headers={"HX-Request": "true", "HX-Target": "panel"}).text
    assert "<html" not in part
    assert 'id="panel"' in part
    restored = {"HX-Target": "panel", "HX-History-Restore-Request": "true"}
    assert "<html" in billing.get(f"/console/calls/{call_id}", headers=restored).text


def test_a_call_that_is_not_there(billing: Visitor) -> None:
    for call in ("0", "x", "99999999999999999999", "%00", "CA" + "9" * 32):
        assert billing.get(f"/console/calls/{call}").status_code == 404


def test_a_charge_is_taken_back_and_given_back(stand: Stand, billing: Visitor) -> None:
    path = f"/console/calls/{stand.call_ids[-6]}"
    answer = billing.post_form(f"{path}/reverse", path, reason="接続の不具合", q="佐藤")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"{path}?q=%E4%BD%90%E8%97%A4&done=reversed",
    )
    page = billing.get(answer.headers["location"]).text
    assert "料金を取り消しました" in page
    assert "に取り消し: 接続の不具合" in page
    assert "料金を戻す" in page
    assert count_of(billing.get("/console/calls?held=1").text) == 1
    assert "すでに取り消されています" in billing.post_form(f"{path}/reverse", path, reason="x").text
    assert billing.post_form(f"{path}/reinstate", path).headers["location"] == f"{path}?done=reinstated"
    assert "料金を取り消す" in billing.get(path).text


def test_without_a_reason_nothing_is_taken_back(stand: Stand, billing: Visitor) -> None:
    path = f"/console/calls/{stand.call_ids[-6]}"
    answer = billing.post_form(f"{path}/reverse", path, reason="  ")
    assert answer.status_code == 422
    assert "内容を書いてください" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert count_of(billing.get("/console/calls?held=1").text) == 0


def test_the_file_holds_what_the_filter_shows(billing: Visitor) -> None:
    answer = billing.get("/console/calls.csv?q=佐藤")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 30
    assert {row["回線"] for row in rows} == {"045-411-0001"}
    assert rows[0]["開始"] > rows[-1]["開始"]
    assert len(billing.get("/console/calls.csv?q=nobody&lang=en").text.splitlines()) == 1
    assert "call,started" in billing.get("/console/calls.csv?lang=en").text


def test_reception_sees_calls_but_no_money_of_the_operators(
    stand: Stand, as_role: Callable[[str], Visitor]
) -> None:
    reception = as_role("reception")
    page = reception.get(f"/console/calls/{stand.call_ids[0]}").text
    assert "料金の理由" in page
    for hidden in ("通信会社との照合", "粗利", "取り消す", "/console/margins"):
        assert hidden not in page
    token = form_token(page)
    answer = reception.post(
        f"/console/calls/{stand.call_ids[0]}/reverse", data={"form_token": token, "reason": "x"}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "not-permitted")
