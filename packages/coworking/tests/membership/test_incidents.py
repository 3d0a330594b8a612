"""What happens at the place: kept, told, charged, decided once."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound
from coworking.kit.events import Subscriptions
from coworking.kit.notices import Notice
from coworking.membership import DamageReported, MemberRules
from coworking.membership.applications import read_texts
from coworking.membership.incidents import measures
from coworking.membership.incidents.breaches import list_breaches, refuse_service, report_breach
from coworking.membership.incidents.damages import charge_damage, report_damage
from coworking.membership.incidents.errors import (
    AlreadyAnswered,
    AlreadyCharged,
    BreachKindUnknown,
    CategoryUnknown,
    DayToCome,
    NotThereAnyMore,
    OwnerNeeded,
    StillKept,
    StopOver,
    StopTimes,
)
from coworking.membership.incidents.inquiries import answer, ask
from coworking.membership.incidents.lost_property import (
    dispose,
    enter_lost_thing,
    hand_back,
    list_lost_things,
    months_after,
    state_on,
)
from coworking.membership.incidents.models import LostThing
from coworking.membership.incidents.stops import end_stop, list_stops, log_stop
from coworking.membership.models import Member
from coworking.membership.texts import BilingualText
from tests.factories.community import ACTOR, TODAY
from tests.factories.membership import NOW, make_account, make_member, make_operator, nex

PROFILE = nex().membership
RULES = MemberRules(PROFILE, nex().calendar())
TEXT = BilingualText("会議室", "The meeting room")


@pytest.fixture
def member(session: Session) -> Member:
    read_texts()
    operator_id = make_operator(session)
    make_account(session, operator_id)
    return make_member(session, operator_id)


def kinds_of_notices(session: Session) -> list[str]:
    return list(session.scalars(select(Notice.kind).order_by(Notice.id)))


def breach(session: Session, member: Member, kind: str, day: date) -> int:
    return report_breach(
        session,
        PROFILE,
        member.id,
        kind=kind,
        happened_on=day,
        evidence="受付で見た",
        today=TODAY,
        actor=ACTOR,
        now=NOW,
    ).id


def test_prohibited_acts_are_of_the_profiles_kinds_and_in_the_past(session: Session, member: Member) -> None:
    act = breach(session, member, "mass-mail", TODAY)
    for kind, day, error in (
        ("singing", TODAY, BreachKindUnknown),
        ("mass-mail", TODAY + timedelta(days=1), DayToCome),
    ):
        with pytest.raises(error):
            breach(session, member, kind, day)
    found = list_breaches(session, member_id=member.id, kind="mass-mail", after_id=0, limit=10)
    assert [one.id for one in found] == [act]
    other = make_member(session, member.operator_id)
    with pytest.raises(NotFound):
        refuse_service(session, other.id, "breach", breach_id=act, actor=ACTOR, now=NOW)


def test_a_measure_is_told_with_its_reason(session: Session, member: Member) -> None:
    for _ in range(2):
        measures.limit(session, RULES, member.id, "鍵を返さない", actor=ACTOR, now=NOW)
    assert member.status == "limited"
    for _ in range(2):
        measures.lift_limit(session, RULES, member.id, actor=ACTOR, now=NOW)
    assert member.status == "active"
    for _ in range(2):
        measures.strike(session, RULES, member.id, "鍵を返さない", actor=ACTOR, now=NOW)
    assert (member.status, member.ends_on) == ("struck", TODAY)
    assert kinds_of_notices(session) == [
        "membership-limited",
        "membership-limit-lifted",
        "membership-struck",
    ]


def lost(session: Session, member: Member, owner: int | None) -> LostThing:
    return enter_lost_thing(
        session,
        PROFILE,
        operator_id=member.operator_id,
        thing="傘",
        place="受付",
        found_on=TODAY,
        member_id=owner,
        today=TODAY,
        actor=ACTOR,
        now=NOW,
    )


def test_what_is_left_behind_is_kept_a_month_then_costs_its_owner(session: Session, member: Member) -> None:
    heard: list[object] = []
    subscriptions = session.info["subscriptions"] = Subscriptions()
    subscriptions.subscribe(DamageReported, lambda _, told: heard.append(told))
    umbrella, bag = lost(session, member, member.id), lost(session, member, None)
    assert umbrella.kept_until == date(2026, 7, 10)
    last_day, after = umbrella.kept_until, umbrella.kept_until + timedelta(days=1)
    assert [state_on(umbrella, day) for day in (last_day, after)] == ["kept", "disposable"]
    with pytest.raises(StillKept):
        dispose(session, umbrella.id, Decimal(0), today=last_day, actor=ACTOR, now=NOW)
    with pytest.raises(OwnerNeeded):
        dispose(session, bag.id, Decimal(500), today=after, actor=ACTOR, now=NOW)
    dispose(session, umbrella.id, Decimal(500), today=after, actor=ACTOR, now=NOW)
    hand_back(session, bag.id, actor=ACTOR, now=NOW)
    for thing in (umbrella, bag):
        with pytest.raises(NotThereAnyMore):
            hand_back(session, thing.id, actor=ACTOR, now=NOW)
    assert heard == [DamageReported(member.id, Decimal(500), f"lost-thing:{umbrella.id}", NOW)]
    for state, things in (("kept", []), ("disposable", []), ("disposed", [umbrella]), ("handed-back", [bag])):
        found = list_lost_things(
            session,
            state=state,
            member_id=None,
            today=after,
            after_id=0,
            limit=10,
        )
        assert list(found) == things


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 24))
def test_months_after_keeps_the_day_or_the_last_of_a_shorter_month(day: date, months: int) -> None:
    found = months_after(day, months)
    assert found.year * 12 + found.month == day.year * 12 + day.month + months
    assert found.day == min(day.day, monthrange(found.year, found.month)[1])


def test_damage_reaches_staff_and_is_charged_once(session: Session, member: Member) -> None:
    heard: list[object] = []
    subscriptions = session.info["subscriptions"] = Subscriptions()
    subscriptions.subscribe(DamageReported, lambda _, told: heard.append(told))
    damage = report_damage(
        session, PROFILE, member.id, what="椅子", happened_on=TODAY, today=TODAY, actor=ACTOR, now=NOW
    )
    charge_damage(session, damage.id, Decimal(5000), actor=ACTOR, now=NOW)
    with pytest.raises(AlreadyCharged):
        charge_damage(session, damage.id, Decimal(5000), actor=ACTOR, now=NOW)
    assert heard == [DamageReported(member.id, Decimal(5000), f"damage:{damage.id}", NOW)]
    assert kinds_of_notices(session) == ["damage-reported", "damage-charged"]


def test_an_inquiry_is_answered_once_and_kept(session: Session, member: Member) -> None:
    with pytest.raises(CategoryUnknown):
        ask(session, PROFILE, member.id, category="weather", question="?", actor=ACTOR, now=NOW)
    inquiry = ask(session, PROFILE, member.id, category="other", question="質問", actor=ACTOR, now=NOW)
    answer(session, inquiry.id, "回答", actor=ACTOR, now=NOW)
    with pytest.raises(AlreadyAnswered):
        answer(session, inquiry.id, "別の回答", actor=ACTOR, now=NOW)
    assert inquiry.answer == "回答"
    assert kinds_of_notices(session) == ["inquiry-made", "inquiry-answered"]


def test_a_stop_lasts_until_it_is_ended(session: Session, member: Member) -> None:
    def log(ends_in: timedelta | None) -> int:
        return log_stop(
            session,
            operator_id=member.operator_id,
            what=TEXT,
            reason=TEXT,
            starts_at=NOW,
            ends_at=NOW + ends_in if ends_in is not None else None,
            actor=ACTOR,
            now=NOW,
        ).id

    with pytest.raises(StopTimes):
        log(timedelta(0))
    stop = log(None)
    hour = timedelta(hours=1)
    assert [one.id for one in list_stops(session, lasting_at=NOW + hour, after_id=0, limit=9)] == [stop]
    end_stop(session, stop, actor=ACTOR, now=NOW + hour)
    with pytest.raises(StopOver):
        end_stop(session, stop, actor=ACTOR, now=NOW + hour)
    assert list(list_stops(session, lasting_at=NOW + hour, after_id=0, limit=9)) == []
