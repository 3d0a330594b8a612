"""Every list of the API as a file for a spreadsheet: `Accept: text/csv` asks for it. One request, one transaction, the
same filters and order as the page; the fields of the described model are the columns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problem_answers import problem_answer
from coworking.kit.errors import UserError
from coworking.kit.paging import CSV, MOST_IN_FILE, listed_model, wants_file
from coworking.kit.spreadsheets import csv_file

Column = tuple[str, ...]
"""The way to a value: the field, the field in it, and so on."""
NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")


class ListTooLong(UserError):
    code = "list-too-long"
    ja = "{most}件を超えるため、一つのファイルに書き出せません。期間や会員などで絞り込んでください。"
    en = "There are more than {most} rows, which do not fit in a file. Narrow the list, for example by dates or member."


class ListFiles:
    """ASGI middleware around the API: turns the answer that lists something into CSV where CSV is asked for. Whatever
    else is answered passes as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not wants_file(Request(scope)):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        content = bytearray()

        async def kept(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            content.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            assert start is not None
            listed = listed_model(scope.get("route"))
            if listed is not None and start["status"] == 200:
                await _file(Request(scope), listed, json.loads(content))(scope, receive, send)
                return
            await send(start)
            await send({"type": "http.response.body", "body": bytes(content)})

        await self._app(scope, receive, kept)


def columns_of(model: type[BaseModel], within: tuple[type[BaseModel], ...] = ()) -> Iterator[Column]:
    """The fields in their order; those of one thing in another, and not of many, are columns of their own."""
    for name, field in model.model_fields.items():
        shown = field.serialization_alias or field.alias or name
        inner = _one_model(field.annotation)
        if inner is None or inner in (*within, model):
            yield (shown,)
        else:
            yield from ((shown, *rest) for rest in columns_of(inner, (*within, model)))
    yield from ((field.alias or name,) for name, field in model.model_computed_fields.items())


def _one_model(annotation: Any) -> type[BaseModel] | None:
    if get_origin(annotation) is Annotated:
        return _one_model(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
        return _one_model(kinds[0]) if len(kinds) == 1 else None
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _file(request: Request, model: type[BaseModel], answer: Any) -> Response:
    items: Sequence[Mapping[str, Any]] = answer if isinstance(answer, list) else answer["items"]
    if len(items) > MOST_IN_FILE:
        return problem_answer(request, ListTooLong(most=MOST_IN_FILE))
    columns = list(columns_of(model))
    content = csv_file(
        [".".join(column) for column in columns],
        ([_cell(item, column) for column in columns] for item in items),
    )
    name = re.sub("[^a-z0-9-]+", "-", request.url.path.lower().removeprefix("/api/"))
    headers = {"content-disposition": f'attachment; filename="{name}.csv"', "cache-control": "no-store"}
    return Response(content, media_type=f"{CSV}; charset=utf-8", headers=headers)


def _cell(item: Any, column: Column) -> object:
    for name in column:
        item = item.get(name) if item is not None else None
    if item is None:
        return ""
    if isinstance(item, bool | dict | list):
        return json.dumps(item, ensure_ascii=False)
    # An amount is a text with, perhaps, a sign before it, which is no formula.
    return Decimal(item) if isinstance(item, str) and NUMBER.fullmatch(item) and item[0] == "-" else item
