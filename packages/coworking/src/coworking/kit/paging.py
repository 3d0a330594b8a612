"""Lists come in pages: the items, and where the next page begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

MOST_ITEMS = 200
USUAL_ITEMS = 50
LARGEST_ID = 2**63 - 1

T = TypeVar("T")
R = TypeVar("R")

After = Annotated[int, Query(ge=0, le=LARGEST_ID, description="`next` of the page before; 0 begins.")]
Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="Items on a page.")]


class Page(BaseModel, Generic[T]):
    items: list[T]
    next: int | None = Field(
        default=None, description="Pass it as `after` for the next page; null on the last."
    )


def page(rows: Sequence[R], limit: int, show: Callable[[R], T], id_of: Callable[[R], int]) -> Page[T]:
    """A page of at most `limit` rows. A full one may be followed by an empty one."""
    full = len(rows) == limit and bool(rows)
    return Page(items=[show(row) for row in rows], next=id_of(rows[-1]) if full else None)
