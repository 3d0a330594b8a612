"""Reservations with what they cost: changing, cancelling, being let in, calendars."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing.models import Charge
from coworking.kit.errors import NotFound, UserError
from coworking.membership import TimeSpan
from coworking.membership.models import Account, Member
from coworking.membership.tokens import Actor
from coworking.reservations.calendar_feeds import FeedOf, operator_of_feed, read_feed, renew_feed
from coworking.reservations.errors import SlotTaken
from coworking.reservations.free_times import free_times
from coworking.reservations.models import HeldSeat
from coworking.reservations.reading import costs_of, mark_used, reserved_times
from coworking.reservations.reserving import cancel, change
from tests.factories.membership import NOW, make_account
from tests.factories.reservations import ACTOR, Place, make_place

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
