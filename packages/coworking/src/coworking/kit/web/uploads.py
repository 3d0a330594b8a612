"""POSTs from pages that bring a file: read within limits, refused unless the form is ours."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from coworking.kit.errors import UserError
from coworking.kit.web.form_tokens import TOKEN_FIELD, TOKEN_HEADER
from coworking.kit.web.forms import (
    LARGEST_FORM_BYTES,
    Form,
    FormHandler,
    FormNotOurs,
    FormNotUnderstood,
    FormTooLarge,
)
from coworking.kit.web.pages import Pages

UPLOAD_MEDIA_TYPE = "multipart/form-data"
MOST_FIELDS = 20

TEXT_ENCODINGS = ("utf-8-sig", "cp932")
"""Shift_JIS with Microsoft's additions is what Japanese spreadsheets write."""

UploadHandler = Callable[[Request, Form, bytes], Awaitable[Response]]


async def read_upload(request: Request, *, most_bytes: int) -> tuple[dict[str, str], bytes]:
    """The fields of a multipart form and its one file, empty where none was chosen; `most_bytes` is the file's limit.
    Raises `FormTooLarge`, `FormNotUnderstood`."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != UPLOAD_MEDIA_TYPE:
        raise FormNotUnderstood
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes + LARGEST_FORM_BYTES:
            raise FormTooLarge
    parser = MultiPartParser(
        request.headers,
        _stream(bytes(body)),
        max_files=1,
        max_fields=MOST_FIELDS,
        max_part_size=LARGEST_FORM_BYTES,
    )
    try:
        parts = await parser.parse()
    except (MultiPartException, ValueError, KeyError) as error:
        raise FormNotUnderstood from error
    try:
        file = next((part for part in parts.values() if isinstance(part, UploadFile)), None)
        data = await file.read() if file is not None else b""
    finally:
        await parts.close()
    return {name: value for name, value in parts.items() if isinstance(value, str)}, data


def upload_route(pages: Pages, path: str, handler: UploadHandler, *, name: str, most_bytes: int) -> Route:
    """A route for POST as `form_route` makes one, for a form with a file."""

    async def guarded(request: Request) -> Response:
        try:
            if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
                raise FormNotOurs
            token = request.headers.get(TOKEN_HEADER, "")
            try:
                form, data = await read_upload(request, most_bytes=most_bytes)
            except FormNotUnderstood as error:
                raise error if pages.token_matches(request, token) else FormNotOurs() from error
            if not pages.token_matches(request, token or form.get(TOKEN_FIELD, "")):
                raise FormNotOurs
            return await handler(request, form, data)
        except UserError as error:
            return pages.refusal(request, error)

    return Route(path, guarded, methods=["POST"], name=name)


def text_upload_route(
    pages: Pages, path: str, handler: FormHandler, *, name: str, field: str, most_bytes: int
) -> Route:
    """`upload_route` for a file of text, in one of `TEXT_ENCODINGS`: it becomes the form's `field`."""

    async def with_text(request: Request, form: Form, data: bytes) -> Response:
        return await handler(request, {**form, field: _text(data)})

    return upload_route(pages, path, with_text, name=name, most_bytes=most_bytes)


def _text(data: bytes) -> str:
    for encoding in TEXT_ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FormNotUnderstood


async def _stream(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body
