"""How a request gets in: its token, its transaction, its rights.

An endpoint asks for `SignedIn` or `Staff` and gets a `Visit`: a session that sees one operator's rows, opened before
the endpoint runs and committed after it returned, before anything is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.clock import Clock
from coworking.kit.db import Database
from coworking.kit.errors import NotFound, NotPermitted, SignInRequired
from coworking.kit.outbox import Resources
from coworking.kit.paging import listed_model, wants_file
from coworking.membership.errors import SecondFactorNeeded
from coworking.membership.roles import Right
from coworking.membership.rules import AccountRules
from coworking.membership.tokens import Actor, actor_of, operator_of

BEGUN = "rusuban.visit"
"""Where the scope of a request holds its `Visit`, if its transaction was begun before the endpoint's: who began it also
ends it."""

REFUSAL_KEPT = "refusal_kept"
"""Where a session holds that its transaction is kept although the answer is a refusal."""

bearer = HTTPBearer(auto_error=False, description="`POST /api/sign-in` gives the token.")


@dataclass(frozen=True)
class Doorway:
    """What every request needs; the application puts it on `app.state.doorway`."""

    database: Database
    clock: Clock
    resources: Resources


@dataclass(frozen=True)
class Visit:
    """One request of somebody who is known."""

    session: Session
    actor: Actor
    now: datetime
    resources: Resources

    @property
    def operator_id(self) -> int:
        return self.actor.operator_id

    def own_member_id(self) -> int | None:
        """None for staff, who see every member; a member sees what is theirs. 0, which is nobody's, for an account that
        is neither."""
        return None if self.actor.is_staff else self.actor.member_id or 0

    def require_member(self, member_id: int) -> None:
        """Staff act for any member; a member for themselves only. For others it is as if they were not there."""
        if not self.actor.is_staff and self.actor.member_id != member_id:
            raise NotFound

    def keep_refusal(self) -> None:
        """What is on record of a request that is refused stays, although nothing else of it does."""
        self.session.info[REFUSAL_KEPT] = True

    def require(self, right: Right) -> None:
        """Raises `NotPermitted` for a role without this right, and `SecondFactorNeeded` for staff who have shown one
        factor only where the deployment asks for two."""
        if not self.actor.has(right):
            raise NotPermitted
        if self.resources[AccountRules].staff_second_factor_required and self.actor.factors < 2:
            raise SecondFactorNeeded


def doorway_of(request: Request) -> Doorway:
    doorway: Doorway = request.app.state.doorway
    return doorway


def signed_in(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Iterator[Visit]:
    token = credentials.credentials if credentials else ""
    operator_id = operator_of(token)
    if operator_id is None:
        raise SignInRequired
    doorway = doorway_of(request)
    begun = request.scope.get(BEGUN)
    if begun is not None:
        yield begun
        return
    now = doorway.clock.now()
    with doorway.database.transaction(operator_id) as session:
        actor = actor_of(session, token, now)
        if actor is None:
            raise SignInRequired
        yield Visit(session, actor, now, doorway.resources)
        if wants_file(request) and listed_model(request.scope.get("route")) is not None:
            _record_export(session, actor, request, now)


def _record_export(session: Session, actor: Actor, request: Request, now: datetime) -> None:
    """Who takes a whole list away is on record; by what it was narrowed, but not to whom."""
    record(
        session,
        operator_id=actor.operator_id,
        at=now,
        actor=actor.reference,
        action="list.exported",
        subject=request.url.path.removeprefix("/api/"),
        details={"narrowed_by": sorted(set(request.query_params))},
    )


# `function` scope: the transaction ends before the answer is sent, so that nobody is told of what was not kept.
SignedIn = Annotated[Visit, Depends(signed_in, scope="function")]


def staff_only(visit: SignedIn) -> Visit:
    visit.require(Right.SERVE)
    return visit


def deciding_persons(visit: SignedIn) -> Visit:
    visit.require(Right.PERSONS)
    return visit


def deciding_money(visit: SignedIn) -> Visit:
    visit.require(Right.MONEY)
    return visit


def deciding_staff(visit: SignedIn) -> Visit:
    visit.require(Right.STAFF)
    return visit


Staff = Annotated[Visit, Depends(staff_only, scope="function")]
PersonsStaff = Annotated[Visit, Depends(deciding_persons, scope="function")]
MoneyStaff = Annotated[Visit, Depends(deciding_money, scope="function")]
Administrator = Annotated[Visit, Depends(deciding_staff, scope="function")]
