"""Contracts as billing reads them, of an operator's shipped profile, for tests."""

from __future__ import annotations

from datetime import date
from functools import cache

from app.profiles import Profile, load_profile
from coworking.billing import BillingRules
from coworking.membership import Contract, OptionSpan, Span


@cache
def profile(name: str) -> Profile:
    return load_profile(name)


def rules(name: str = "sakura", profile_version_id: int = 1) -> BillingRules:
    found = profile(name)
    return BillingRules(found.billing, found.membership, found.calendar(), profile_version_id, found.title)


def day(text: str) -> date:
    return date.fromisoformat(text)


def span(words: str) -> Span:
    """`all-day 2026-06-17..2026-07-31`, or without its end."""
    name, _, days = words.partition(" ")
    first, _, last = days.partition("..")
    return Span(name, day(first), day(last) if last else None)


def contract(
    *plans: str,
    options: tuple[str, ...] = (),
    pauses: tuple[str, ...] = (),
    ends: str | None = None,
    member_id: int = 7,
    belongs_to: int | None = None,
    address_held: bool = False,
    address_released: str | None = None,
) -> Contract:
    terms = tuple(map(span, plans))
    return Contract(
        member_id=member_id,
        operator_id=1,
        kind="person",
        plan=terms[-1].name,
        status="active",
        starts_on=terms[0].starts_on,
        ends_on=day(ends) if ends else None,
        plans=terms,
        options=tuple(
            OptionSpan(one.name, one.starts_on, one.ends_on, number)
            for number, one in enumerate(map(span, options), start=1)
        ),
        pauses=tuple(span(f"pause {days}") for days in pauses),
        belongs_to=belongs_to,
        address_held=address_held,
        address_released_on=day(address_released) if address_released else None,
    )
