"""Reservations with what they cost: changing, cancelling, being let in, calendars."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from icalendar import Calendar
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from coworking.billing.models import Charge
from coworking.kit.clock import VirtualClock
from coworking.kit.errors import NotFound, UserError
from coworking.kit.notices import register_templates
from coworking.kit.outbox import Resources, TaskContext
from coworking.membership import TimeSpan, close_site, offices_of
from coworking.membership.models import Account, Member
from coworking.membership.tokens import Actor
from coworking.reservations import RulesOfReservations, calendar_feeds
from coworking.reservations.calendar_feeds import FeedOf, operator_of_feed, read_feed, renew_feed
from coworking.reservations.errors import SlotTaken
from coworking.reservations.free_times import free_times
from coworking.reservations.models import HeldSeat
from coworking.reservations.reading import costs_of, mark_used, reserved_times
from coworking.reservations.releasing import release
from coworking.reservations.reserving import cancel, change
from coworking.reservations.seats import held_in
from tests.factories.membership import NOW, make_account
from tests.factories.reservations import ACTOR, SITE, Place, make_place

ROOM, SEAT = "meeting-room", "seat"
DAY = timedelta(days=1)


@pytest.fixture
def place(session: Session) -> Place:
    return make_place(session)


def owed(place: Place, member: Member) -> Decimal:
    """By uses, not by dues."""
    rows = place.session.scalars(select(Charge).where(Charge.member_id == member.id)).all()
    return sum((row.amount for row in rows), start=Decimal(0))


def actor_for(account: Account) -> Actor:
    return Actor(
        operator_id=account.operator_id,
        account_id=account.id,
        member_id=account.member_id,
        role=account.role,
        language="en",
        name=account.person.name,
        token_id=1,
        factors=2,
        shown_at=NOW,
    )


def test_a_change_that_is_refused_leaves_everything_as_it_was(place: Place) -> None:
    member, other = place.member(), place.member()
    mine = place.reserve(member, ROOM, "2026-06-11 14:00-15:00")
    place.reserve(other, ROOM, "2026-06-11 16:00-17:00")
    before = owed(place, member)
    with pytest.raises(SlotTaken), place.session.begin_nested():
        change(
            place.session,
            place.rules,
            mine.id,
            place.span("2026-06-11 15:30-16:30"),
            None,
            actor=ACTOR,
            now=NOW,
        )
    place.session.expire_all()
    assert owed(place, member) == before == 850
    assert (mine.starts_at, mine.status) == (place.at("2026-06-11 14:00"), "held")
    assert len(place.session.scalars(select(HeldSeat).where(HeldSeat.reservation_id == mine.id)).all()) == 1


def test_a_day_limit_is_not_kept_by_a_reservation_that_is_cancelled(place: Place) -> None:
    """SAK-26: the second costs nothing more on that day, until the first is given up."""
    guest = place.member("drop-in")
    whole = place.reserve(guest, SEAT, "2026-06-12 07:30-15:00")
    evening = place.reserve(guest, SEAT, "2026-06-12 19:00-20:00")
    assert costs_of(place.session, [evening.id])[evening.id].amount == 0
    cancel(place.session, place.rules, whole.id, actor=ACTOR, now=NOW)
    assert costs_of(place.session, [evening.id])[evening.id].amount == 600
    assert owed(place, guest) == 600


@pytest.mark.parametrize(
    ("plan", "has_card", "when", "refused"),
    [
        ("drop-in", False, "2026-06-11 08:00-09:00", "card-required"),
        ("drop-in", False, "2026-06-11 14:00-15:00", None),
        ("all-day", False, "2026-06-11 08:00-09:00", None),
        ("night", False, "2026-06-11 08:00-09:00", "card-required"),
    ],
)
def test_what_is_paid_ahead_needs_a_card(
    place: Place, plan: str, has_card: bool, when: str, refused: str | None
) -> None:
    member = place.member(plan, has_card=has_card)
    if refused is None:
        place.reserve(member, SEAT, when)
        return
    with pytest.raises(UserError) as found:
        place.reserve(member, SEAT, when)
    assert found.value.code == refused


def test_doors_hear_of_reserved_times(place: Place) -> None:
    member = place.member("night")
    ahead = place.reserve(member, SEAT, "2026-06-11 10:00-11:00")
    room = place.reserve(member, ROOM, "2026-06-11 20:00-21:00")
    gone = place.reserve(member, ROOM, "2026-06-11 21:00-22:00")
    cancel(place.session, place.rules, gone.id, actor=ACTOR, now=NOW)
    day = place.span("2026-06-11 00:00-23:00")
    found = reserved_times(place.session, member.id, room.space.office_id, day)
    assert [(one.reservation_id, one.is_paid, one.covers_use) for one in found] == [
        (ahead.id, False, True),  # the card is not charged yet
        (room.id, True, True),
    ]
    assert reserved_times(place.session, member.id, room.space.office_id, TimeSpan(NOW, NOW + DAY / 24)) == []
    mark_used(place.session, ahead.id, NOW)
    mark_used(place.session, gone.id, NOW)
    assert (ahead.status, ahead.checked_in_at, gone.status) == ("used", NOW, "cancelled")


def test_a_space_is_free_where_nobody_holds_it(place: Place) -> None:
    place.reserve(place.member(), ROOM, "2026-06-11 12:30-18:30")
    found = free_times(place.session, place.rules, ROOM, date(2026, 6, 11), 2, NOW)
    local = place.rules.calendar.local
    assert [f"{local(one.starts_at):%H:%M}-{local(one.ends_at):%H:%M}" for one in found] == [
        "07:30-12:30",
        "18:30-22:00",
    ]
    assert free_times(place.session, place.rules, ROOM, date(2026, 7, 11), 2, NOW) == []


def test_calendars_are_secret_renewed_and_without_names(place: Place) -> None:
    member, other = place.member(), place.member()
    mine = place.reserve(member, ROOM, "2026-06-11 14:00-15:00")
    place.reserve(other, ROOM, "2026-06-11 15:00-16:00")
    own = make_account(place.session, place.operator_id, member=member)
    staff = make_account(place.session, place.operator_id)
    room = FeedOf(space_id=mine.space_id)

    def summaries(token: str) -> list[str]:
        assert operator_of_feed(token) == place.operator_id
        calendar = Calendar.from_ical(read_feed(place.session, place.rules, token, NOW))
        return [str(event["summary"]) for event in calendar.walk("VEVENT")]

    first = renew_feed(place.session, FeedOf(member_id=member.id), actor=actor_for(own), now=NOW)
    assert len(summaries(first)) == 1
    of_room = renew_feed(place.session, room, actor=actor_for(own), now=NOW)
    assert len(summaries(of_room)) == 2
    assert member.name not in summaries(of_room)
    of_staff = renew_feed(place.session, room, actor=actor_for(staff), now=NOW)
    assert summaries(of_staff) == [member.name, other.name]
    second = renew_feed(place.session, FeedOf(member_id=member.id), actor=actor_for(own), now=NOW)
    own.closed_at = NOW
    place.session.flush()
    for token in (first, second, of_room, f"rcf_{place.operator_id}_{'A' * 43}", "rcf_1_x"):
        with pytest.raises(NotFound):
            summaries(token)
    assert len(summaries(of_staff)) == 2


def test_a_calendar_that_is_too_long_tells_what_is_to_come(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar_feeds, "MOST_EVENTS", 2)
    member = place.member()
    account = make_account(place.session, place.operator_id, member=member)
    for hour in (14, 15, 16):
        place.reserve(member, ROOM, f"2026-06-11 {hour}:00-{hour}:30")
    token = renew_feed(place.session, FeedOf(member_id=member.id), actor=actor_for(account), now=NOW)
    calendar = Calendar.from_ical(read_feed(place.session, place.rules, token, NOW))
    begins = [event["dtstart"].dt for event in calendar.walk("VEVENT")]
    assert begins == [place.at("2026-06-11 15:00"), place.at("2026-06-11 16:00")]


def test_who_holds_a_space_is_found_by_its_index(place: Place) -> None:
    asked: list[tuple[str, dict[str, object]]] = []
    connection = place.session.connection()

    def hear(_: object, __: object, statement: str, values: dict[str, object], *___: object) -> None:
        asked.append((statement, values))

    event.listen(connection, "before_cursor_execute", hear)
    held_in(place.session, 2**40, place.span("2026-06-11 14:00-15:00"))
    event.remove(connection, "before_cursor_execute", hear)
    [(statement, values)] = asked
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    plan = connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars().all()
    assert any("ix_held_seats_space_id" in line for line in plan), plan


@pytest.mark.parametrize("is_offered", [True, False])
def test_an_emergency_releases_a_space_that_is_no_longer_in_the_profile(
    place: Place, is_offered: bool
) -> None:
    """And nothing is released, or fails, where nothing can be reserved any more."""
    register_templates("coworking.reservations")
    mine = place.reserve(place.member(), ROOM, "2026-06-11 14:00-15:00")
    spaces = {name: space for name, space in place.rules.profile.spaces.items() if name != ROOM}
    rules = replace(place.rules, profile=place.rules.profile.model_copy(update={"spaces": spaces}))
    known = {place.operator_id: rules} if is_offered else {}
    close_site(place.session, SITE, reason="fire", actor=ACTOR, now=NOW)
    resources = Resources()
    resources.provide(RulesOfReservations, RulesOfReservations(known))
    context = TaskContext(place.session, VirtualClock(NOW), place.operator_id, resources)
    release.run(context, office_id=offices_of(place.session)[SITE])
    assert mine.status == ("released" if is_offered else "held")
