"""How the service is, for whoever watches it from outside: open to all, so it tells nothing but that."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from coworking.kit.errors import TryAgain
from coworking.kit.queue import Work

PATH = "/healthz"
LATE_SECONDS = 60
"""Work that has waited so long says that no worker takes it."""


def health_route(work: Work) -> Route:
    """`GET /healthz`: 200 with `ok`, or `late` where queued work is not done; 503 with `database-away`. A server whose
    worker is late answers 200, for it answers calls and people as ever."""

    async def health(_: Request) -> JSONResponse:
        try:
            backlog = await run_in_threadpool(work.backlog)
        except TryAgain:
            return JSONResponse({"status": "database-away"}, status_code=503)
        oldest_seconds = int(backlog.oldest_seconds)
        status = "late" if oldest_seconds >= LATE_SECONDS else "ok"
        return JSONResponse({"status": status, "oldest_work_seconds": oldest_seconds})

    return Route(PATH, health, methods=["GET"], name="health")
