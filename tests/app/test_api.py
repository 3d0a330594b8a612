"""The edges of the HTTP API, walked through by its own description (R26)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.asgi import Answer
from coworking.kit.db import Database
from coworking.membership import revoke_token
from tests.api_house import REFUSED_HERE, ApiHouse, Operation, open_house, problem
from tests.factories.membership import NOW, PASSWORD, make_account, make_token

STAFF_ONLY = {
    "POST /api/imports",
    "POST /api/people/{person_id}/erase",
    "POST /api/people/{person_id}/legal-hold",
    "DELETE /api/people/{person_id}/legal-hold",
    "POST /api/deposits/files",
    "GET /api/deposits/files",
    "GET /api/deposits",
    "GET /api/deposits/{deposit_id}",
    "POST /api/deposits/{deposit_id}/assign",
    "POST /api/deposits/{deposit_id}/ignore",
    "POST /api/deposits/{deposit_id}/undo",
    "GET /api/payer-names",
    "DELETE /api/payer-names/{payer_name_id}",
    "POST /api/members/{member_id}/debit-mandates",
    "GET /api/debit-mandates",
    "GET /api/debit-mandates/missing",
    "POST /api/debit-mandates/import",
    "POST /api/debit-mandates/{mandate_id}/activate",
    "POST /api/debit-mandates/{mandate_id}/refuse",
    "POST /api/debit-mandates/{mandate_id}/end",
    "POST /api/debits",
    "GET /api/debits",
    "GET /api/debits/{debit_id}",
    "GET /api/debits/{debit_id}/rows",
    "GET /api/debits/{debit_id}/file",
    "POST /api/debits/{debit_id}/results",
    "POST /api/debits/{debit_id}/cancel",
    "GET /api/staff-accounts",
    "POST /api/staff-accounts",
    "PUT /api/staff-accounts/{account_id}/role",
    "DELETE /api/staff-accounts/{account_id}",
    "DELETE /api/staff-accounts/{account_id}/second-factor",
    "POST /api/members",
    "GET /api/members",
    "POST /api/members/{member_id}/identity-records",
    "POST /api/applications",
    "POST /api/members/{member_id}/approve",
    "POST /api/members/{member_id}/refuse",
    "POST /api/numbers",
    "GET /api/control-sessions",
    "POST /api/reception-calls",
    "POST /api/lines/{line_id}/desk-phone",
    "DELETE /api/lines/{line_id}/desk-phone",
    "GET /api/numbers",
    "GET /api/numbers/counts",
    "POST /api/numbers/import",
    "POST /api/numbers/port-in",
    "GET /api/numbers/for-sale",
    "POST /api/numbers/{stock_number_id}/reserve",
    "DELETE /api/numbers/{stock_number_id}/reserve",
    "POST /api/numbers/{stock_number_id}/port-out",
    "POST /api/numbers/{stock_number_id}/release",
    "POST /api/numbers/{stock_number_id}/control",
    "DELETE /api/numbers/{stock_number_id}/control",
    "POST /api/number-purchases",
    "GET /api/number-purchases",
    "GET /api/number-purchases/{purchase_id}",
    "POST /api/number-purchases/{purchase_id}/approve",
    "POST /api/lines/{line_id}/suspend",
    "POST /api/lines/{line_id}/lift-suspension",
    "PUT /api/lines/{line_id}/priority",
    "GET /api/lines/number-removals",
    "GET /api/lines/without-evidence",
    "POST /api/lines/{line_id}/prohibited-acts",
    "GET /api/prohibited-acts",
    "POST /api/lines/{line_id}/zone-evidence",
    "POST /api/members/{member_id}/zone-evidence",
    "POST /api/interruptions",
    "POST /api/interruptions/{halt_id}/end",
    "GET /api/interruptions",
    "POST /api/restrictions",
    "POST /api/restrictions/{halt_id}/end",
    "GET /api/restrictions",
    "GET /api/call-review",
    "GET /api/call-review/days",
    "POST /api/calls/{call}/reverse",
    "POST /api/calls/{call}/reinstate",
    "GET /api/anomalies",
    "GET /api/caps",
    "POST /api/caps/{cap_event_id}/lift",
    "POST /api/reconciliations",
    "GET /api/reconciliations",
    "GET /api/reconciliation-cases",
    "POST /api/reconciliation-cases/{case_id}/close",
    "GET /api/margins",
    "POST /api/what-if",
    "POST /api/groups",
    "GET /api/postal-addresses",
    "POST /api/announcements",
    "GET /api/announcements",
    "POST /api/events",
    "GET /api/events/{event_id}/sign-ups",
    "POST /api/events/{event_id}/call-off",
    "POST /api/news",
    "DELETE /api/news/{news_id}",
    "POST /api/contents",
    "DELETE /api/contents/{content_id}",
    "POST /api/terms",
    "POST /api/members/{member_id}/breaches",
    "GET /api/breaches",
    "POST /api/members/{member_id}/limit",
    "POST /api/members/{member_id}/lift-limit",
    "POST /api/members/{member_id}/strike",
    "POST /api/members/{member_id}/service-refusals",
    "GET /api/service-refusals",
    "POST /api/members/{member_id}/activity",
    "GET /api/activity",
    "POST /api/lost-things",
    "GET /api/lost-things",
    "GET /api/lost-things/{lost_thing_id}",
    "POST /api/lost-things/{lost_thing_id}/hand-back",
    "POST /api/lost-things/{lost_thing_id}/dispose",
    "POST /api/damages/{damage_id}/charge",
    "POST /api/inquiries/{inquiry_id}/answer",
    "POST /api/fault-reports/{fault_id}/settle",
    "POST /api/service-stops",
    "POST /api/service-stops/{stop_id}/end",
    "GET /api/billing-runs",
    "GET /api/billing-runs/{period}",
    "GET /api/billing-runs/{period}/preview",
    "GET /api/billing-runs/{period}/preview.csv",
    "POST /api/billing-runs/{period}/issue",
    "POST /api/billing-runs/{period}/parked/{member_id}/retry",
    "POST /api/invoices/{invoice_number}/credit-notes",
    "GET /api/journal",
    "GET /api/journal.csv",
    "GET /api/books/months",
    "POST /api/books/months/{month}/close",
    "GET /api/books/findings",
    "POST /api/books/check",
}
EVERY_MEMBERS = {"GET /api/events/{event_id}", "GET /api/contents/{content_id}"}
"""What one member may read, every member may."""
OPEN_TO_ALL = {
    "POST /api/sign-in",
    "POST /api/registrations",
    "POST /api/confirmations",
    "POST /api/password-resets",
    "POST /api/password-resets/complete",
    "POST /api/mail-address-confirmations",
    "POST /api/mail-address-undos",
    "POST /api/passkey-sign-ins/options",
    "POST /api/passkey-sign-ins",
    "POST /api/undo",
    "GET /api/published/{operator}/prices",
    "GET /api/published/{operator}/terms",
    "GET /api/published/{operator}/news",
    "GET /api/published/{operator}/supporters",
    "GET /api/published/{operator}/service-stops",
    "GET /api/published/{operator}/partner-facilities",
}


@pytest.fixture
def house(clean_database: Database, tmp_path: Path) -> Iterator[ApiHouse]:
    house = open_house(clean_database.url, tmp_path)
    with closing(house.composition):
        yield house


def answers(house: ApiHouse, ask: Callable[[Operation], Answer | None]) -> dict[str, tuple[int, str | None]]:
    """Status and code by operation, of those that were asked."""
    found = {}
    for operation in house.operations():
        answer = ask(operation)
        if answer is not None:
            code = problem(answer)["code"] if answer.status >= 400 else None
            found[operation.name] = (answer.status, code)
    return found


def test_every_operation_asks_for_a_token_but_the_one_that_gives_it(house: ApiHouse) -> None:
    assert {operation.name for operation in house.operations() if not operation.takes_token} == OPEN_TO_ALL


def bad_tokens(house: ApiHouse) -> dict[str, str]:
    operator_id = house.first.operator_id
    with house.composition.database.transaction(operator_id) as session:
        account = make_account(session, operator_id)
        over = make_token(session, account, now=NOW - timedelta(days=1), valid_for=timedelta(days=1))
        revoked = make_token(session, account)
        revoke_token(session, revoked, NOW)
    return {
        "empty": "",
        "no token": "x",
        "unknown": f"rsb_{operator_id}_{'A' * 43}",
        "of nobody": f"rsb_999999_{'A' * 43}",
        "moved": house.first.token.replace(f"rsb_{operator_id}_", f"rsb_{house.foreign.operator_id}_"),
        "over": over,
        "revoked": revoked,
    }


def test_without_a_good_token_nobody_gets_in(house: ApiHouse) -> None:
    before = house.rows()
    for token in [None, *bad_tokens(house).values()]:
        found = answers(
            house,
            lambda operation, token=token: (
                house.call(operation, house.first, token=token)  # type: ignore[misc]
                if operation.takes_token
                else None
            ),
        )
        assert set(found.values()) == {(401, "sign-in-required")}, token
    after = house.rows()
    assert {name for name in after if after[name] != before[name]} <= {"people", "accounts", "tokens"}


def test_another_scheme_is_no_token(house: ApiHouse) -> None:
    for scheme in ("Basic", "bearer x", "Token"):
        header = {"authorization": f"{scheme} {house.first.token}"}
        assert house.ask("GET", "/api/lines", headers=header).status == 401


def test_a_refusal_names_the_way_in(house: ApiHouse) -> None:
    answer = house.ask("GET", "/api/lines")
    assert answer.header("www-authenticate") == "Bearer"


def test_members_are_kept_from_what_is_for_staff(house: ApiHouse) -> None:
    before = house.rows()
    found = answers(
        house,
        lambda operation: (
            house.call(operation, house.first, token=house.first.token)
            if operation.name in STAFF_ONLY
            else None
        ),
    )
    assert set(found) == STAFF_ONLY
    assert set(found.values()) == {(403, "not-permitted")}
    assert house.rows() == before


def test_everything_else_works_on_what_is_ones_own(house: ApiHouse) -> None:
    register = f"/api/lines/{house.first.line_id}/registered-phones"
    body = {"number": house.first.phone, "password": PASSWORD}
    assert house.ask("POST", register, token=house.first.token, body=body).status == 201
    found = {
        operation.name: house.call(operation, house.first, token=house.first.token).status
        for operation in sorted(house.operations(), key=when_to_call)
        if operation.takes_token and operation.name not in STAFF_ONLY | REFUSED_HERE
    }
    assert {name: status for name, status in found.items() if status >= 300} == {}


def when_to_call(operation: Operation) -> int:
    """What is taken away can be taken away first, so that it can be set, but for what nobody can make again."""
    if operation.name == "DELETE /api/voicemail/{message_id}":
        return 2
    return 0 if operation.method == "DELETE" else 1


def names_somebody(operation: Operation) -> bool:
    """What is published names an operator, and is there for everybody; a month is everybody's."""
    return operation.takes_token and (
        bool(operation.parameters("path").keys() - {"period", "month"}) or operation.name == "POST /api/lines"
    )


