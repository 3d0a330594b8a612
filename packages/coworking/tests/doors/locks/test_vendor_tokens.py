"""Tokens of an account with a vendor: renewed when they have run out, and staff are told when no other is given."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
import respx
from sqlalchemy import select

from app.profiles import load_profile
from coworking.billing import BillingRules
from coworking.doors import DoorRules, RulesOfDoors
from coworking.doors.locks.akerun import TOKEN_URL, AkerunLock
from coworking.doors.locks.commands import AssignedLock, LocksInForce, LocksOfOperator, queue_unlock
from coworking.doors.locks.faults import read_texts
from coworking.doors.locks.latest import latest_commands
from coworking.doors.locks.protocol import Unlock
from coworking.doors.locks.vendor_http import vendor_client
from coworking.doors.locks.vendor_tokens import LockToken, RefreshTokens
from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.notices import Notice
from coworking.kit.outbox import Resources, run_due
from coworking.kit.sealing import FieldKeys
from tests.factories.doors import make_allowed_unlock
from tests.factories.membership import NOW, make_account, make_operator

DOOR, AKERUN = "entrance", "A1030001"
JOB = f"https://api.akerun.com/v3/organizations/O-1/akeruns/{AKERUN}/jobs/unlock"
EXPIRED = httpx.Response(401, json={"code": "invalid_token"})


class Account:
    """An operator's account with Akerun, whose consent gave the refresh token `first`."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, VirtualClock(NOW)
        with database.transaction() as session:
            self.operator_id = make_operator(session)
            make_account(session, self.operator_id)
        client = vendor_client()
        tokens = RefreshTokens(
            client=client,
            url=TOKEN_URL,
            client_id="id",
            account="akerun:O-1",
            operator_id=self.operator_id,
            database=database,
            clock=self.clock,
            keys=FieldKeys({"a": b"k" * 32}),
            client_secret="secret",
            refresh_token="first",
        )
        self.lock = AkerunLock(client, "O-1", tokens)

    def unlock(self) -> str:
        asked = Unlock(AKERUN, "0f6a", self.clock.now(), self.clock.now() + timedelta(seconds=10))
        return self.lock.unlock(asked).detail


@pytest.fixture
def account(clean_database: Database) -> Account:
    return Account(clean_database)


def given(access: str, refresh: str) -> httpx.Response:
    return httpx.Response(200, json={"access_token": access, "refresh_token": refresh, "expires_in": 1})


def sent(route: respx.Route) -> list[str]:
    """The access tokens, or the refresh tokens, that were shown."""
    return [
        call.request.headers.get("Authorization", "").removeprefix("Bearer ")
        or httpx.QueryParams(call.request.content.decode())["refresh_token"]
        for call in route.calls
    ]


@respx.mock
def test_a_token_that_has_run_out_is_renewed_and_the_door_asked_once_more(account: Account) -> None:
    tokens = respx.post(TOKEN_URL).mock(side_effect=[given("one", "second"), given("two", "third")])
    jobs = respx.post(JOB).mock(
        side_effect=[httpx.Response(201), EXPIRED, httpx.Response(201), httpx.Response(201)]
    )
    assert [account.unlock() for _ in range(3)] == ["accepted"] * 3
    assert sent(jobs) == ["one", "one", "two", "two"]
    assert sent(tokens) == ["first", "second"]
    with account.database.transaction(account.operator_id) as session:
        [sealed] = session.scalars(select(LockToken.sealed))
        assert b"third" not in sealed


@respx.mock
def test_where_no_other_token_is_given_the_lock_refuses_and_staff_are_told_once(account: Account) -> None:
    respx.post(TOKEN_URL).mock(
        side_effect=[given("one", "second"), *[httpx.Response(400, json={"error": "invalid_grant"})] * 2]
    )
    jobs = respx.post(JOB).mock(return_value=EXPIRED)
    read_texts()
    shipped, operator_id = load_profile("sakura"), account.operator_id
    assert shipped.doors is not None
    billing = BillingRules(shipped.billing, shipped.membership, shipped.calendar(), 1, shipped.title)
    locks = LocksInForce(
        account.database, {operator_id: LocksOfOperator({DOOR: AssignedLock(account.lock, AKERUN)})}
    )
    resources = Resources(locks)
    resources.provide(RulesOfDoors, RulesOfDoors({operator_id: DoorRules(shipped.doors, billing)}))
    for _ in range(2):
        with account.database.transaction(operator_id) as session:
            event = make_allowed_unlock(session, operator_id, DOOR)
            queue_unlock(session, operator_id, DOOR, event.id, NOW)
        run_due(account.database, account.clock, resources)
    assert jobs.call_count == 2
    with account.database.transaction(operator_id) as session:
        last = latest_commands(session, [DOOR])[DOOR]
        assert last is not None
        assert (last.state, last.detail) == ("refused", "token-refused")
        told = session.scalars(select(Notice.kind).where(Notice.recipient == "staff")).all()
    assert told == ["lock-refuses"]
