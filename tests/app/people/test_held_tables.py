"""A table that names a person is given out and erased, or it is said here why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import LargeBinary, Table, event
from sqlalchemy.orm import Session

import app.models
from app.people import exported_tables as exported
from app.people.erasing import erase
from coworking.kit.db import Base, table_of
from coworking.membership.models import Account, Company, Member, Person
from telephony.numbers.models import StockNumber
from tests.factories.membership import NOW, make_account, make_member, make_operator, nex

assert app.models
WHOSE = {"person_id", "member_id", "account_id", "line_id"}
PEOPLE = {"people", "members", "accounts", "lines", "companies"}
SECRET = "what lets in, or the way to it; nothing else stands there"
OF_CALLS = "calls are counted; the calls page and its CSV list them"
REPEATS = "repeats charges, invoices and payments"
NOT_EXPORTED = {
    "suspicious_reports": "the member must not be told (Act on Prevention of Transfer of Criminal Proceeds, article 8)",
    "legal_holds": "placed for a dispute, whose preparation is the operator's",
    "reconciliation_cases": "the operator's case with the carrier",
    "announcement_copies": "the notices that they name are given out",
    "halted_lines": "of the operator's halt; the line's own suspensions are given out",
    "routing_cards": "repeats the line's settings for the voice webhook",
    "change_undos": "a token's digest and what a setting was before",
    "card_setups": "an address at the card company that works once",
    "line_pins": SECRET,
    "kept_answers": SECRET,
    "mailed_links": SECRET,
    "recovery_codes": SECRET,
    "second_factors": SECRET,
    "sign_in_challenges": SECRET,
    "tokens": SECRET,
    "billed_legs": OF_CALLS,
    "calls": OF_CALLS,
    "carrier_prices": OF_CALLS,
    "legs": OF_CALLS,
    "invoice_balances": REPEATS,
    "invoiced_charges": REPEATS,
    "journal_entries": REPEATS,
    "open_charges": REPEATS,
}
BOOKS = "books are kept seven years"
CALLS = "records of calls and their charges are kept seven years"
CONDUCT = "kept until claims of it lapse"
IDENTITY = "kept seven years from the contract's end, with what proves it"
NOBODYS = "says nothing of a person once the person is nobody"
FORGOTTEN = "goes when the operator's days are over"
STAYS = {
    "erasures": "that and when it was erased",
    "legal_holds": "while it stands nothing is erased",
    "suspicious_reports": IDENTITY,
    "identity_records": IDENTITY,
    "address_evidence": IDENTITY,
    "exit_cases": IDENTITY,
    "activity_records": CONDUCT,
    "address_misuses": CONDUCT,
    "breaches": CONDUCT,
    "damages": CONDUCT,
    "prohibited_acts": CONDUCT,
    "service_refusals": CONDUCT,
    "terms_acceptances": CONDUCT,
    "billed_legs": CALLS,
    "calls": CALLS,
    "carrier_prices": CALLS,
    "legs": CALLS,
    "reconciliation_cases": CALLS,
    "arrears_steps": BOOKS,
    "card_charges": BOOKS,
    "card_disputes": BOOKS,
    "charges": BOOKS,
    "debit_rows": BOOKS,
    "deposits": BOOKS,
    "event_sign_ups": BOOKS,
    "fee_records": BOOKS,
    "first_charged_months": BOOKS,
    "invoice_balances": BOOKS,
    "invoiced_charges": BOOKS,
    "invoices": BOOKS,
    "journal_entries": BOOKS,
    "open_charges": BOOKS,
    "parked_accounts": BOOKS,
    "payment_methods": BOOKS,
    "payment_slips": BOOKS,
    "payments": BOOKS,
    "uses": BOOKS,
    "announcement_copies": NOBODYS,
    "belongings": NOBODYS,
    "companies": "a company's own data",
    "contract_codes": NOBODYS,
    "desk_phones": NOBODYS,
    "forwarding_settings": NOBODYS,
    "halted_lines": NOBODYS,
    "imported_rows": NOBODYS,
    "kept_addresses": NOBODYS,
    "lent_things": NOBODYS,
    "line_suspensions": NOBODYS,
    "member_caps": NOBODYS,
    "members": NOBODYS,
    "option_terms": NOBODYS,
    "pauses": NOBODYS,
    "plan_terms": NOBODYS,
    "qr_revocations": NOBODYS,
    "routing_cards": "gone with the line: a number without a live line has no card",
    "stock_numbers": NOBODYS,
    "voicemail_settings": NOBODYS,
    "door_agent_events": FORGOTTEN,
    "door_events": FORGOTTEN,
    "door_visits": FORGOTTEN,
    "mail_events": FORGOTTEN,
    "parking_vouchers": FORGOTTEN,
    "reservations": FORGOTTEN,
}


def tables_of_people() -> dict[str, Table]:
    """Those that name a member, a line, an account, a person or a company in a column of their own."""
    return {
        table.name: table
        for table in Base.metadata.tables.values()
        if any(
            column.name in WHOSE or any(key.column.table.name in PEOPLE for key in column.foreign_keys)
            for column in table.columns
        )
    }


def given_out() -> dict[str, type[Base]]:
    lists = (
        exported.OF_MEMBERS,
        exported.OF_LINES,
        exported.OF_IDENTITY_RECORDS,
        exported.OF_ACCOUNTS,
        exported.OF_PEOPLE,
    )
    models = [model for one in lists for model in one.values()]
    return {table_of(model).name: model for model in (*models, Account, Company, Member, Person, StockNumber)}


def test_every_table_that_names_a_person_is_given_out_or_has_its_reason() -> None:
    named, out = set(tables_of_people()), set(given_out())
    assert named - out - set(NOT_EXPORTED) == set()
    assert set(NOT_EXPORTED) & out == set()
    assert set(NOT_EXPORTED) - named == set()


def test_nothing_that_is_given_out_is_a_secret() -> None:
    shown = [
        f"{name}.{column.name}"
        for name, model in given_out().items()
        for column in table_of(model).columns
        if column.name not in exported.SECRETS
        and (
            isinstance(column.type, LargeBinary)
            or re.search(r"secret|hash|digest|password(?!_(set|shown)_at)|token|sealed", column.name)
        )
    ]
    assert shown == []


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    heard: list[str] = []

    def hear(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        heard.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", hear)
    yield heard
    event.remove(connection, "before_cursor_execute", hear)


@pytest.fixture
def erased(session: Session) -> list[str]:
    """What was asked of the database to erase a person of whom there is next to nothing."""
    operator_id = make_operator(session)
    member = make_member(session, operator_id)
    make_account(session, operator_id, member=member)
    member.status, member.ends_on = "ended", date(2026, 6, 9)
    session.flush()
    with statements(session) as heard:
        erase(session, nex().calendar(), member.person_id, actor="account:1", now=NOW)
    return heard


def test_every_table_that_names_a_person_is_erased_or_has_its_reason(erased: list[str]) -> None:
    """Tables whose rows are erased one by one are only looked at where there are none."""
    written = {name for one in erased for name in re.findall(r"(?:DELETE FROM|UPDATE) (\w+)", one)}
    looked_at = {name for one in erased for name in re.findall(r"(?:FROM|JOIN) (\w+)", one)}
    named = set(tables_of_people())
    assert named - looked_at - written - set(STAYS) == set()
    assert written & set(STAYS) == set()
    assert set(STAYS) - named == set()
