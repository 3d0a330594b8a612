"""Who is let in: every fact that decides, one at a time and together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coworking.doors.decisions import EntryFacts, refusal_of
from coworking.doors.profile import Means

WELCOME = EntryFacts(
    act="check-in",
    means=Means.APP,
    means_offered=tuple(Means),
    status="active",
    in_term=True,
    is_closed_for_emergency=False,
    is_open=True,
    is_staffed=True,
    in_plan_hours=True,
    pays_by_use=False,
    must_reserve=False,
    has_reservation=False,
    is_reservation_paid=False,
    has_payment_card=True,
    has_paid_time=False,
    is_inside=False,
    must_check_in=True,
    card_needs_plan_hours_unstaffed=True,
)
UNLOCKS = {"act": "unlock", "is_inside": True}
UNSTAFFED = {"is_staffed": False}
OUTSIDE = {"in_plan_hours": False}
BY_USE = {"in_plan_hours": False, "pays_by_use": True}
RESERVED = {"must_reserve": True, "has_reservation": True, "is_reservation_paid": True}

CASES: list[tuple[str, dict[str, Any], str | None]] = [
    ("in the plan, staffed", {}, None),
    ("leaving members are members", {"status": "leaving"}, None),
    ("in the plan, unstaffed", UNSTAFFED, None),
    ("a card in the plan, unstaffed", UNSTAFFED | UNLOCKS | {"means": Means.CARD}, None),
    ("outside the plan, staffed", OUTSIDE | {"means": Means.CARD} | UNLOCKS, None),
    ("outside the plan, unstaffed", OUTSIDE | UNSTAFFED | {"must_reserve": True}, "reservation-required"),
    ("the same, reserved", OUTSIDE | UNSTAFFED | RESERVED, None),
    (
        "the same, reserved and not paid",
        OUTSIDE | UNSTAFFED | RESERVED | {"is_reservation_paid": False},
        "reservation-unpaid",
    ),
    (
        "the same, reserved, by card",
        OUTSIDE | UNSTAFFED | RESERVED | UNLOCKS | {"means": Means.CARD},
        "outside-plan-hours",
    ),
    ("always by reservation", {"must_reserve": True}, "reservation-required"),
    ("always by reservation, paid with the month", RESERVED | {"is_reservation_paid": False}, None),
    ("by use, staffed", BY_USE | {"has_payment_card": False}, None),
    ("by use, unstaffed", BY_USE | UNSTAFFED | RESERVED, None),
    (
        "by use, unstaffed, no card",
        BY_USE | UNSTAFFED | RESERVED | {"has_payment_card": False},
        "card-required",
    ),
    (
        "time paid at reception goes on when staff have gone",
        BY_USE | UNSTAFFED | UNLOCKS | {"must_reserve": True, "has_paid_time": True, "means": Means.CARD},
        None,
    ),
    ("closed", {"is_open": False}, "closed"),
    ("closed in an emergency, reserved", RESERVED | {"is_closed_for_emergency": True}, "closed"),
    ("paid time in an emergency", {"has_paid_time": True, "is_closed_for_emergency": True}, "closed"),
    ("not joined yet, or over", {"in_term": False}, "membership-not-active"),
    *(
        (status, {"status": status}, "membership-not-active")
        for status in ("applied", "suspended", "ended", "refused", "limited", "struck")
    ),
    ("who one is goes first", {"status": "limited", "is_open": False}, "membership-not-active"),
    ("the place goes before the time", RESERVED | {"has_reservation": False, "is_open": False}, "closed"),
    ("in already", {"is_inside": True}, "already-inside"),
    ("not checked in", {"act": "unlock"}, "not-checked-in"),
    ("where unlocking is the entry", {"act": "unlock", "must_check_in": False}, None),
    ("another way in", {"means_offered": (Means.CARD,)}, "means-not-offered"),
    (
        "the time goes before the way in",
        OUTSIDE | UNSTAFFED | {"act": "unlock", "must_reserve": True},
        "reservation-required",
    ),
]


@pytest.mark.parametrize(("facts", "code"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_who_is_let_in(facts: dict[str, Any], code: str | None) -> None:
    refusal = refusal_of(replace(WELCOME, **facts))

    assert (refusal.code if refusal is not None else None) == code
    if refusal is not None:
        assert "{" not in refusal.sentence("ja") + refusal.sentence("en")


ANY = st.builds(
    EntryFacts,
    act=st.sampled_from(["check-in", "unlock"]),
    means=st.sampled_from(Means),
    means_offered=st.just(tuple(Means)),
    status=st.sampled_from(["active", "leaving", "suspended", "limited", "struck", "ended", "applied"]),
    **{name: st.booleans() for name, kind in EntryFacts.__annotations__.items() if kind == "bool"},
)


@given(ANY)
def test_nobody_comes_in_whom_the_rules_keep_out(facts: EntryFacts) -> None:
    if refusal_of(facts) is None:
        assert facts.status in ("active", "leaving")
        assert facts.in_term
        assert facts.is_open
        assert not facts.is_closed_for_emergency
        assert facts.has_paid_time or not facts.must_reserve or facts.has_reservation
        assert facts.act == "check-in" or facts.is_inside or not facts.must_check_in
