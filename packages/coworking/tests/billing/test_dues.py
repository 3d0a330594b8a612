"""Posting dues: what is posted when, and that later agreements correct it and repetition does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing import BillingRules, bring_up_to_date, charge_from, list_charges
from coworking.billing.first_payments import post_first_payment
from coworking.billing.models import Charge
from coworking.membership import MemberJoined
from coworking.membership.contract_models import OptionTerm, Pause, PlanTerm
from coworking.membership.models import Member
from tests.factories.contracts import rules as rules_of
from tests.factories.membership import make_member, make_operator, make_profile_version


def at(text: str) -> datetime:
    """A local day and time in Tokyo."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=9)


def day(text: str) -> date:
    return date.fromisoformat(text)


class Life:
    """A member of an operator from its first day on."""

    def __init__(self, session: Session, operator: str, plan: str, joined: str) -> None:
        self.session = session
        self.operator_id = make_operator(session)
        self.rules: BillingRules = rules_of(operator, make_profile_version(session, self.operator_id))
        self.member: Member = make_member(session, self.operator_id, now=at(f"{joined}T12:00"))
        self.member.plan = plan
        term = session.scalars(select(PlanTerm)).one()
        term.plan = plan
        session.flush()
        self.joined = at(f"{joined}T12:00")

    def pay_first(self) -> None:
        starts_on = self.rules.calendar.local_date(self.joined)
        told = MemberJoined(self.member.id, self.member.plan, starts_on, self.joined)
        post_first_payment(self.session, self.rules, told)

    def run(self, until: str) -> None:
        """The sweep of a day, twice."""
        for again in range(2):
            now = at(f"{until}T00:10") + timedelta(hours=again)
            bring_up_to_date(self.session, self.rules, [self.member.id], now)

    def has(self, option: str, starts: str, ends: str | None = None) -> None:
        self.session.add(
            OptionTerm(
                operator_id=self.operator_id,
                member_id=self.member.id,
                option=option,
                starts_on=day(starts),
                ends_on=day(ends) if ends else None,
                asked_at=self.joined,
            )
        )
        self.session.flush()

    def pauses(self, starts: str, ends: str) -> None:
        self.session.add(
            Pause(
                operator_id=self.operator_id,
                member_id=self.member.id,
                starts_on=day(starts),
                ends_on=day(ends),
                asked_at=self.joined,
            )
        )
        self.session.flush()

    def leaves(self, ends: str) -> None:
        self.member.ends_on = day(ends)
        self.session.flush()

    def owes(self) -> dict[tuple[str, str], Decimal]:
        """What is owed, by purpose and month."""
        found: dict[tuple[str, str], Decimal] = {}
        for charge in list_charges(self.session):
            key = charge.what, charge.service_month
            found[key] = found.get(key, Decimal(0)) + charge.amount
        return {key: amount for key, amount in found.items() if amount}

    def days(self, what: str, month: str) -> tuple[str, str]:
        charge = self.session.scalars(
            select(Charge).where(Charge.what == what, Charge.service_month == month).order_by(Charge.id)
        ).first()
        assert charge is not None
        return charge.closes_on.isoformat(), charge.due_on.isoformat()


@pytest.fixture
def life(session: Session) -> Life:
    return Life(session, "sakura", "all-day", "2026-06-17")


def test_sak_05_the_first_payment(life: Life) -> None:
    life.pay_first()
    life.pay_first()
    assert life.owes() == {
        ("dues", "2026-06"): 6_416,
        ("dues", "2026-07"): 13_750,
        ("admission", "2026-06"): 5_500,
    }
    assert life.days("dues", "2026-07") == ("2026-06-17", "2026-06-17")


def test_sak_08_dues_are_posted_once_their_month_has_closed(life: Life) -> None:
    life.pay_first()
    life.run("2026-07-10")
    assert ("dues", "2026-08") not in life.owes()
    life.run("2026-07-11")
    assert life.owes()["dues", "2026-08"] == 13_750
    assert life.days("dues", "2026-08") == ("2026-07-10", "2026-08-26")


def test_options_keep_their_own_days_and_a_late_one_settles_with_the_next(life: Life) -> None:
    life.pay_first()
    life.has("locker-small", "2026-06-17")
    life.run("2026-06-17")
    assert life.days("option:locker-small", "2026-06") == ("2026-06-10", "2026-06-26")
    life.has("address-mail", "2026-06-29")
    life.run("2026-06-29")
    assert life.days("option:address-mail", "2026-06") == ("2026-07-10", "2026-07-27")


