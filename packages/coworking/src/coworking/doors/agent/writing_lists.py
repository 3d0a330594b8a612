"""Writing the list that a door's computer decides by, from what the service knows now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing import members_with_card
from coworking.doors.agent.models import DoorAgent
from coworking.doors.agent.receiving import last_sequence_of
from coworking.doors.agent.signed_lists import (
    LIST_LASTS,
    DoorList,
    ListedDoor,
    ListedMember,
    ListedOpening,
    ListedPlan,
    ListedReservation,
    ListedSite,
    ListedSpan,
)
from coworking.doors.codes import CodeSigner
from coworking.doors.models import AccessCard, DoorVisit, QrRevocation
from coworking.doors.rules import DoorRules, DoorSecrets, ReservedTimes
from coworking.membership import (
    MemberFacts,
    Plan,
    TimeSpan,
    closure_of,
    list_members,
    offices_of,
    openings_on,
    plan_hours_on,
)

LISTED: Final = frozenset({"active", "leaving", "limited", "suspended", "struck"})
ENDED_LONG_AGO: Final = timedelta(days=7)
"""Whose membership ended before that is not listed: their card is one that nobody knows."""
FOREVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
DAY: Final = timedelta(days=1)

ReservingIn = Callable[[Session, TimeSpan], Collection[int]]
"""Members with reserved times that touch a time."""


@dataclass(frozen=True)
class ReservingMembers:
    """Asks whoever keeps reservations, for all members at once; without any, nobody has reserved anything."""

    of: ReservingIn

    @classmethod
    def none(cls) -> ReservingMembers:
        return cls(lambda session, wanted: ())


@dataclass(frozen=True)
class Reservations:
    """`reserving` says of whom, `times` which."""

    reserving: ReservingMembers
    times: ReservedTimes


def write_list(
    session: Session,
    rules: DoorRules,
    secrets: DoorSecrets,
    reserved: Reservations,
    agent: DoorAgent,
    now: datetime,
) -> DoorList:
    """The next version for this computer. The agent's row must be held."""
    span = TimeSpan(now, now + LIST_LASTS)
    agent.list_version += 1
    doors = {name: door for name, door in rules.profile.doors.items() if name in agent.doors}
    sites = _sites(session, rules, {door.site for door in doors.values()}, span)
    offices = [site.office_id for site in sites.values()]
    return DoorList(
        operator_id=agent.operator_id,
        agent_id=agent.id,
        version=agent.list_version,
        issued_at=span.starts_at,
        valid_until=span.ends_at,
        last_sequence=last_sequence_of(session, agent),
        code_key=CodeSigner(secrets.code_seed).public_key.hex(),
        card_key=secrets.card_key.hex(),
        must_check_in=rules.profile.must_check_in,
        checked_in_by=rules.profile.checked_in_by,
        card_needs_plan_hours_unstaffed=rules.profile.card_needs_plan_hours_unstaffed,
        sites=sites,
        doors={name: ListedDoor(site=door.site, opened_by=door.opened_by) for name, door in doors.items()},
        plans={name: _plan(rules, name, plan, span) for name, plan in rules.membership.plans.items()},
        members=tuple(_members(session, rules, reserved, offices, span)),
    )


def _sites(session: Session, rules: DoorRules, names: set[str], span: TimeSpan) -> dict[str, ListedSite]:
    offices = offices_of(session)
    openings = tuple(
        ListedOpening(starts_at=one.starts_at, ends_at=one.ends_at, is_staffed=one.is_staffed)
        for day in _days(rules, span)
        for one in openings_on(rules.membership, rules.calendar, day)
    )
    return {
        name: ListedSite(
            office_id=offices[name],
            openings=openings,
            is_closed_for_emergency=closure_of(session, offices[name]) is not None,
        )
        for name in sorted(names)
    }


def _plan(rules: DoorRules, name: str, plan: Plan, span: TimeSpan) -> ListedPlan:
    hours = [one for day in _days(rules, span) for one in plan_hours_on(plan, rules.calendar, day)]
    return ListedPlan(
        hours=tuple(ListedSpan(starts_at=one.starts_at, ends_at=one.ends_at) for one in hours)
        if plan.hours
        else None,
        must_reserve=tuple(_must_reserve(rules, plan, hours, span)),
        pays_by_use=rules.pays_by_use(name),
        most_people=plan.most_people,
    )


