"""Whom a label means: the likeliest first, one alone only where nobody else comes near."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail_handling.addressees.matching import MOST_SUGGESTIONS, Addressee, match

KNOWN = (
    Addressee(1, ("佐藤 花子", "サトウ ハナコ")),
    Addressee(2, ("佐藤 花江", "サトウ ハナエ")),
    Addressee(3, ("髙橋 健一", "タカハシ ケンイチ", "喫茶みどり")),
    Addressee(4, ("株式会社青葉商事", "アオバショウジ")),
    Addressee(5, ("青葉商事合同会社", "アオバショウジ")),
    Addressee(6, ("Bluewave Trading株式会社",)),
    Addressee(7, ("小野 裕子", "オノ ユウコ")),
    Addressee(8, ("横浜商店",)),
    Addressee(9, ("株式会社日新",)),
)


@pytest.mark.parametrize(
    ("lines", "member_id"),
    [
        (["〒220-0012", "横浜市西区2-3-1", "佐藤花子 様"], 1),
        (["佐 藤 花 江 様"], 2),
        (["さとう　はなえ　さま"], 2),
        (["高橋健一殿"], 3),
        (["高嶋健一 殿"], 3),
        (["ｻﾄｳ ﾊﾅｺ 様"], 1),
        (["TO: HANAKO SATOH", "Yokohama 220-0012"], 1),
        (["Ms. Yuko Ohno"], 7),
        (["(株)青葉商事 御中"], 4),
        (["青葉商事(同) 総務部 御中"], 5),
        (["㈱ Bluewave Tradlng 御中"], 6),
        (["Bluewave Trading Co., Ltd."], 6),
        (["喫茶みどり 様"], 3),
        (["株式会社日新 佐々木様"], 9),
        (["株式会社青葉商事 内", "佐藤花子 様", "差出人 青葉商事合同会社"], 1),
    ],
)
def test_one_is_suggested_alone(lines: list[str], member_id: int) -> None:
    first = match(lines, KNOWN)[0]
    assert (first.member_id, first.is_single) == (member_id, True)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["", "   "],
        ["〒220-0012 横浜市西区みなとみらい2-3-1"],
        ["鈴木 次郎 様"],
        ["佐藤 様"],
        ["ご依頼主 株式会社日新"],
        ["####", "|||", "ーー"],
    ],
)
def test_nobody_is_suggested_alone(lines: list[str]) -> None:
    assert not any(one.is_single for one in match(lines, KNOWN))


def test_two_of_one_name_are_suggested_together() -> None:
    twins = (*KNOWN, Addressee(10, ("佐藤 花子", "サトウ ハナコ")))
    found = match(["佐藤花子 様"], twins)
    assert {one.member_id for one in found[:2]} == {1, 10}
    assert not any(one.is_single for one in found)


@settings(max_examples=50)
@given(st.lists(st.text(max_size=60), max_size=20))
def test_any_text_gives_a_short_list_in_order(lines: list[str]) -> None:
    found = match(lines, KNOWN)
    assert len(found) <= MOST_SUGGESTIONS
    assert len({one.member_id for one in found}) == len(found)
    assert not any(one.is_single for one in found[1:])
    assert all(0 < one.score <= 1 for one in found)
