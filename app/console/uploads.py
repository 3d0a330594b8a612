"""Forms with one text file in them (multipart/form-data), read within limits, refused unless the form is ours."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable

from python_multipart.exceptions import MultipartParseError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from coworking.kit.errors import UserError
from coworking.kit.web.form_tokens import TOKEN_FIELD, TOKEN_HEADER
from coworking.kit.web.forms import Form, FormNotOurs, FormNotUnderstood, FormTooLarge
from coworking.kit.web.pages import Pages

LARGEST_UPLOAD_BYTES = 1_100_000
MOST_FIELDS = 10
MEDIA_TYPE = "multipart/form-data"

UploadHandler = Callable[[Request, Form], Awaitable[Response]]


def upload_route(pages: Pages, path: str, handler: UploadHandler, *, name: str) -> Route:
    """As `form_route`, for a form that carries one file: its text (UTF-8, or Shift_JIS as Japanese spreadsheets write
    it) is the field of its name."""

    async def guarded(request: Request) -> Response:
        try:
            if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
                raise FormNotOurs
            if not request.headers.get("content-type", "").startswith(MEDIA_TYPE):
                ours = pages.token_matches(request, request.headers.get(TOKEN_HEADER, ""))
                raise FormNotUnderstood if ours else FormNotOurs
            form = await _read(request)
            if not pages.token_matches(request, form.get(TOKEN_FIELD, "")):
                raise FormNotOurs
            return await handler(request, form)
        except UserError as error:
            return pages.refusal(request, error)

    return Route(path, guarded, methods=["POST"], name=name)


async def _read(request: Request) -> dict[str, str]:
    parser = MultiPartParser(
        request.headers,
        _within(request.stream()),
        max_files=1,
        max_fields=MOST_FIELDS,
        max_part_size=LARGEST_UPLOAD_BYTES,
    )
    try:
        parts = await parser.parse()
    except (MultiPartException, MultipartParseError, KeyError) as error:
        raise FormNotUnderstood from error
    read: dict[str, str] = {}
    for name, value in parts.multi_items():
        text = _text(await value.read()) if isinstance(value, UploadFile) else value
        read.setdefault(name, text)
    await parts.close()
    return read


async def _within(stream: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    received = 0
    async for chunk in stream:
        received += len(chunk)
        if received > LARGEST_UPLOAD_BYTES:
            raise FormTooLarge
        yield chunk


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FormNotUnderstood