def _must_reserve(
    rules: DoorRules, plan: Plan, hours: Iterable[TimeSpan], span: TimeSpan
) -> Iterator[ListedSpan]:
    """The rule changes only where the place opens, closes or changes its staff, where plan hours begin or end, and at
    midnight."""
    turns = {span.starts_at, span.ends_at}
    for day in _days(rules, span):
        turns.add(rules.calendar.instant(day, time.min))
        for opening in openings_on(rules.membership, rules.calendar, day):
            turns |= {opening.starts_at, opening.ends_at}
    for one in hours:
        turns |= {one.starts_at, one.ends_at}
    ordered = sorted(turn for turn in turns if span.starts_at <= turn <= span.ends_at)
    for starts_at, ends_at in pairwise(ordered):
        if rules.must_reserve(plan, starts_at):
            yield ListedSpan(starts_at=starts_at, ends_at=ends_at)


def _members(
    session: Session, rules: DoorRules, reserved: Reservations, offices: Sequence[int], span: TimeSpan
) -> Iterator[ListedMember]:
    today = rules.calendar.local_date(span.starts_at)
    reserving = frozenset(reserved.reserving.of(session, span))
    paying = members_with_card(session)
    cards, blocked = _cards(session)
    visits = {
        visit.member_id: visit
        for visit in session.scalars(select(DoorVisit).where(DoorVisit.left_at.is_(None)))
    }
    revoked = {row.member_id: row.revoked_at for row in session.scalars(select(QrRevocation))}
    for member in _listed(session, today):
        visit = visits.get(member.id)
        times = _times(session, reserved, member.id, offices, span) if member.id in reserving else ()
        yield ListedMember(
            id=member.id,
            status=member.status,
            plan=member.plan,
            in_term=_term(rules, member),
            reservations=tuple(times),
            cards=tuple(cards.get(member.id, ())),
            blocked_cards=tuple(blocked.get(member.id, ())),
            has_payment_card=rules.pays_by_use(member.plan) and member.id in paying,
            has_visit=visit is not None,
            is_checked_in=visit is not None and visit.is_checked_in,
            paid_until=visit.paid_until if visit is not None else None,
            qr_revoked_at=revoked.get(member.id),
        )


def _times(
    session: Session, reserved: Reservations, member_id: int, offices: Sequence[int], span: TimeSpan
) -> Iterator[ListedReservation]:
    for office_id in offices:
        for one in reserved.times.of(session, member_id, office_id, span):
            yield ListedReservation(
                office_id=office_id, starts_at=one.starts_at, ends_at=one.ends_at, is_paid=one.is_paid
            )


def _listed(session: Session, today: date) -> Iterator[MemberFacts]:
    after_id = 0
    while page := list_members(session, after_id=after_id):
        after_id = page[-1].id
        for member in page:
            ended_on = member.ends_on if member.status == "ended" else None
            if member.status in LISTED or (ended_on and ended_on >= today - ENDED_LONG_AGO):
                yield member


def _cards(session: Session) -> tuple[Mapping[int, list[str]], Mapping[int, list[str]]]:
    """Digests of cards that open, and of those that open nothing any more, by member."""
    good: dict[int, list[str]] = defaultdict(list)
    blocked: dict[int, list[str]] = defaultdict(list)
    for card in session.scalars(select(AccessCard).order_by(AccessCard.id)):
        is_good = card.blocked_at is None and card.ended_at is None
        (good if is_good else blocked)[card.member_id].append(card.digest.hex())
    return good, blocked


def _term(rules: DoorRules, member: MemberFacts) -> ListedSpan:
    ends_at = rules.calendar.instant(member.ends_on + DAY, time.min) if member.ends_on else FOREVER
    starts_at = rules.calendar.instant(member.starts_on, time.min)
    return ListedSpan(starts_at=starts_at, ends_at=max(starts_at, ends_at))


def _days(rules: DoorRules, span: TimeSpan) -> Iterator[date]:
    day = rules.calendar.local_date(span.starts_at)
    while day <= rules.calendar.local_date(span.ends_at):
        yield day
        day += DAY
