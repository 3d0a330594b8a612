"""A house with a door's computer in it: what the server holds, the way to it, and the computer itself."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.door_wiring import door_resources
from app.operators import OperatorInForce
from app.profiles import load_profile
from app.setting_fields import OperatorSettings
from app.settings import Settings
from coworking.doors import Credentials, DoorSecrets, RulesOfDoors
from coworking.doors.agent.agents import make_agent
from coworking.doors.agent.at_the_door import DoorComputer, Revoked, Unreachable
from coworking.doors.agent.disk import Disk
from coworking.doors.agent.models import DoorAgent
from coworking.doors.agent.receiving import receive
from coworking.doors.agent.schemas import EventBody
from coworking.doors.agent.signed_lists import SignedList, sign_list, signer_of
from coworking.doors.agent.writing_lists import Reservations, ReservingMembers, write_list
from coworking.doors.models import AccessCard
from coworking.doors.rules import DoorRules, ReservedTimes
from coworking.kit.clock import VirtualClock
from coworking.kit.operators import store_profile_version
from coworking.kit.outbox import Resources
from coworking.membership import enter_offices
from tests.factories.membership import NOW, make_member, make_operator

DOOR, SITE = "entrance", "toyama"
MEMBERS = 24
STATUSES = ("active", "active", "active", "active", "leaving", "suspended", "limited")
PLANS = ("all-day", "night-weekend", "weekday", "night", "weekend", "daytime", "morning", "drop-in")


@dataclass
class House:
    """An operator with a door, its members with their cards, and one door computer made known."""

    session: Session
    operator_id: int
    resources: Resources
    agent: DoorAgent
    members: list[int]
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(NOW))

    @property
    def rules(self) -> DoorRules:
        rules = self.resources[RulesOfDoors].of(self.operator_id)
        assert rules is not None
        return rules

    @property
    def credentials(self) -> Credentials:
        return self.resources[Credentials]

    @property
    def reserved(self) -> ReservedTimes:
        return self.resources[ReservedTimes]

    def fetch(self) -> SignedList:
        secrets = self.resources[DoorSecrets]
        reserved = Reservations(self.resources[ReservingMembers], self.reserved)
        wanted = write_list(self.session, self.rules, secrets, reserved, self.agent, self.clock.now())
        return sign_list(signer_of(secrets.code_seed), wanted)

    def tell(
        self, events: Sequence[dict[str, Any]], sent_at: datetime, clock_ahead_seconds: float = 0
    ) -> None:
        receive(
            self.session,
            self.rules,
            self.reserved,
            self.agent,
            [EventBody.model_validate(one).told() for one in events],
            sent_at=sent_at,
            corrected_seconds=round(clock_ahead_seconds),
            now=self.clock.now(),
        )


@dataclass
class Wire:
    """The way to the server, which may be cut, and may deliver twice and in any order before it says so."""

    house: House
    is_cut: bool = False
    is_revoked: bool = False
    chance: random.Random | None = None

    def fetch(self) -> SignedList:
        self._go()
        return self.house.fetch()

    def tell(
        self, events: Sequence[dict[str, Any]], *, sent_at: datetime, clock_ahead_seconds: float
    ) -> None:
        self._go()
        parts: list[Sequence[dict[str, Any]]] = [events]
        if self.chance is not None:
            parts = [events[start : start + 7] for start in range(0, len(events), 7)] * 2
            self.chance.shuffle(parts)
        for part in parts:
            self.house.tell(part, sent_at, clock_ahead_seconds)

    def _go(self) -> None:
        if self.is_revoked:
            raise Revoked
        if self.is_cut:
            raise Unreachable


@dataclass
class Site:
    """The computer with its doors: what opened."""

    house: House
    wire: Wire
    disk: Disk
    clock: VirtualClock
    opened: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        key = self.house.credentials.signer.public_key
        self.computer = DoorComputer(self.disk, self.clock, self.wire, key, self.opened.append)


def make_house(session: Session) -> House:
    operator_id = make_operator(session, "sakura")
    enter_offices(session, operator_id, {SITE: ""})
    profile = load_profile("sakura")
    version_id = store_profile_version(
        session, operator_id, digest=profile.digest, document=dict(profile.document), at=NOW
    )
    operator = OperatorInForce(
        operator_id, OperatorSettings(profile="sakura"), profile, version_id, profile.calendar()
    )
    resources = Resources(*door_resources(Settings(secret_key="k" * 32), [operator]))
    rules = resources[RulesOfDoors][operator_id]
    agent, _ = make_agent(session, rules, operator_id, "panel", [DOOR], actor="account:1", now=NOW)
    chance = random.Random(7)
    members = [make_member(session, operator_id, status=chance.choice(STATUSES)) for _ in range(MEMBERS)]
    for index, member in enumerate(members):
        member.plan = PLANS[index % len(PLANS)]
    house = House(session, operator_id, resources, agent, [member.id for member in members])
    for index, member_id in enumerate(house.members):
        session.add(
            AccessCard(
                operator_id=operator_id,
                member_id=member_id,
                kind="ic-card",
                digest=house.credentials.digest(f"CARD-{member_id}"),
                issued_at=NOW,
                issued_by="account:1",
                blocked_at=NOW if index % 9 == 8 else None,
            )
        )
    session.flush()
    return house