# Staff see every member of their operator.
@pytest.mark.parametrize(
    ("who", "whose"), [("member", "second"), ("member", "foreign"), ("staff", "foreign")]
)
def test_what_is_anothers_is_as_if_it_were_not_there(house: ApiHouse, who: str, whose: str) -> None:
    before = house.rows()
    token = house.first.token if who == "member" else house.staff["nex"]
    tenant = getattr(house, whose)
    found = answers(
        house,
        lambda operation: (
            house.call(operation, tenant, token=token)
            if names_somebody(operation)
            and not (who == "member" and operation.name in STAFF_ONLY)
            and not (whose == "second" and operation.name in EVERY_MEMBERS)
            else None
        ),
    )
    assert len(found) >= 9
    assert {name: got for name, got in found.items() if got != (404, "not-found")} == {}
    assert house.rows() == before


def test_lists_show_what_is_ones_own(house: ApiHouse) -> None:
    others = [house.second, house.foreign]
    asked = 0
    for operation in house.operations():
        if operation.method != "GET" or operation.parameters("path") or operation.name in STAFF_ONLY:
            continue
        filters = [name for name in operation.parameters("query") if name in {"member_id", "line_id"}]
        queries = ["", *(f"?{name}={getattr(other, name)}" for name in filters for other in others)]
        for query in queries:
            answer = house.ask("GET", operation.path + query, token=house.first.token)
            text = answer.body.decode()
            assert answer.status == 200
            for other in others:
                assert other.call not in text
                assert other.number not in text
                assert f'member:{other.member_id}"' not in text
                assert f'"member_id":{other.member_id},' not in text
            asked += 1
    assert asked >= 8


