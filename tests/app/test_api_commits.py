"""A change that could not be committed is an error, and leaves nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError

from coworking.kit.db import Database
from tests.api_doors import REFUSED_HERE
from tests.api_house import ApiHouse, Operation, open_house

# With the description's smallest body, on a member, a line and an account as the house has them.
CHANGES_NOTHING = {
    "POST /api/members/{member_id}/address-code",
    "POST /api/sites/{site}/open",
    "POST /api/mail/{mail_item_id}/assign",
    "PUT /api/mail/{mail_item_id}/pictures/{picture_id}",
    "PUT /api/lines/{line_id}/forwarding",
    "POST /api/lines/{line_id}/dry-run",
    "PATCH /api/members/{member_id}/details",
    "POST /api/members/{member_id}/lift-limit",
    "POST /api/account/second-factor/remove",
}
# Only a question, or a secret that nobody has confirmed yet; the checks of the books keep their findings by themselves,
# and doors have a log of their own.
NOT_ON_RECORD = {
    "POST /api/members/{member_id}/qr",
    "POST /api/members/{member_id}/check-outs",
    "POST /api/members/{member_id}/unlocks",
    "POST /api/members/{member_id}/drop-in-exits",
    "POST /api/account/step-up/options",
    "POST /api/account/passkeys/options",
    "POST /api/account/second-factor",
    "POST /api/books/check",
}
# Something else comes before it, or it takes a file.
ASKS_FOR_MORE = {
    "POST /api/members/{member_id}/identity-records",
    "PUT /api/identity-records/{record_id}/facts",
    "POST /api/address-letters",
    "POST /api/readings",
    "POST /api/members/{member_id}/drop-ins",
    "POST /api/parking-vouchers",
    "POST /api/members/{member_id}/door-incidents",
    "POST /api/members/{member_id}/access-cards",
    "POST /api/doors/{door}/card-proofs",
    "POST /api/mail/{mail_item_id}/instruction",
    "POST /api/mail/{mail_item_id}/confirm-disposal",
    "POST /api/mail/{mail_item_id}/dispose",
    "POST /api/mail/{mail_item_id}/return",
    "POST /api/mail-hand-overs",
    "POST /api/mail-distributions",
    "POST /api/mail-batches",
    "POST /api/members/{member_id}/aliases",
    "POST /api/mail/{mail_item_id}/scan-pages",
    "POST /api/mail/{mail_item_id}/scan",
    "PUT /api/account/passkeys/{passkey_id}",
    "POST /api/account/passkeys/{passkey_id}/remove",
    "PUT /api/lines/{line_id}/registered-phones/{number}",
    "POST /api/events/{event_id}/sign-ups",
    "POST /api/deposits/files",
    "POST /api/deposits/{deposit_id}/undo",
    "POST /api/members/{member_id}/debit-mandates",
    "POST /api/debit-mandates/import",
    "POST /api/debits",
    "POST /api/debits/{debit_id}/results",
    "POST /api/debits/{debit_id}/cancel",
}
REFUSING_AT_COMMIT = """
CREATE FUNCTION refuse_at_commit() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '{code}'; END $$;
CREATE CONSTRAINT TRIGGER refuse_at_commit AFTER INSERT ON audit_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_at_commit();
"""


@pytest.fixture
def house(clean_database: Database, tmp_path: Path) -> Iterator[ApiHouse]:
    house = open_house(clean_database.url, tmp_path)
    with closing(house.composition):
        yield house


@pytest.fixture(params=["53100", "23514"], ids=["disk full", "check violation"])
def refusing_at_commit(house: ApiHouse, request: pytest.FixtureRequest) -> Iterator[str]:
    """Until the end of the test nothing can be committed that is on record."""
    url = house.composition.database.url
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(REFUSING_AT_COMMIT.format(code=request.param))
    yield request.param
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("DROP FUNCTION refuse_at_commit CASCADE")


def test_what_fails_at_the_commit_is_an_error_and_leaves_nothing(
    house: ApiHouse, refusing_at_commit: str
) -> None:
    before = house.rows()
    changing = [
        operation
        for operation in house.operations()
        if operation.method not in {"GET", "DELETE"}
        and operation.takes_token
        and operation.name not in CHANGES_NOTHING | NOT_ON_RECORD | ASKS_FOR_MORE | REFUSED_HERE
    ]
    assert len(changing) >= 6
    wanted = 503 if refusing_at_commit == "53100" else 500
    others = {operation.name: status_of(house, operation) for operation in changing}
    assert {name: status for name, status in others.items() if status != wanted} == {}
    assert house.rows() == before


def status_of(house: ApiHouse, operation: Operation) -> int | None:
    # A defect is answered first, and then raised again for the server's log.
    with contextlib.suppress(IntegrityError):
        house.call(operation, house.first, token=house.staff["nex"])
    return house.last_status
