"""Calendars by a secret address: a member's reservations, or a space's. Read-only; a new address ends the old one.

A token reads `rcf_<operator id>_<secret>`: the operator stands in it so that the row is looked up among that operator's
rows only. The secret has 256 bits; the database keeps its SHA-256. A feed is an account's and ends with it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.profile_fields import Bilingual
from coworking.membership import Actor, account_reader, member_names
from coworking.reservations.ending import LIVE
from coworking.reservations.models import CalendarFeed, Reservation
from coworking.reservations.rules import ReservationRules

DAYS_BACK = 31
MOST_EVENTS = 2_000
TAKEN = Bilingual(ja="予約済み", en="Reserved")

_FORM = re.compile(r"rcf_([1-9][0-9]{0,8})_[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FeedOf:
    """A member's calendar or a space's; one of them is None."""

    member_id: int | None = None
    space_id: int | None = None


def renew_feed(session: Session, of: FeedOf, *, actor: Actor, now: datetime) -> str:
    """A new token for this account's feed, whose old one is over. Only here is its secret ever seen."""
    end_feed(session, of, actor=actor, now=now, is_renewed=True)
    token = f"rcf_{actor.operator_id}_{secrets.token_urlsafe(32)}"
    session.add(
        CalendarFeed(
            operator_id=actor.operator_id,
            account_id=actor.account_id,
            member_id=of.member_id,
            space_id=of.space_id,
            digest=_digest(token),
            made_at=now,
        )
    )
    session.flush()
    _record(session, of, "calendar-feed.renewed", actor, now)
    return token


def end_feed(session: Session, of: FeedOf, *, actor: Actor, now: datetime, is_renewed: bool = False) -> None:
    """Nothing changes where there is none."""
    ended = session.execute(
        delete(CalendarFeed)
        .where(
            CalendarFeed.account_id == actor.account_id,
            CalendarFeed.member_id.is_not_distinct_from(of.member_id),
            CalendarFeed.space_id.is_not_distinct_from(of.space_id),
        )
        .returning(CalendarFeed.id)
    ).all()
    if ended and not is_renewed:
        _record(session, of, "calendar-feed.ended", actor, now)


def operator_of_feed(token: str) -> int:
    """By the token's form alone. Raises `NotFound`."""
    form = _FORM.fullmatch(token)
    if form is None:
        raise NotFound
    return int(form.group(1))


def read_feed(session: Session, rules: ReservationRules, token: str, now: datetime) -> bytes:
    """The calendar (RFC 5545) behind a token. A space's tells names to staff only. Raises `NotFound`."""
    feed = session.scalar(select(CalendarFeed).where(CalendarFeed.digest == _digest(token)))
    reader = account_reader(session, feed.account_id) if feed is not None else None
    if feed is None or reader is None:
        raise NotFound
    found = _reservations(session, feed, now)
    shows_names = feed.space_id is not None and reader.is_staff
    names = member_names(session, {one.member_id for one in found}) if shows_names else {}
    calendar = Calendar()
    calendar.add("prodid", "-//Rusuban//Reservations//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", rules.billing.operator_title.spoken(reader.language))
    for one in found:
        calendar.add_component(_event(rules, one, reader.language, feed, names))
    text: bytes = calendar.to_ical()
    return text


def _reservations(session: Session, feed: CalendarFeed, now: datetime) -> Sequence[Reservation]:
    """In the order of their times; where there are too many, the latest, for what is to come is read most."""
    statement = select(Reservation).where(
        Reservation.status.in_(LIVE), Reservation.ends_at > now - timedelta(days=DAYS_BACK)
    )
    if feed.member_id is not None:
        statement = statement.where(Reservation.member_id == feed.member_id)
    else:
        statement = statement.where(Reservation.space_id == feed.space_id)
    latest = statement.order_by(Reservation.starts_at.desc(), Reservation.id.desc()).limit(MOST_EVENTS)
    return session.scalars(latest).all()[::-1]


def _event(
    rules: ReservationRules,
    reservation: Reservation,
    language: str,
    feed: CalendarFeed,
    names: dict[int, str],
) -> Event:
    space = rules.profile.spaces.get(reservation.space.name)
    title = space.title.spoken(language) if space is not None else reservation.space.name
    summary = title if feed.member_id is not None else names.get(reservation.member_id)
    event = Event()
    event.add("uid", f"reservation-{reservation.operator_id}-{reservation.id}@rusuban")
    event.add("dtstamp", reservation.reserved_at)
    event.add("dtstart", reservation.starts_at)
    event.add("dtend", reservation.ends_at)
    event.add("summary", summary or TAKEN.spoken(language))
    event.add("location", title)
    return event


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _record(session: Session, of: FeedOf, action: str, actor: Actor, now: datetime) -> None:
    subject = f"member:{of.member_id}" if of.member_id is not None else f"space:{of.space_id}"
    record(
        session,
        operator_id=actor.operator_id,
        at=now,
        actor=actor.reference,
        action=action,
        subject=subject,
    )
