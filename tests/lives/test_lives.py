"""Random lives of members over 24 months: the books, the papers and their numbers agree whatever people do, a day that
is done again changes nothing, and what a contract costs is the same however often the service ran.

`--lives N` lives N of them with every operator instead of one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.profiles import load_profile
from coworking.billing.arrears.models import ArrearsStep
from coworking.billing.invoice_models import Invoice, InvoiceBalance, InvoicedCharge, InvoiceLine, OpenCharge
from coworking.billing.invoicing.invoice_sums import rate_sum
from coworking.billing.journal import balances
from coworking.billing.models import Charge
from coworking.billing.payment_models import Allocation, Payment
from coworking.kit.money import TaxMode
from tests.lives.acting import act, pay
from tests.lives.life import DAYS, Act, live
from tests.lives.town import FIRST_DAY, Town, founded

OPERATORS = ("sakura", "netsugen", "jsug", "nex")
STEPS_AT = time(9, 30)
"""When all steps of a day are due."""
AGAIN_AT = time(9, 45)
ACTS_AT = time(12, 0)
PAYS_AT = time(15, 0)
DAYS_OF_MONTH = (1, 11, 21)
"""On which the service runs in any case: every operator's run opens on one of them."""
OFTEN_REPEATED = 0.2
OF_CONTRACTS = ("dues", "contribution", "option:")
"""What is charged hangs on the contract alone, whenever the service ran."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("--lives")))


@pytest.mark.parametrize("operator", OPERATORS)
def test_whatever_members_do_the_money_agrees(
    operator: str, seed: int, database_url: str, clean_database: object, tmp_path: Path
) -> None:
    acts = live(load_profile(operator), seed)
    of_acts = {one.day for one in acts}
    random = Random(seed)
    often = of_acts | {day for day in range(DAYS) if (FIRST_DAY + timedelta(days=day)).day in DAYS_OF_MONTH}
    seldom = of_acts | {month * 30 + random.randrange(30) for month in range(DAYS // 30)} | {DAYS - 1}
    charged = []
    for name, days in (("often", often | {DAYS - 1}), ("seldom", seldom)):
        with founded(operator, database_url, tmp_path / name) as town:
            live_through(town, acts, sorted(days), Random(seed), seed)
            agree(town)
            charged.append(charged_by_contracts(town))
    of_both = charged[0].keys() & charged[1].keys()
    assert {place: charged[0][place] for place in of_both} == {place: charged[1][place] for place in of_both}


def live_through(town: Town, acts: Sequence[Act], days: Sequence[int], random: Random, seed: int) -> None:
    """The service runs on these days only. Some days' steps are done twice, and the second time changes nothing."""
    of_day: dict[int, list[Act]] = defaultdict(list)
    for one in acts:
        of_day[one.day].append(one)
    for day in days:
        town.go_to(day, STEPS_AT)
        town.take_steps()
        if day == days[-1] or random.random() < OFTEN_REPEATED:
            before = town.traces()
            town.go_to(day, AGAIN_AT)
            town.take_steps()
            assert town.traces() == before, town.today
        town.go_to(day, ACTS_AT)
        for one in of_day[day]:
            act(town, one)
        town.go_to(day, PAYS_AT)
        pay(town, seed)


def charged_by_contracts(town: Town) -> dict[int, dict[tuple[str, str], Decimal]]:
    """By the member's place; not of those whose membership ended for debt, for that hangs on the days of the steps."""
    place = {reference: place for place, reference in town.members.items()}
    sums: dict[int, dict[tuple[str, str], Decimal]] = {}
    with town.session() as session:
        forced = set(session.scalars(select(ArrearsStep.member_id).where(ArrearsStep.step == "forced-end")))
        for member_id in place.keys() - forced:
            sums[place[member_id]] = {}
        for charge in session.scalars(select(Charge)):
            if charge.member_id not in forced and charge.what.startswith(OF_CONTRACTS):
                of_member = sums[place[charge.member_id]]
                key = (charge.what, charge.service_month)
                of_member[key] = of_member.get(key, Decimal(0)) + charge.amount
    return {
        place: {key: amount for key, amount in of_member.items() if amount}
        for place, of_member in sums.items()
    }


def agree(town: Town) -> None:
    """What holds for every operator's money at any time."""
    assert town.findings() == []
    assert town.failures() == []
    with town.session() as session:
        assert sum(balances(session).values()) == 0
        papers = session.scalars(select(Invoice).order_by(Invoice.id)).all()
        assert [paper.serial for paper in papers] == list(range(1, len(papers) + 1))
        assert papers
        lines = defaultdict(list)
        for line in session.scalars(select(InvoiceLine)):
            lines[line.invoice_id].append(line)
        for paper in papers:
            _paper_agrees(paper, lines[paper.id])
        _credit_agrees(session, papers)
        _charges_agree(session)
        _advances_agree(session)


def _paper_agrees(paper: Invoice, lines: Sequence[InvoiceLine]) -> None:
    """The lines sum to the total, and the tax of each rate is reckoned once."""
    by_rate: dict[Decimal, Decimal] = defaultdict(Decimal)
    for line in lines:
        by_rate[Decimal(line.rate)] += line.amount
    taxes = {Decimal(tax["rate"]): (Decimal(tax["subtotal"]), Decimal(tax["tax"])) for tax in paper.taxes}
    assert len(taxes) == len(paper.taxes)
    assert by_rate.keys() == taxes.keys()
    assert sum(subtotal + tax for subtotal, tax in taxes.values()) == paper.total
    mode = TaxMode(paper.tax_mode)
    for rate, amount in by_rate.items():
        assert sum(taxes[rate]) == amount if mode is TaxMode.INCLUDED else taxes[rate][0] == amount
        if paper.kind == "invoice":
            reckoned = rate_sum(amount, rate, mode if rate else TaxMode.OUTSIDE)
            assert (reckoned.subtotal, reckoned.tax) == taxes[rate]


def _credit_agrees(session: Session, papers: Sequence[Invoice]) -> None:
    """Notes never take back more than the invoice billed, of no rate."""
    left: dict[int, Decimal] = {paper.id: paper.total for paper in papers if paper.kind == "invoice"}
    taxes: dict[tuple[int, str], Decimal] = {}
    for paper in papers:
        for tax in paper.taxes:
            key = (paper.credits_id or paper.id, tax["rate"])
            taxes[key] = taxes.get(key, Decimal(0)) + Decimal(tax["tax"])
        if paper.credits_id is not None:
            left[paper.credits_id] += paper.total
    assert min(left.values()) >= 0
    assert min(taxes.values()) >= 0
    for balance in session.scalars(select(InvoiceBalance)):
        assert left[balance.invoice_id] == balance.total - balance.credited


def _charges_agree(session: Session) -> None:
    """A charge is on one line or open, never both; lines come to what was charged but for fractions of a yen."""
    charges = {charge.id: charge.amount for charge in session.scalars(select(Charge))}
    invoiced = set(session.scalars(select(InvoicedCharge.charge_id)))
    waiting = set(session.scalars(select(OpenCharge.charge_id)))
    assert not invoiced & waiting
    assert invoiced | waiting == charges.keys()


def _advances_agree(session: Session) -> None:
    """What came in and pays no invoice is what the books hold as advances."""
    received = sum((payment.amount for payment in session.scalars(select(Payment))), Decimal(0))
    allocated = sum((one.amount for one in session.scalars(select(Allocation))), Decimal(0))
    assert balances(session).get("advance", Decimal(0)) == allocated - received
