"""POSTs from pages: read within limits, refused unless the form is ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from coworking.kit.errors import UserError
from coworking.kit.web.form_tokens import TOKEN_FIELD, TOKEN_HEADER
from coworking.kit.web.pages import Pages

LARGEST_FORM_BYTES = 16 * 1024
MOST_FIELDS = 50
FORM_MEDIA_TYPE = "application/x-www-form-urlencoded"

Form = Mapping[str, str]
FormHandler = Callable[[Request, Form], Awaitable[Response]]


class FormNotOurs(UserError):
    """The form token is missing, forged, of another browser, or of before a restart with another secret."""

    code = "form-not-ours"
    status = 403
    ja = "このページは古くなりました。読み込み直して、もう一度お試しください。"
    en = "This page is out of date. Reload it and try again."


class FormTooLarge(UserError):
    code = "form-too-large"
    status = 413
    ja = "入力が長すぎます。短くしてください。"
    en = "That is too long. Make it shorter."


class FormNotUnderstood(UserError):
    code = "form-not-understood"
    status = 415
    ja = "この形式では受け取れません。ページのフォームから送ってください。"
    en = "This format is not accepted. Send it from the page's form."


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a URL-encoded form; of a repeated field the first. Raises FormTooLarge, FormNotUnderstood."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM_MEDIA_TYPE:
        raise FormNotUnderstood
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM_BYTES:
            raise FormTooLarge
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:  # not UTF-8, or too many fields
        raise FormNotUnderstood from error
    return dict(reversed(pairs))


def form_route(pages: Pages, path: str, handler: FormHandler, *, name: str) -> Route:
    """A route for POST whose handler runs only for a form of ours, with its fields.

    A `UserError` that the handler lets through is answered as a page or as problem details, as the browser asks.
    """

    async def guarded(request: Request) -> Response:
        try:
            if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
                raise FormNotOurs
            form = await read_form(request)
            token = request.headers.get(TOKEN_HEADER) or form.get(TOKEN_FIELD, "")
            if not pages.token_matches(request, token):
                raise FormNotOurs
            return await handler(request, form)
        except UserError as error:
            return pages.refusal(request, error)

    return Route(path, guarded, methods=["POST"], name=name)
