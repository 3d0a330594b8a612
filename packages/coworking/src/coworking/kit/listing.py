"""How somebody wants a list: in which order, from which row on, and what narrows it.

A list's order is that of a column of its rows and, where rows share a value, that of their ids, so that a page begins
after one row and no row is shown twice or left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from inspect import Parameter, Signature
from typing import Annotated, Any, Literal, TypeVar, cast, get_origin

from fastapi import Query
from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, Date, Select, SQLColumnExpression, and_, literal, or_, tuple_

from coworking.kit.errors import UserError
from coworking.kit.paging import LARGEST_ID

S = TypeVar("S", bound=Select[*tuple[Any, ...]])

SORTS = (
    "By which field; `-` turns it round, rows that share a value are in the order of their ids. What has no value "
    "counts as the last."
)
AnId = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]
AText = Annotated[str | None, Query(min_length=1, max_length=100)]
Moment = TypeVar("Moment", date, datetime)


class EndsBeforeItStarts(UserError):
    code = "ends-before-it-starts"
    ja = "期間の終わりが始まりより前です。開始と終了を確かめてください。"
    en = "The period ends before it starts. Check its beginning and its end."


def require_span(first: Moment | None, last: Moment | None) -> None:
    """Raises `EndsBeforeItStarts`; a side that is left open is in order."""
    if first is not None and last is not None and last < first:
        raise EndsBeforeItStarts


@dataclass(frozen=True, slots=True)
class Listing:
    """By `key`, or by the id alone. A row without a value comes after all others, and before them if `descending`, as
    PostgreSQL's indexes have it."""

    key: SQLColumnExpression[Any] | None = None
    descending: bool = False
    may_lack: bool = True
    """Whether there may be rows without a value."""
    conditions: tuple[ColumnElement[bool], ...] = ()

    def part(self, rows: S, row_id: SQLColumnExpression[int], after_id: int, limit: int) -> S:
        """At most `limit` of the rows, from the one after `after_id` on, where 0 begins. `rows` has the joins that the
        key and the conditions need and no condition that a row may stop to fulfil while somebody pages: those are added
        to what comes back. After a row that is not there come none, unless the order is that of the ids."""
        key: SQLColumnExpression[Any] = row_id if self.key is None else self.key
        keys = [row_id] if self.key is None else [key, row_id]
        wanted = rows.where(*self.conditions)
        if after_id:
            wanted = wanted.where(self._beyond(rows, row_id, after_id))
        return wanted.order_by(*(one.desc() if self.descending else one for one in keys)).limit(limit)

    def _beyond(self, rows: S, row_id: SQLColumnExpression[int], after_id: int) -> ColumnElement[bool]:
        later = row_id < after_id if self.descending else row_id > after_id
        if self.key is None:
            return later
        key = self.key
        last = _of_last(rows, row_id, after_id, key)
        here, there = tuple_(key, row_id), tuple_(last, literal(after_id))
        beyond = here < there if self.descending else here > there
        if not self.may_lack:
            return beyond
        last_lacks = _of_last(rows, row_id, after_id, key.is_(None))
        if self.descending:
            return or_(beyond, and_(last_lacks, or_(key.is_not(None), later)))
        return or_(beyond, and_(key.is_(None), or_(~last_lacks, later)))


OLDEST_FIRST = Listing()
NEWEST_FIRST = Listing(descending=True)


def listing_of(
    *,
    usual: str = "id",
    span: SQLColumnExpression[Any] | None = None,
    equal: Mapping[str, tuple[SQLColumnExpression[Any], Any]] | None = None,
    lacking: Mapping[str, SQLColumnExpression[Any]] | None = None,
    **keys: SQLColumnExpression[Any],
) -> Callable[..., Listing]:
    """A dependency with the query parameters of a list: `sort`, which names one of these keys or the id; of a `span`
    its days, both inclusive, or its times, the second exclusive; what is `equal` to a value of this type; what is
    `lacking` a value, if true. It raises `EndsBeforeItStarts`."""
    names = tuple(f"{sign}{name}" for name in ("id", *keys) for sign in ("", "-"))
    equals, lacks = dict(equal or {}), dict(lacking or {})

    def wanted(sort: str = usual, **filters: Any) -> Listing:
        conditions = [
            *([] if span is None else _within(span, filters)),
            *(column == filters[name] for name, (column, _) in equals.items() if filters[name] is not None),
            *(
                column.is_(None) if filters[name] else column.is_not(None)
                for name, column in lacks.items()
                if filters[name] is not None
            ),
        ]
        key = keys.get(sort.removeprefix("-"))
        # A key that does not say whether it may be without a value may.
        return Listing(key, sort.startswith("-"), getattr(key, "nullable", True), tuple(conditions))

    sorts: Any = Literal
    sort_parameter = Parameter(
        "sort",
        Parameter.KEYWORD_ONLY,
        default=usual,
        annotation=Annotated[sorts[names], Query(description=SORTS)],
    )
    filters = {
        **({} if span is None else _span_types(span)),
        **{name: kind for name, (_, kind) in equals.items()},
        **dict.fromkeys(lacks, bool),
    }
    parameters = [
        Parameter(
            name,
            Parameter.KEYWORD_ONLY,
            default=None,
            annotation=kind if get_origin(kind) is Annotated else kind | None,
        )
        for name, kind in filters.items()
    ]
    wanted.__signature__ = Signature([sort_parameter, *parameters])  # type: ignore[attr-defined]  # as inspect reads it
    return wanted


def _of_last(
    rows: Select[*tuple[Any, ...]],
    row_id: SQLColumnExpression[int],
    after_id: int,
    what: SQLColumnExpression[Any],
) -> ColumnElement[Any]:
    one = rows.with_only_columns(what, maintain_column_froms=True).where(row_id == after_id)
    return one.order_by(None).correlate(None).scalar_subquery()


def _span_types(column: SQLColumnExpression[Any]) -> dict[str, Any]:
    if isinstance(cast("ColumnElement[Any]", column).type, Date):
        return {"from_day": date, "to_day": date}
    return {"from_at": AwareDatetime, "until_at": AwareDatetime}


def _within(column: SQLColumnExpression[Any], filters: Mapping[str, Any]) -> Iterator[ColumnElement[bool]]:
    begin, end = _span_types(column)
    first, last = filters[begin], filters[end]
    require_span(first, last)
    if first is not None:
        yield column >= first
    if last is not None:
        yield column <= last if end == "to_day" else column < last
