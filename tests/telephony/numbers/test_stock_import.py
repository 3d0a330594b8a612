from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from coworking.kit.db import belong_to
from telephony.numbers.errors import StockFileUnreadable, StockRowRefused
from telephony.numbers.stock_import import import_stock, read_stock_file
from tests.factories.membership import NOW, make_operator
from tests.factories.numbers import ACTOR, make_stock

FILE = """number,carrier_sid
045-411-0001,PN1
not a number,

045-411-0002,
045-411-0001,
090-1234-5678,
045-411-0003,PN3,more
"045-411-0004
050-3123-4567,PN7
"""


def report(session: Session, operator_id: int, text: str) -> list[tuple[int, str, str | None]]:
    lines = import_stock(session, operator_id, text, actor=ACTOR, now=NOW)
    return [(line.line, line.outcome, line.reason.en if line.reason else None) for line in lines]


def test_every_line_is_reported(session: Session) -> None:
    operator_id = make_operator(session)
    make_stock(session, operator_id, first=2)
    assert report(session, operator_id, FILE) == [
        (2, "entered", None),
        (3, "refused", "this is no telephone number"),
        (5, "known", None),
        (6, "refused", "the same number stands on an earlier line"),
        (7, "refused", "only fixed and 050 numbers can be lent"),
        (8, "refused", "there are too many columns"),
        (9, "refused", "this is no CSV"),
        (10, "entered", None),
    ]


def test_a_number_of_another_operator_is_refused(session: Session) -> None:
    first = make_operator(session, "first")
    make_stock(session, first)
    second = make_operator(session, "second")
    belong_to(session, second)
    assert report(session, second, "number\n045-411-0001\n") == [
        (2, "refused", "this number cannot be stock here")
    ]


def test_a_wrong_header_refuses_the_file(session: Session) -> None:
    operator_id = make_operator(session)
    for text in ("", "\n", "name,number\n045-411-0001\n"):
        with pytest.raises(StockRowRefused) as refused:
            import_stock(session, operator_id, text, actor=ACTOR, now=NOW)
        assert refused.value.facts["line"] == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_file_of_a_spreadsheet_is_read(encoding: str) -> None:
    text = "number\n０４５−４１１−０００１ 横浜\n".replace("−", "－")
    assert read_stock_file(text.encode(encoding)) == text


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(StockFileUnreadable):
        read_stock_file(b"\x81\xff\xfe\x00\xff")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(StockFileUnreadable):
        assert isinstance(read_stock_file(content), str)
