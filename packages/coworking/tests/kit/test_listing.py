from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Date, Integer, column, select, values
from sqlalchemy.orm import Session

from coworking.kit.listing import EndsBeforeItStarts, Listing, listing_of

EARLY, LATE = date(2026, 6, 1), date(2026, 7, 1)
ROWS = values(column("id", Integer), column("day", Date), name="visits_to_a_museum").data(
    [(1, LATE), (2, None), (3, EARLY), (4, None), (5, EARLY), (6, LATE), (7, EARLY)]
)
ID, DAY = ROWS.c.id, ROWS.c.day
BY_DAY = [3, 5, 7, 1, 6, 2, 4]
"""Rows of one day in the order of their ids; those of no day at the end."""


def found(session: Session, listing: Listing, after: int, limit: int) -> list[int]:
    return list(session.scalars(listing.part(select(ID), ID, after, limit)))


@pytest.mark.parametrize(
    ("listing", "ids"),
    [
        (Listing(), [1, 2, 3, 4, 5, 6, 7]),
        (Listing(descending=True), [7, 6, 5, 4, 3, 2, 1]),
        (Listing(DAY), BY_DAY),
        (Listing(DAY, descending=True), BY_DAY[::-1]),
        (Listing(DAY, conditions=(DAY.is_not(None),)), BY_DAY[:5]),
        (Listing(DAY, may_lack=False, conditions=(DAY.is_not(None),)), BY_DAY[:5]),
    ],
)
def test_a_page_begins_after_any_row_also_amid_equals_and_rows_without_a_value(
    session: Session, listing: Listing, ids: list[int]
) -> None:
    assert found(session, listing, 0, 9) == ids
    for place, after in enumerate(ids, 1):
        for limit in (1, 2, 9):
            assert found(session, listing, after, limit) == ids[place : place + limit]


def test_a_row_that_no_longer_fits_the_filter_still_marks_the_place(session: Session) -> None:
    assert found(session, Listing(DAY, conditions=(DAY == LATE,)), 5, 9) == [1, 6]


def test_after_a_row_that_is_not_there_come_none(session: Session) -> None:
    for descending in (False, True):
        assert found(session, Listing(DAY, descending), 99, 9) == []


def test_a_span_has_both_its_days_and_a_value_may_be_lacking(session: Session) -> None:
    wanted = listing_of(usual="-id", span=DAY, equal={"id": (ID, int)}, lacking={"is_open": DAY}, day=DAY)

    def ids(sort: str = "-id", **filters: object) -> list[int]:
        chosen = dict.fromkeys(("from_day", "to_day", "id", "is_open")) | filters
        return found(session, wanted(sort, **chosen), 0, 9)

    assert ids("day") == BY_DAY
    assert ids(from_day=EARLY, to_day=EARLY) == [7, 5, 3]
    assert ids(from_day=LATE) == [6, 1]
    assert (ids(is_open=True), ids(id=4, is_open=True), ids(id=4, is_open=False)) == ([4, 2], [4], [])
    with pytest.raises(EndsBeforeItStarts):
        ids(from_day=LATE, to_day=EARLY)