def test_lists_of_staff_show_their_operator_only(house: ApiHouse) -> None:
    for operation in house.operations():
        if operation.method == "GET" and not operation.parameters("path"):
            answer = house.ask("GET", f"{operation.path}", token=house.staff["nex"])
            text = answer.body.decode()
            assert answer.status == 200
            for secret in (house.foreign.call, house.foreign.number, f'member:{house.foreign.member_id}"'):
                assert secret not in text, operation.name


def test_an_account_that_is_neither_staff_nor_a_member_sees_nothing(house: ApiHouse) -> None:
    operator_id = house.first.operator_id
    with house.composition.database.transaction(operator_id) as session:
        odd = make_token(session, make_account(session, operator_id, role="member"))
    for path in ("/api/charges", "/api/charges/months", "/api/notices", "/api/lines", "/api/calls"):
        answer = house.ask("GET", path, token=odd)
        shown = json.loads(answer.body)
        assert (shown["items"] if isinstance(shown, dict) else shown) == [], path


# Signing in


def test_signing_in_gives_a_token_that_works_until_its_end(house: ApiHouse) -> None:
    operator_id = house.first.operator_id
    with house.composition.database.transaction(operator_id) as session:
        make_account(session, operator_id, sign_in_name="sato@example.jp")
    body = {"email": "sato@example.jp", "password": PASSWORD, "operator": "nex"}
    answer = house.ask("POST", "/api/sign-in", body=body)
    assert answer.status == 200
    token = json.loads(answer.body)["token"]
    assert house.ask("GET", "/api/members", token=token).status == 200
    house.clock.advance_to(NOW + timedelta(days=30))
    assert house.ask("GET", "/api/members", token=token).status == 401


