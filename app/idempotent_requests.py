"""Changes that come with an `Idempotency-Key`: the change and its answer are committed together, so that sending it
again, in parallel or after a crash, has one effect and the same answer (R01)."""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problem_answers import problem_answer
from coworking.kit.errors import UserError, ValidationFailed
from coworking.membership import Doorway, Visit, actor_of, operator_of
from coworking.membership.access import BEGUN, REFUSAL_KEPT
from coworking.membership.idempotency import LONGEST_KEY, Answer, answer_kept, keep_answer

HEADER = "idempotency-key"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SECRETS = ("/api/account", "/api/address-letters")
SECRET_PARTS = ("/calendar-feed",)
"""Answers below the former, and at paths that end with the latter, hold secrets that are told once: none is kept."""
REPLAYED = "idempotent-replayed"
"""The header that marks an answer given before."""


class IdempotentRequests:
    """ASGI middleware around the API. Requests without a key, without a token, or that only read pass as they are."""

    def __init__(self, app: ASGIApp, doorway: Doorway) -> None:
        self._app = app
        self._doorway = doorway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        key = request.headers.get(HEADER)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        operator_id = operator_of(token)
        if key is None or operator_id is None or not takes_key(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            answer = await self._answered(request, key, token, operator_id)
        except UserError as error:
            answer = problem_answer(request, error)
        await answer(scope, receive, send)

    async def _answered(self, request: Request, key: str, token: str, operator_id: int) -> Response:
        if not 0 < len(key) <= LONGEST_KEY:
            message = f"1 to {LONGEST_KEY} characters"
            raise ValidationFailed([{"field": "header.Idempotency-Key", "message": message}])
        body = await request.body()
        transaction = self._doorway.database.transaction(operator_id)
        session = await run_in_threadpool(transaction.__enter__)
        try:
            answer = await self._within(session, request, key, token, body)
        except BaseException as error:
            await run_in_threadpool(_leave, transaction, error)
            raise
        if answer.status_code < 400 or session.info.get(REFUSAL_KEPT):
            await run_in_threadpool(_leave, transaction, None)
        else:
            await run_in_threadpool(_leave, transaction, _NothingChanged())
        return answer

    async def _within(
        self, session: Session, request: Request, key: str, token: str, body: bytes
    ) -> Response:
        """The kept answer, or the endpoint's, kept in this session."""
        now = self._doorway.clock.now()
        actor = await run_in_threadpool(actor_of, session, token, now)
        if actor is None:  # the endpoint says so
            return await self._passed_on(request, body)
        kept = await run_in_threadpool(answer_kept, session, actor, key, _digest(request, body), now)
        if kept is not None:
            return Response(
                kept.body,
                status_code=kept.status,
                headers={"content-type": kept.content_type, REPLAYED: "true"},
            )
        request.scope[BEGUN] = Visit(session, actor, now, self._doorway.resources)
        answer = await self._passed_on(request, body)
        if answer.status_code < 400:
            content_type = answer.headers.get("content-type", "application/json")
            await run_in_threadpool(
                keep_answer, session, actor, key, Answer(answer.status_code, content_type, bytes(answer.body))
            )
        return answer

    async def _passed_on(self, request: Request, body: bytes) -> Response:
        """What the endpoint answers, held back."""
        told: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def hold(message: Message) -> None:
            told.append(message)

        await self._app(request.scope, receive, hold)
        response = Response(
            b"".join(message.get("body", b"") for message in told[1:]), status_code=told[0]["status"]
        )
        response.raw_headers = list(told[0]["headers"])
        return response


def takes_key(path: str) -> bool:
    """Whether changes at this path may come with a key."""
    return not path.startswith(SECRETS) and not path.endswith(SECRET_PARTS)


class _NothingChanged(Exception):
    """Undoes the transaction of a request that was refused."""


def _leave(transaction: AbstractContextManager[Any], error: BaseException | None) -> None:
    try:
        transaction.__exit__(type(error) if error else None, error, error.__traceback__ if error else None)
    except _NothingChanged:
        pass
    except BaseException as left:
        if left is not error:
            raise


def _digest(request: Request, body: bytes) -> bytes:
    url = request.url
    return hashlib.sha256(f"{request.method}\0{url.path}\0{url.query}\0".encode() + body).digest()
