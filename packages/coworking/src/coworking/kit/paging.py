"""Lists come in pages: the items, and where the next page begins; or whole, for a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar, get_args, get_origin

from fastapi import Depends, Query, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

MOST_ITEMS = 200
USUAL_ITEMS = 50
MOST_IN_FILE = 10_000
CSV = "text/csv"
LARGEST_ID = 2**63 - 1

T = TypeVar("T")
R = TypeVar("R")

After = Annotated[int, Query(ge=0, le=LARGEST_ID, description="`next` of the page before; 0 begins.")]


def wants_file(request: Request) -> bool:
    """Whether the request asks for CSV rather than for JSON (RFC 9110 section 12.5.1)."""
    weights = {"application/json": 0.0, CSV: 0.0}
    for one in request.headers.get("accept", "")[:1000].split(","):
        media_type, *settings = (part.strip().lower() for part in one.split(";"))
        if media_type in weights:
            weight = next((part[2:] for part in settings if part.startswith("q=")), "1")
            weights[media_type] = float(weight) if weight.replace(".", "", 1).isdecimal() else 0.0
    return weights[CSV] > weights["application/json"]


def wanted_limit(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MOST_ITEMS, description="Items on a page.")] = USUAL_ITEMS,
) -> int:
    """A file has one row more than there may be, if there are so many, which tells that it is too long."""
    return MOST_IN_FILE + 1 if wants_file(request) else limit


Limit = Annotated[int, Depends(wanted_limit)]


class Page(BaseModel, Generic[T]):
    items: list[T]
    next: int | None = Field(
        default=None, description="Pass it as `after` for the next page; null on the last."
    )


def page(rows: Sequence[R], limit: int, show: Callable[[R], T], id_of: Callable[[R], int]) -> Page[T]:
    """A page of at most `limit` rows. A full one may be followed by an empty one."""
    full = len(rows) == limit and bool(rows)
    return Page(items=[show(row) for row in rows], next=id_of(rows[-1]) if full else None)


def listed_model(route: object) -> type[BaseModel] | None:
    """What a route lists: the model of an item. None where it answers with something else."""
    answer = route.response_model if isinstance(route, APIRoute) else None
    if get_origin(answer) is list:
        [item] = get_args(answer)
    elif isinstance(answer, type) and issubclass(answer, Page):
        [item] = get_args(answer.model_fields["items"].annotation)
    else:
        return None
    return item if isinstance(item, type) and issubclass(item, BaseModel) else None
