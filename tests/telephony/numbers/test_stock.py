from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import AuditEntry
from coworking.kit.db import belong_to
from telephony.numbers import StockRow, count_stock, enter, list_stock, parse_stock_csv
from telephony.numbers.errors import NoFreeNumber, StockRowRefused
from telephony.numbers.models import StockNumber
from telephony.numbers.stock import MOST_ROWS, take_next_free
from tests.factories.membership import NOW, make_operator
from tests.factories.numbers import make_stock, stock_text

GOOD = "number,carrier_sid\n045-411-0001,PN1\n045-411-0002,\n"


def parsed(text: str) -> list[tuple[str, str | None]]:
    return [(row.number.e164, row.carrier_sid) for row in parse_stock_csv(text)]


BOTH = [("+81454110001", "PN1"), ("+81454110002", None)]


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.removesuffix("\n"),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        "\ufeff" + GOOD,
        "\ufeff" + GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\n\n") + "\n\n",
        GOOD + " , \n",
        'number,carrier_sid\n"045-411-0001","PN1"\n"045-411-0002",""\n',
        '"number","carrier_sid"\r\n"045-411-0001",PN1\r\n045-411-0002,\r\n',
        '\ufeff"number","carrier_sid"\n"045-411-0001",PN1\n045-411-0002,\n',
        " number , carrier_sid \n 045-411-0001 , PN1 \n 045-411-0002 ,  \n",
        "number,carrier_sid\n+81454110001,PN1\n０４５ー４１１ー０００２,\n",
        "number,carrier_sid\n(045)411-0001,PN1\n0454110002\n",
    ],
)
def test_a_good_file_in_every_form(text: str) -> None:
    assert parsed(text) == BOTH


def test_the_reference_of_the_carrier_may_be_left_out() -> None:
    assert parsed("number\n045-411-0001\n050-3123-4567\n") == [
        ("+81454110001", None),
        ("+815031234567", None),
    ]
    assert parsed("number\n") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("\n", 1),
        ("045-411-0001\n", 1),
        ("carrier_sid,number\n", 1),
        ("number;carrier_sid\n", 1),
        ("Number\n", 1),
        ("number,carrier_sid,more\n", 1),
        ("number\n045-411-0001,PN1\n", 2),
        (GOOD + "045-411-0003,PN3,more\n", 4),
        (GOOD + "not a number,\n", 4),
        (GOOD + ",PN3\n", 4),
        (GOOD + "045-411,\n", 4),
        (GOOD + "0,\n", 4),
        (GOOD + "110,\n", 4),
        (GOOD + "0120-123-456,\n", 4),
        (GOOD + "090-1234-5678,\n", 4),
        (GOOD + "020-1234-5678,\n", 4),
        (GOOD + "+12125550123,\n", 4),
        (GOOD + "+442079460000,\n", 4),
        (GOOD + "186-045-411-0003,\n", 4),
        (GOOD + "045-411-0001,\n", 4),
        (GOOD + "+81 45 411 0001,PN9\n", 4),
        (GOOD + "\n\n0,\n", 6),
        (GOOD.replace("\n", "\r\n") + "0,\r\n", 4),
        ("\ufeff" + GOOD + "0,\n", 4),
        (GOOD + '"045-411-0003', 4),
        (GOOD + '"045-411-0003"x,\n', 4),
        (GOOD + "045-411-0003,PN\x003\n", 4),
        (GOOD + '045-411-0003,"PN\n3"\n', 5),
        (GOOD + "045-411-0003," + "x" * 65 + "\n", 4),
        (GOOD + "045-411-0003," + "x" * 200_000 + "\n", 4),
    ],
)
def test_a_malformed_line_is_named(text: str, line: int) -> None:
    with pytest.raises(StockRowRefused) as refused:
        parse_stock_csv(text)
    assert refused.value.facts["line"] == line
    assert refused.value.sentence("ja").startswith(f"{line} 行目: ")
    assert refused.value.sentence("en").startswith(f"Line {line}: ")
    assert refused.value.code == "stock-row-refused"


def many(count: int) -> str:
    return "number\n" + "".join(f"{stock_text('045', n % 10_000)}\n" for n in range(count))


def test_a_file_has_its_limit() -> None:
    assert len(parse_stock_csv(many(MOST_ROWS))) == MOST_ROWS
    with pytest.raises(StockRowRefused) as refused:
        parse_stock_csv(many(MOST_ROWS) + "045-412-0001\n")
    assert refused.value.facts["line"] == MOST_ROWS + 2
    assert str(MOST_ROWS) in refused.value.sentence("ja")


