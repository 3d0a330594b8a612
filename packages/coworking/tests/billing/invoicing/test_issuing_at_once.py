"""However many issue at once, and wherever they are stopped: the same invoices, no number missing, none twice."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing.books.checks import check_books
from coworking.billing.invoice_models import Invoice, InvoiceBalance, InvoiceSeries, OpenCharge
from coworking.billing.invoicing.credit_notes import credit
from coworking.billing.invoicing.errors import CreditExceedsInvoice
from coworking.billing.invoicing.issuing import invoice_now, issue_accounts
from coworking.billing.invoicing.runs import next_accounts, open_due_runs
from coworking.kit.db import Database
from packages.coworking.tests.billing.invoicing.issuing_desk import TODAY, Desk
from tests.factories.membership import NOW, make_member

THREADS = 8
MEMBERS = 24
PATIENCE_SECONDS = 120
KILLS = 12
KILLED_RUN = Path(__file__).with_name("killed_run.py")


class Office:
    """Committed charges of many members."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.transaction() as session:
            desk = Desk(session)
            members = [make_member(session, desk.operator_id).id for _ in range(MEMBERS)]
            for index, member_id in enumerate(members):
                for amount in range(1 + index % 3):
                    desk.charge(100 + amount, session.get_one(type(desk.member), member_id))
                desk.charge(1_000, session.get_one(type(desk.member), member_id), closes_on=TODAY)
            self.operator_id, self.rules, self.members = desk.operator_id, desk.rules, members

    def change(self, work: Callable[[Session], object]) -> None:
        self.database.run(work, self.operator_id)

    def papers(self) -> list[tuple[int, int, Decimal]]:
        with self.database.transaction(self.operator_id) as session:
            assert check_books(session, TODAY) == []
            found = session.execute(
                select(Invoice.serial, Invoice.member_id, Invoice.total).order_by(Invoice.serial)
            )
            papers = [(serial, member_id, total) for serial, member_id, total in found]
            last = session.scalars(select(InvoiceSeries.last_serial)).one()
        assert [serial for serial, _, _ in papers] == list(range(1, last + 1))
        return papers


@pytest.fixture
def office(clean_database: Database) -> Office:
    return Office(clean_database)


def at_once(work: Callable[[int], None]) -> None:
    """In so many threads, which begin together; an error of one fails the test."""
    ready = threading.Barrier(THREADS, timeout=PATIENCE_SECONDS)
    errors: list[BaseException] = []

    def start(number: int) -> None:
        try:
            ready.wait()
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert errors == []


def expected(office: Office) -> set[tuple[int, int]]:
    """What each member owes, with tax: the closed charges on one invoice, what is paid at once on another."""
    closed = {
        member: sum(100 + n for n in range(1 + index % 3)) for index, member in enumerate(office.members)
    }
    return {(member, amount + amount // 10) for member, amount in closed.items()} | {
        (member, 1_100) for member in office.members
    }


def test_eight_who_issue_at_once_make_the_invoices_of_one(office: Office) -> None:
    def issue(number: int) -> None:
        chance = Random(number)
        mine = office.members[number::THREADS]
        for member_id in chance.sample(mine, len(mine)):
            office.change(partial(issue_one, member_id))
            office.change(run_all)

    def issue_one(member_id: int, session: Session) -> None:
        invoice_now(session, office.rules, member_id, NOW)

    def run_all(session: Session) -> None:
        run = open_due_runs(session, office.operator_id, office.rules, TODAY, NOW)[-1]
        members = next_accounts(session, office.rules, run, 0, NOW)[:5]
        if members:
            issue_accounts(session, office.rules, run, members, NOW)

    at_once(issue)
    papers = office.papers()
    assert {(member_id, int(total)) for _, member_id, total in papers} == expected(office)
    assert len(papers) == 2 * MEMBERS


def test_what_is_undone_leaves_no_gap(office: Office) -> None:
    def issue(number: int) -> None:
        for member_id in office.members[number::THREADS]:
            with pytest.raises(ZeroDivisionError):
                office.change(partial(issue_and_fail, member_id))
            office.change(partial(issue_one, member_id))

    def issue_one(member_id: int, session: Session) -> None:
        invoice_now(session, office.rules, member_id, NOW)

    def issue_and_fail(member_id: int, session: Session) -> None:
        issue_one(member_id, session)
        raise ZeroDivisionError

    at_once(issue)
    assert len(office.papers()) == MEMBERS


def test_eight_who_credit_at_once_never_credit_more_than_was_billed(office: Office) -> None:
    office.change(lambda session: invoice_now(session, office.rules, office.members[0], NOW))

    def take_back(_: int) -> None:
        for _ in range(3):
            try:
                office.change(
                    lambda session: credit(
                        session,
                        office.rules,
                        "NEX-000001",
                        amount=Decimal(70),
                        reason="誤り",
                        actor="account:1",
                        now=NOW,
                    )
                )
            except CreditExceedsInvoice:
                return

    at_once(take_back)
    with office.database.transaction(office.operator_id) as session:
        assert session.scalars(select(InvoiceBalance.credited)).one() == 1_050
    assert len(office.papers()) == 1 + 15


@pytest.mark.parametrize("seed", [1, 2])
def test_a_run_that_is_killed_anywhere_makes_the_invoices_of_one(
    office: Office, seed: int, database_url: str
) -> None:
    finished = subprocess.run(
        [sys.executable, KILLED_RUN, database_url, str(seed), str(KILLS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert finished.returncode == 0, finished.stderr
    assert int(finished.stdout) >= KILLS // 2
    papers = office.papers()
    assert {(member, int(total)) for _, member, total in papers} == {
        one for one in expected(office) if one[1] != 1_100
    }
    with office.database.transaction(office.operator_id) as session:
        assert len(session.scalars(select(OpenCharge.charge_id)).all()) == MEMBERS
