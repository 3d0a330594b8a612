"""An operator with spaces to reserve, by the shipped profile of sakura, and its members, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from itertools import count

from sqlalchemy.orm import Session

from coworking.billing import BillingRules
from coworking.billing.cards.models import Card
from coworking.kit.operators import store_profile_version
from coworking.membership import MemberRules, NewMember, TimeSpan, enter_offices, join
from coworking.membership.models import Member
from coworking.reservations import ReservationRules, enter_spaces
from coworking.reservations.models import Reservation
from coworking.reservations.profile import Via
from coworking.reservations.reserving import reserve
from coworking.reservations.slots import Wanted
from tests.factories.contracts import day, profile
from tests.factories.membership import NOW, make_operator

ACTOR = "account:1"
SITE = "toyama"

_serial = count(1)


@dataclass(frozen=True)
class Place:
    """`NOW` there is a Wednesday at 12:00, half an hour before staff come."""

    session: Session
    operator_id: int
    rules: ReservationRules

    @property
    def member_rules(self) -> MemberRules:
        return MemberRules(self.rules.membership, self.rules.calendar)

    def at(self, text: str) -> datetime:
        """`2026-06-11 14:00` on the operator's clock."""
        days, _, hours = text.partition(" ")
        return self.rules.calendar.instant(day(days), time.fromisoformat(hours))

    def span(self, words: str) -> TimeSpan:
        """`2026-06-11 14:00-15:00`."""
        days, _, hours = words.partition(" ")
        first, _, last = hours.partition("-")
        return TimeSpan(self.at(f"{days} {first}"), self.at(f"{days} {last}"))

    def wanted(
        self,
        space: str,
        words: str,
        *,
        people: int | None = None,
        via: Via = Via.SITE,
        means: str | None = None,
    ) -> Wanted:
        least = self.rules.profile.spaces[space].least_people
        return Wanted(space, self.span(words), people or least, via, means)

    def member(self, plan: str = "all-day", *, has_card: bool = True, now: datetime = NOW) -> Member:
        new = NewMember(
            kind="person",
            name="高橋 次郎",
            email=f"reserves-{next(_serial)}@example.jp",
            plan=plan,
            office=SITE,
            starts_on=self.rules.calendar.local_date(now),
        )
        member = join(
            self.session, self.rules.membership, new, operator_id=self.operator_id, actor=ACTOR, now=now
        )
        if has_card:
            self.session.add(
                Card(
                    operator_id=self.operator_id,
                    member_id=member.id,
                    method=f"pm_{member.id}",
                    brand="visa",
                    last_four="4242",
                    expires="2031-12",
                    registered_at=now,
                )
            )
            self.session.flush()
        return member

    def reserve(
        self, member: Member, space: str, words: str, *, people: int | None = None, now: datetime = NOW
    ) -> Reservation:
        wanted = self.wanted(space, words, people=people)
        return reserve(self.session, self.rules, member.id, wanted, actor=ACTOR, now=now)


def make_place(session: Session, name: str = "sakura") -> Place:
    operator_id = make_operator(session, name)
    shipped = profile("sakura")
    enter_offices(session, operator_id, {SITE: ""})
    version_id = store_profile_version(
        session, operator_id, digest=shipped.digest, document=dict(shipped.document), at=NOW
    )
    billing = BillingRules(shipped.billing, shipped.membership, shipped.calendar(), version_id, shipped.title)
    assert shipped.reservations is not None
    enter_spaces(session, operator_id, shipped.reservations)
    return Place(session, operator_id, ReservationRules(shipped.reservations, billing))
