"""The yardsticks: endpoints that do nothing."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bench.form_posts import BARE_PATH


def fastapi_app() -> FastAPI:
    app = FastAPI(openapi_url=None)

    @app.post(BARE_PATH)
    async def bare() -> dict[str, bool]:
        return {"done": True}

    return app


def starlette_app() -> Starlette:
    async def bare(_: Request) -> JSONResponse:
        return JSONResponse({"done": True})

    return Starlette(routes=[Route(BARE_PATH, bare, methods=["POST"])])
