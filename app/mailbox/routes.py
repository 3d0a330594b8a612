"""A list of the newest messages, and one message."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from coworking.kit.errors import NotFound
from coworking.kit.mail_folder import FolderMailer
from coworking.kit.web.pages import Pages

MAILBOX_PATH = "/mailbox"
MOST_LISTED = 100


def mailbox_routes(pages: Pages, mailer: FolderMailer) -> list[Route]:
    """The routes of the mailbox. `pages` must have been built with "app.mailbox"."""

    async def mailbox(request: Request) -> Response:
        messages = await run_in_threadpool(mailer.messages, MOST_LISTED)
        return pages.render(request, "mailbox/list.html", messages=messages, most_listed=MOST_LISTED)

    async def message(request: Request) -> Response:
        kept = await run_in_threadpool(mailer.message, request.path_params["name"])
        if kept is None:
            return pages.refusal(request, NotFound())
        return pages.render(request, "mailbox/message.html", message=kept)

    return [
        Route(MAILBOX_PATH, mailbox, methods=["GET"], name="mailbox"),
        Route(f"{MAILBOX_PATH}/{{name}}", message, methods=["GET"], name="mailbox-message"),
    ]
