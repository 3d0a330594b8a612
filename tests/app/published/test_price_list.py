from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from app.profiles import load_profile
from app.published.office_hours import spoken_hours
from app.published.price_list import price_list
from app.published.versions import editions
from coworking.kit.profile_fields import Weekday
from coworking.membership.profile import OfficeHours
from telephony.metering.profile import CallClass, RateCard
from tests.factories.membership import nex

TODAY = date(2026, 7, 15)


def cards(*days: str) -> tuple[RateCard, ...]:
    (card,) = nex().metering.rate_cards
    return tuple(card.model_copy(update={"valid_from": date.fromisoformat(day)}) for day in days)


def test_prices_stand_as_kept_and_with_tax() -> None:
    listed = price_list(nex(), TODAY)
    (card,) = listed.cards
    found = {
        row.call_class: [cell and (cell.amount.kept, cell.amount.with_tax) for cell in row.cells]
        for row in card.rows
    }
    assert found[CallClass.FORWARD_TO_FIXED] == [
        (Decimal(13), Decimal("14.3")),
        (Decimal(15), Decimal("16.5")),
    ]
    assert found[CallClass.DESK_TO_MOBILE] == [(Decimal(47), Decimal("51.7")), None]
    assert CallClass.FIXED_TO_FIXED not in found
    assert [(plan.setup_fee.with_tax, plan.monthly_fee.with_tax) for plan in listed.plans] == [
        (2750, 3300),
        (2750, 2200),
    ]
    assert {fee.purpose: fee.amount and fee.amount.kept for fee in listed.fees} == {
        "registered-phone-change": 2000,
        "notification-address-change": 2000,
        "technician": 35_000,
        "recovery": None,
        "mail-forwarding": None,
        "mail-scan": 200,
        "mail-storage": 50,
    }


def test_an_option_for_every_plan_names_none() -> None:
    profile = load_profile("sakura")
    plans = profile.membership.plans
    listed = {one.name: one for one in price_list(profile, TODAY).options}
    assert listed["locker-small"].member_plans == ()  # SAK-23
    assert plans["weekday"].title in listed["address-mail"].member_plans


@pytest.mark.parametrize(
    ("today", "order"),
    [
        (
            "2026-03-31",
            ["in-force 2025-01-01..2026-03-31", "coming 2026-04-01..2026-08-31", "coming 2026-09-01.."],
        ),
        (
            "2026-04-01",
            ["in-force 2026-04-01..2026-08-31", "coming 2026-09-01..", "past 2025-01-01..2026-03-31"],
        ),
        (
            "2027-01-01",
            ["in-force 2026-09-01..", "past 2026-04-01..2026-08-31", "past 2025-01-01..2026-03-31"],
        ),
        (
            "2024-01-01",
            ["coming 2025-01-01..2026-03-31", "coming 2026-04-01..2026-08-31", "coming 2026-09-01.."],
        ),
    ],
)
def test_the_version_in_force_stands_first(today: str, order: list[str]) -> None:
    versions = cards("2025-01-01", "2026-04-01", "2026-09-01")
    found = editions(versions, date.fromisoformat(today))
    assert [f"{one.state} {one.valid_from}..{one.valid_until or ''}" for one in found] == order


@pytest.mark.parametrize(
    ("days", "japanese", "english"),
    [
        ("monday tuesday wednesday thursday friday", "月〜金 10:00–18:30", "Mon–Fri 10:00–18:30"),
        ("saturday", "土 10:00–18:30", "Sat 10:00–18:30"),
        ("monday wednesday", "月・水 10:00–18:30", "Mon, Wed 10:00–18:30"),
        ("sunday saturday", "土・日 10:00–18:30", "Sat, Sun 10:00–18:30"),
    ],
)
def test_office_hours_in_words(days: str, japanese: str, english: str) -> None:
    hours = OfficeHours(
        weekdays=tuple(Weekday(day) for day in days.split()), opens_at=time(10), closes_at=time(18, 30)
    )
    assert (spoken_hours(hours, "ja"), spoken_hours(hours, "en")) == (japanese, english)