def refused_line(text: str) -> int | None:
    try:
        rows = parse_stock_csv(text)
    except StockRowRefused as refused:
        return int(refused.facts["line"])
    assert len({row.number.e164 for row in rows}) == len(rows)
    return None


@given(st.text(max_size=200))
def test_any_text_is_a_file_or_is_refused(text: str) -> None:
    for file in (text, f"number,carrier_sid\n{text}"):
        line = refused_line(file)
        assert line is None or 1 <= line <= len(file.splitlines()) + 1


@given(st.lists(st.integers(0, 9999), unique=True, max_size=30))
def test_what_a_spreadsheet_writes_is_read_back(serials: list[int]) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["number", "carrier_sid"])
    writer.writerows([stock_text("03", serial), f"PN{serial}"] for serial in serials)
    assert parsed("\ufeff" + out.getvalue()) == [
        (f"+8136670{serial:04}", f"PN{serial}") for serial in serials
    ]


def test_numbers_are_entered_once(session: Session) -> None:
    operator_id = make_operator(session)
    rows = parse_stock_csv(GOOD)
    first = enter(session, operator_id, rows[:1], actor="account:7", now=NOW)
    assert (first.new, first.known) == (1, 0)
    again = enter(session, operator_id, rows, actor="account:7", now=NOW)
    assert (again.new, again.known) == (1, 1)
    numbers = session.scalars(select(StockNumber).order_by(StockNumber.id)).all()
    assert [(n.number, n.area_code, n.status, n.carrier_sid, n.entered_at) for n in numbers] == [
        ("+81454110001", "045", "available", "PN1", NOW),
        ("+81454110002", "045", "available", None, NOW),
    ]
    assert [entry.details for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))] == [
        {"new": 1, "known": 0},
        {"new": 1, "known": 1},
    ]
    assert (enter(session, operator_id, [], actor="account:7", now=NOW).new) == 0


def test_what_is_known_stays_as_it_is(session: Session) -> None:
    operator_id = make_operator(session)
    [number] = make_stock(session, operator_id)
    number.status = "assigned"
    session.flush()
    make_stock(session, operator_id)
    session.refresh(number)
    assert number.status == "assigned"


def test_a_full_file_is_entered_in_one_piece(session: Session) -> None:
    operator_id = make_operator(session)
    entered = enter(session, operator_id, parse_stock_csv(many(MOST_ROWS)), actor="account:7", now=NOW)
    assert (entered.new, entered.known) == (MOST_ROWS, 0)
    assert [(count.area_code, count.status, count.count) for count in count_stock(session)] == [
        ("045", "available", MOST_ROWS)
    ]


def test_an_ip_number_is_lent_under_050(session: Session) -> None:
    operator_id = make_operator(session)
    rows: list[StockRow] = parse_stock_csv("number\n050-3123-4567\n")
    enter(session, operator_id, rows, actor="account:7", now=NOW)
    assert session.scalars(select(StockNumber.area_code)).all() == ["050"]


def test_the_next_free_number_is_the_one_that_waits_longest(session: Session) -> None:
    operator_id = make_operator(session)
    make_stock(session, operator_id, "03", 2)
    stock = make_stock(session, operator_id, "045", 3)
    stock[0].status = "quarantined"
    session.flush()
    taken = [take_next_free(session, operator_id, "045").number for _ in range(2)]
    assert taken == [number.number for number in stock[1:]]
    with pytest.raises(NoFreeNumber) as refused:
        take_next_free(session, operator_id, "045")
    assert refused.value.facts == {"area_code": "045"}


def test_the_stock_of_another_operator_is_not_there(session: Session) -> None:
    first = make_operator(session, "first")
    make_stock(session, first)
    second = make_operator(session, "second")
    assert list_stock(session) == []
    assert count_stock(session) == []
    for operator_id in (first, second):
        with pytest.raises(NoFreeNumber):
            take_next_free(session, operator_id, "045")
    belong_to(session, first)
    assert len(list_stock(session)) == 1


def test_the_stock_is_counted_and_listed(session: Session) -> None:
    operator_id = make_operator(session)
    make_stock(session, operator_id, "03", 2)
    stock = make_stock(session, operator_id, "045", 3)
    take_next_free(session, operator_id, "045")
    session.flush()
    assert [(count.area_code, count.status, count.count) for count in count_stock(session)] == [
        ("03", "available", 2),
        ("045", "assigned", 1),
        ("045", "available", 2),
    ]
    assert [n.id for n in list_stock(session, area_code="045", status="available")] == [
        n.id for n in stock[1:]
    ]
    assert [n.id for n in list_stock(session, after_id=stock[0].id, limit=1)] == [stock[1].id]