def test_what_was_posted_is_corrected_by_what_is_agreed_later(life: Life) -> None:
    life.pay_first()
    life.run("2026-07-11")
    life.leaves("2026-07-31")
    life.run("2026-07-12")
    assert ("dues", "2026-08") not in life.owes()
    assert life.owes()["dues", "2026-07"] == 13_750


def test_a_pause_is_without_dues_and_the_return_by_day(life: Life) -> None:
    life.pay_first()
    life.pauses("2026-08-01", "2026-09-15")
    life.run("2026-09-11")
    life.run("2026-10-01")
    dues = {month: amount for (what, month), amount in life.owes().items() if what == "dues"}
    assert dues == {"2026-06": 6_416, "2026-07": 13_750, "2026-09": 6_875, "2026-10": 13_750}


def test_sak_05_the_first_payment_is_not_taken_back(life: Life) -> None:
    life.pay_first()
    life.leaves("2026-06-30")
    life.run("2026-07-01")
    assert life.owes()["dues", "2026-07"] == 13_750


def test_a_pause_in_months_that_were_paid_first_is_set_against_later_ones(life: Life) -> None:
    life.pay_first()
    life.pauses("2026-07-01", "2026-07-31")
    life.run("2026-06-18")
    assert ("dues", "2026-07") not in life.owes()
    life.run("2026-07-11")
    assert life.owes()["dues", "2026-08"] == 13_750


def test_a_new_price_list_leaves_what_stands(life: Life) -> None:
    life.pay_first()
    life.run("2026-07-11")
    dearer = life.rules.profile.model_copy(
        update={
            "dues": {
                "all-day": life.rules.profile.dues["all-day"].model_copy(update={"amount": Decimal(15_000)})
            }
        }
    )
    life.rules = BillingRules(
        dearer,
        life.rules.membership,
        life.rules.calendar,
        life.rules.profile_version_id,
        life.rules.operator_title,
    )
    life.run("2026-08-11")
    dues = {month: amount for (what, month), amount in life.owes().items() if what == "dues"}
    assert dues == {"2026-06": 6_416, "2026-07": 13_750, "2026-08": 13_750, "2026-09": 15_000}


def test_months_that_were_settled_elsewhere_are_not_charged(life: Life) -> None:
    charge_from(life.session, life.operator_id, life.member.id, day("2026-08-01"))
    life.run("2026-08-01")
    assert list(life.owes()) == [("dues", "2026-08")]


def test_a_service_that_stood_still_makes_it_good(life: Life) -> None:
    life.run("2026-08-20")
    assert life.owes() == {
        ("dues", "2026-06"): 6_416,
        ("dues", "2026-07"): 13_750,
        ("dues", "2026-08"): 13_750,
        ("dues", "2026-09"): 13_750,
    }
    assert life.days("dues", "2026-06")[1] == "2026-08-26"


@pytest.mark.parametrize(
    ("joined", "months", "due"),
    [
        ("2026-06-15", ["2026-06"], "2026-07-10"),  # NET-10
        ("2026-06-20", ["2026-06"], "2026-07-10"),
        ("2026-06-25", ["2026-06", "2026-07"], "2026-08-10"),  # NET-10
    ],
)
def test_net_10_first_months(session: Session, joined: str, months: list[str], due: str) -> None:
    life = Life(session, "netsugen", "monthly-personal", joined)
    life.pay_first()
    assert life.owes() == {("dues", month): 11_000 for month in months}
    assert {life.days("dues", month)[1] for month in months} == {due}
    life.run("2026-06-30")
    life.run("2026-07-21")
    assert life.owes()["dues", "2026-08"] == 11_000
    assert life.days("dues", "2026-08") == ("2026-07-20", "2026-08-10")
    assert list(life.owes()) == [("dues", f"2026-0{month}") for month in (6, 7, 8)]


def test_jsug_16_a_year_at_a_time(session: Session) -> None:
    life = Life(session, "jsug", "corporate", "2026-06-15")
    life.pay_first()
    for month in ("2026-09-01", "2027-03-31"):
        life.run(month)
    assert life.owes() == {("dues", "2026-06"): 100_000}
    life.run("2027-04-01")
    assert life.owes() == {("dues", "2026-06"): 100_000, ("dues", "2027-04"): 100_000}
    assert life.days("dues", "2027-04") == ("2027-03-31", "2027-04-30")