def test_a_refused_sign_in_looks_alike_whatever_was_wrong(house: ApiHouse) -> None:
    operator_id = house.first.operator_id
    with house.composition.database.transaction(operator_id) as session:
        make_account(session, operator_id, sign_in_name="sato@example.jp")
    right = {"email": "sato@example.jp", "password": PASSWORD, "operator": "nex"}
    wrong: list[dict[str, str | None]] = [
        {"password": "wrong"},
        {"email": "unknown@example.jp"},
        {"operator": "other"},
        {"operator": "nobody"},
        {"operator": None},  # two are served here
    ]
    found = {house.ask("POST", "/api/sign-in", body={**right, **change}).body for change in wrong}
    assert len(found) == 1
    assert json.loads(found.pop())["code"] == "sign-in-refused"


def test_guessing_is_slowed_down_alike_for_known_and_unknown_names(house: ApiHouse) -> None:
    with house.composition.database.transaction(house.first.operator_id) as session:
        make_account(session, house.first.operator_id, sign_in_name="sato@example.jp")
    found = []
    for name in ("sato@example.jp", "unknown@example.jp"):
        body = {"email": name, "password": "wrong", "operator": "nex"}
        answers = [house.ask("POST", "/api/sign-in", body=body) for _ in range(6)]
        found.append([(answer.status, answer.body, answer.header("retry-after")) for answer in answers])
    assert found[0] == found[1]
    assert [(status, waits) for status, _, waits in found[0]] == [(401, None)] * 5 + [(429, "30")]
    right = {"email": "sato@example.jp", "password": PASSWORD, "operator": "nex"}
    assert problem(house.ask("POST", "/api/sign-in", body=right))["code"] == "too-many-attempts"
    house.clock.advance_to(house.clock.now() + timedelta(seconds=30))
    assert house.ask("POST", "/api/sign-in", body=right).status == 200


def test_problems_speak_the_readers_language(house: ApiHouse) -> None:
    for language, word in (("ja", "サインイン"), ("en-GB,en;q=0.9", "Sign in")):
        answer = house.ask("GET", "/api/lines", headers={"accept-language": language})
        assert word in problem(answer)["detail"]


def test_no_such_place_is_a_problem_too(house: ApiHouse) -> None:
    for method, url, status, code in (
        ("GET", "/api/nothing", 404, "not-found"),
        ("GET", "/api/lines/abc", 422, "validation-failed"),
        ("PATCH", "/api/lines", 405, "http-405"),
    ):
        answer = house.ask(method, url, token=house.first.token)
        assert (answer.status, problem(answer)["code"]) == (status, code)


# Pages


def test_lists_come_in_pages(house: ApiHouse) -> None:
    paged = [
        operation
        for operation in house.operations()
        # Lists of what belongs to one thing have tests of their own.
        if operation.method == "GET"
        and "after" in operation.parameters("query")
        and not operation.parameters("path")
    ]
    assert len(paged) >= 6
    for operation in paged:
        token = house.staff["nex"]
        whole = json.loads(house.ask("GET", operation.path, token=token).body)
        assert len(whole["items"]) >= 2, operation.name
        assert whole["next"] is None
        collected: list[Any] = []
        after: int | None = 0
        while after is not None:
            shown = json.loads(house.ask("GET", f"{operation.path}?limit=1&after={after}", token=token).body)
            assert len(shown["items"]) <= 1
            collected += shown["items"]
            after = shown["next"]
        assert collected == whole["items"], operation.name


def test_a_page_that_cannot_be_is_refused(house: ApiHouse) -> None:
    for path in ("/api/members", "/api/lines", "/api/numbers", "/api/charges", "/api/notices", "/api/calls"):
        for query in ("limit=0", "limit=201", "limit=x", "after=-1", "after=x", f"after={2**63}"):
            answer = house.ask("GET", f"{path}?{query}", token=house.staff["nex"])
            assert (answer.status, problem(answer)["code"]) == (422, "validation-failed"), (path, query)
        assert house.ask("GET", f"{path}?after={2**63 - 1}", token=house.staff["nex"]).status == 200
