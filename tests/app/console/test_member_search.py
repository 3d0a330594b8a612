"""Staff find members by a part of the name or of its kana, however it is spelt."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.console.member_search import search_members
from tests.factories.membership import make_member, make_operator


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("佐藤", ["佐藤 花子"]),
        ("さとう", ["佐藤 花子"]),
        ("ｻﾄｳ ﾊﾅｺ", ["佐藤 花子"]),
        ("サトウショウ", ["佐藤商会"]),
        ("たなか", []),
        (" ", []),
    ],
)
def test_members_by_name_and_kana(session: Session, text: str, found: list[str]) -> None:
    operator_id = make_operator(session)
    person = make_member(session, operator_id, name="佐藤 花子")
    person.person.kana = "サトウ ハナコ"
    company = make_member(session, operator_id, kind="company", name="佐藤商会")
    assert company.company is not None
    company.company.kana = "さとうしょうかい"
    session.flush()
    shown = [one.name for one in search_members(session, text)]
    assert [name for name in shown if name in found] == found
    assert found or shown == []
