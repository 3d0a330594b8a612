"""Whatever a member asks for over months, what stands on record agrees with itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.profiles import Profile, load_profile
from coworking.kit.errors import UserError
from coworking.membership import (
    Contract,
    MemberRules,
    confirm_identity,
    contract_of,
    enter_offices,
)
from coworking.membership.applications import apply, read_texts
from coworking.membership.changes_of_plan import change_plan
from coworking.membership.leaving import OVER, leave, lift_limit, limit_membership
from coworking.membership.options import add_option, drop_option
from coworking.membership.pauses import ask_for_pause, come_back
from coworking.membership.turning import bring_up_to_date, members_to_turn
from tests.factories.membership import NOW, make_operator, sakura_applicant

ACTOR = "account:1"
PLANS = ("all-day", "weekday", "morning", "flex-12h", "group-2", "virtual-office")
OPTIONS = ("address-mail", "company-registration", "locker-small", "unlimited-printing")
LONGEST_LIFE = 12
# Between these nothing changes by itself; a service that stands still is made good on the next of them.
TURNED_DAYS = (1, 11, 25)

Act = tuple[str, str | int | None]
ACTS: st.SearchStrategy[Act] = st.one_of(
    st.tuples(st.just("change"), st.sampled_from(PLANS)),
    st.tuples(st.just("upgrade"), st.sampled_from(PLANS)),
    st.tuples(st.sampled_from(["add", "drop"]), st.sampled_from(OPTIONS)),
    st.tuples(st.just("pause"), st.integers(1, 3)),
    st.tuples(st.just("return"), st.none() | st.integers(1, 80)),
    st.tuples(st.just("leave"), st.none()),
    st.tuples(st.sampled_from(["limit", "lift"]), st.none()),
)
LIVES = st.lists(st.tuples(st.integers(0, 45), st.integers(0, 23), ACTS), max_size=LONGEST_LIFE)


@pytest.fixture(scope="module")
def sakura() -> Profile:
    return load_profile("sakura")


@pytest.fixture
def rules(sakura: Profile) -> MemberRules:
    dues = {name: one.amount for name, one in sakura.billing.dues.items()}
    return MemberRules(sakura.membership, sakura.calendar(), dues)


def enter(session: Session, rules: MemberRules) -> int:
    read_texts()
    operator_id = make_operator(session, "sakura")
    enter_offices(session, operator_id, {"toyama": ""})
    new, declared = sakura_applicant(rules)
    member = apply(session, rules, new, declared, operator_id=operator_id, actor=ACTOR, now=NOW, at_once=True)
    # An address is lent with a confirmed identity only.
    confirm_identity(session, member.id, method="in-person", operator_id=operator_id, actor=ACTOR, now=NOW)
    return member.id


def act(session: Session, rules: MemberRules, member_id: int, wanted: Act, now: datetime) -> None:
    what, fact = wanted
    today = rules.calendar.local_date(now)

    def change(from_month: date | None) -> None:
        change_plan(
            session,
            rules,
            member_id,
            str(fact),
            from_month=from_month,
            evidence=None,
            by_staff=False,
            actor=ACTOR,
            now=now,
        )

    acts: dict[str, Callable[[], object]] = {
        "change": lambda: change(None),
        "upgrade": lambda: change(today),
        "add": lambda: add_option(session, rules, member_id, str(fact), actor=ACTOR, now=now),
        "drop": lambda: drop_option(session, rules, member_id, str(fact), actor=ACTOR, now=now),
        "pause": lambda: ask_for_pause(session, rules, member_id, int(fact or 1), actor=ACTOR, now=now),
        "return": lambda: come_back(
            session,
            rules,
            member_id,
            None if fact is None else today + timedelta(days=int(fact)),
            actor=ACTOR,
            now=now,
        ),
        "leave": lambda: leave(session, rules, member_id, on_month=None, actor=ACTOR, now=now),
        "limit": lambda: limit_membership(session, member_id, "other", actor=ACTOR, now=now),
        "lift": lambda: lift_limit(session, member_id, today, actor=ACTOR, now=now),
    }
    try:
        with session.begin_nested():
            acts[what]()
    except UserError:
        return


def agree(contract: Contract, today: date) -> None:
    """At most one plan a day, none missing while the membership runs, and a status that says what stands."""
    end = contract.ends_on or today + timedelta(days=120)
    day = contract.starts_on
    while day <= end:
        assert len([span for span in contract.plans if span.holds(day)]) == 1
        day += timedelta(days=1)
    for span in (*contract.plans, *contract.options, *contract.pauses):
        assert span.ends_on is None or span.ends_on >= span.starts_on
        if contract.ends_on is not None:
            assert span.ends_on is not None
            assert span.ends_on <= contract.ends_on
    paused = any(pause.holds(today) for pause in contract.pauses)
    if contract.status in OVER:
        assert contract.ends_on is not None
        assert contract.ends_on < today
        return
    assert contract.ends_on is None or contract.ends_on >= today
    assert contract.plan == next(span.name for span in contract.plans if span.holds(today))
    if contract.status != "limited":
        expected = "suspended" if paused else "active" if contract.ends_on is None else "leaving"
        assert contract.status == expected


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LIVES)
def test_a_life_agrees_with_itself(
    session: Session, rules: MemberRules, life: list[tuple[int, int, Act]]
) -> None:
    whole = session.begin_nested()
    try:
        member_id = enter(session, rules)
        now = NOW
        for days, hour, wanted in life:
            for _ in range(days):
                now += timedelta(days=1)
                if now.day in TURNED_DAYS:
                    turn(session, rules, now)
            turn(session, rules, now)
            at = max(now, now.replace(hour=hour)) if hour < 15 else now
            act(session, rules, member_id, wanted, at)
            agree(contract_of(session, member_id), rules.calendar.local_date(at))
            now = at
    finally:
        session.expunge_all()
        whole.rollback()


def turn(session: Session, rules: MemberRules, now: datetime) -> None:
    for member_id in members_to_turn(session, rules.calendar.local_date(now)):
        bring_up_to_date(session, rules, member_id, now)
        bring_up_to_date(session, rules, member_id, now)
