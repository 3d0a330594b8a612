"""A door's computer that is cut off decides as the server would have, and tells everything once."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.door_wiring import door_resources
from app.operators import OperatorInForce
from app.profiles import load_profile
from app.setting_fields import OperatorSettings
from app.settings import Settings
from coworking.doors import Credentials, DoorSecrets, RulesOfDoors
from coworking.doors.agent.agents import make_agent
from coworking.doors.agent.at_the_door import DoorComputer, Revoked, Unreachable
from coworking.doors.agent.deciding import Asked
from coworking.doors.agent.disk import Disk
from coworking.doors.agent.models import AgentEvent, DoorAgent
from coworking.doors.agent.receiving import receive
from coworking.doors.agent.schemas import EventBody
from coworking.doors.agent.signed_lists import SignedList, sign_list, signer_of
from coworking.doors.agent.writing_lists import Reservations, ReservingMembers, write_list
from coworking.doors.credentials import card_shown, revoke_qrs, use_qr
from coworking.doors.door_log import Attempt
from coworking.doors.entering import check_in, unlock
from coworking.doors.errors import EntryRefused
from coworking.doors.leaving import check_out
from coworking.doors.models import AccessCard, DoorEvent, DoorVisit
from coworking.doors.profile import Means
from coworking.doors.rules import DoorRules, ReservedTimes
from coworking.kit.audit import AuditEntry
from coworking.kit.clock import VirtualClock
from coworking.kit.operators import store_profile_version
from coworking.kit.outbox import Resources
from coworking.membership import enter_offices, offices_of
from tests.factories.membership import NOW, make_member, make_operator

DOOR, SITE = "entrance", "toyama"
MEMBERS = 24
ATTEMPTS = 160
CUT_OFF = timedelta(hours=24)
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


@pytest.fixture
def site(session: Session, tmp_path: Path) -> Site:
    house = make_house(session)
    clock = VirtualClock(NOW)
    return Site(house, Wire(house), Disk(tmp_path / "agent.sqlite3"), clock)


@dataclass(frozen=True)
class Shown:
    at: datetime
    asked: Asked
    text: str


def a_day_of_arrivals(house: House, chance: random.Random) -> list[Shown]:
    """Cards and QRs, good, replayed, late, altered and unknown, at random times."""
    shown: list[Shown] = []
    times = sorted(NOW + CUT_OFF * chance.random() for _ in range(ATTEMPTS))
    for at in times:
        member_id = chance.choice(house.members)
        qr = house.credentials.signer.member_qr(house.operator_id, member_id, at, timedelta(seconds=60))
        late = house.credentials.signer.member_qr(
            house.operator_id, member_id, at - timedelta(minutes=5), timedelta(seconds=60)
        )
        text = chance.choice((f"CARD-{member_id}", qr, qr, qr, late, qr[:-3] + "AAA", "CARD-UNKNOWN"))
        asked: Asked = chance.choice(("check-in", "unlock", "unlock", "exit"))
        shown.append(Shown(at, asked, text))
        if chance.random() < 0.1:
            shown.append(Shown(at + timedelta(seconds=1), asked, text))
    return sorted(shown, key=lambda one: one.at)


def as_the_server(house: House, one: Shown) -> tuple[bool, str]:
    """What the service itself does with it, reception's reader being its eyes."""
    session, now = house.session, one.at
    is_qr = one.text.startswith("rsq1")
    office_id = offices_of(session)[SITE]
    try:
        if is_qr and one.asked != "exit":
            member_id, wrong = use_qr(session, house.credentials, one.text, now)
        elif not is_qr:
            member_id, _, wrong = card_shown(session, house.credentials, one.text)
        else:
            member_id, wrong = None, None
    except EntryRefused as unknown:
        return one.asked == "exit", unknown.code
    attempt = Attempt(member_id, office_id, Means.QR if is_qr else Means.CARD, "account:1", now, door=DOOR)
    if one.asked == "exit":
        check_out(session, house.rules, house.reserved, attempt, now=now)
        return True, ""
    if wrong is not None:
        return False, wrong.code
    if one.asked == "check-in":
        attempt = Attempt(member_id, office_id, attempt.means, "account:1", now)
        outcome = check_in(session, house.rules, house.reserved, attempt, now=now)
    else:
        outcome = unlock(session, house.rules, house.reserved, attempt, now=now)
    return outcome.refusal is None, outcome.refusal.code if outcome.refusal else ""


def undone(session: Session, work: Callable[[], list[tuple[bool, str]]]) -> list[tuple[bool, str]]:
    """What the work returns; nothing of it stays."""
    kept = session.begin_nested()
    try:
        return work()
    finally:
        kept.rollback()
        session.expire_all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cut_off_for_a_day_it_decides_as_the_server_and_tells_everything_once(site: Site, seed: int) -> None:
    house, chance = site.house, random.Random(seed)
    assert site.computer.meet_server()
    arrivals = [one for one in a_day_of_arrivals(house, chance) if not is_exit_by_qr(one)]
    servers = undone(house.session, lambda: [as_the_server(house, one) for one in arrivals])

    site.wire.is_cut = True
    decided = []
    for number, one in enumerate(arrivals):
        site.clock.advance_to(max(one.at, site.clock.now()))
        if number == len(arrivals) // 2:
            site.restart()
        if number % 20 == 0:
            assert not site.computer.meet_server()
        said = site.computer.shown(DOOR, one.asked, one.text)
        decided.append((said.is_allowed, said.reason))
    entries = [index for index, one in enumerate(arrivals) if one.asked != "exit"]
    assert [decided[index] for index in entries] == [servers[index] for index in entries]
    assert {reason for _, reason in decided} >= {
        "",
        "card-unknown",
        "membership-not-active",
        "not-checked-in",
        "qr-expired",
        "qr-invalid",
    }
    assert all(allowed for (allowed, _), one in zip(decided, arrivals, strict=True) if one.asked == "exit")
    assert len(site.opened) == sum(allowed for allowed, _ in decided)

    site.wire.is_cut, site.wire.chance = False, chance
    house.clock.advance_to(site.clock.now())
    assert site.computer.meet_server()
    assert site.computer.meet_server()
    told = house.session.scalars(select(AgentEvent).order_by(AgentEvent.sequence)).all()
    assert [one.sequence for one in told] == list(range(1, len(arrivals) + 1))
    assert [(one.is_allowed, one.reason) for one in told] == decided
    on_record = house.session.scalars(select(DoorEvent).order_by(DoorEvent.id)).all()
    assert [one.at for one in on_record] == [one.at for one in arrivals]
    assert [one.allowed for one in on_record] == [allowed for allowed, _ in decided]


def is_exit_by_qr(one: Shown) -> bool:
    """At the server an exit takes the QR of the exit's sign, not the member's own."""
    return one.asked == "exit" and one.text.startswith("rsq1")


def test_without_a_list_that_is_valid_nobody_comes_in_and_everybody_gets_out(site: Site) -> None:
    member_id = site.house.members[0]
    card = f"CARD-{member_id}"
    site.wire.is_cut = True
    assert site.computer.shown(DOOR, "unlock", card).reason == "no-valid-list"
    assert site.computer.shown(DOOR, "exit", card).is_allowed
    assert site.computer.pressed(DOOR).is_allowed
    assert site.opened == [DOOR, DOOR]

    site.wire.is_cut = False
    assert site.computer.meet_server()
    site.clock.advance_to(NOW + timedelta(hours=48))
    assert site.computer.shown(DOOR, "unlock", card).reason == "no-valid-list"
    site.disk.close()  # as a broken disk
    assert not site.computer.shown(DOOR, "unlock", card).is_allowed
    assert site.computer.shown(DOOR, "exit", card).is_allowed
    assert site.computer.pressed(DOOR).is_allowed
    assert site.opened == [DOOR] * 4


def test_revocations_are_obeyed_on_reconnect(site: Site) -> None:
    house = site.house
    member_id = house.members[0]
    card, signer = f"CARD-{member_id}", house.credentials.signer
    qr = signer.member_qr(house.operator_id, member_id, NOW, timedelta(seconds=60))
    assert site.computer.meet_server()
    blocked = house.session.scalars(select(AccessCard).where(AccessCard.member_id == member_id)).one()
    blocked.blocked_at = NOW
    revoke_qrs(house.session, member_id, actor="account:1", now=NOW)
    house.session.flush()
    assert site.computer.shown(DOOR, "unlock", card).reason != "card-blocked"

    assert site.computer.meet_server()
    assert site.computer.shown(DOOR, "unlock", card).reason == "card-blocked"
    assert site.computer.shown(DOOR, "check-in", qr).reason == "qr-expired"
    site.wire.is_revoked = True
    assert not site.computer.meet_server()
    assert site.computer.shown(DOOR, "unlock", card).reason == "no-valid-list"


def test_lists_that_are_not_the_servers_newest_are_refused(site: Site) -> None:
    older = site.house.fetch()
    assert site.computer.meet_server()
    kept = site.disk.kept_list()
    for offered in (
        older,
        SignedList(body=older.body.replace("entrance", "backdoor"), signature=older.signature),
    ):
        site.wire.fetch = lambda offered=offered: offered
        site.computer.meet_server()
        assert site.disk.kept_list() == kept


def test_a_clock_that_is_wrong_by_an_hour_is_noticed_and_recorded(site: Site) -> None:
    house = site.house
    assert site.computer.meet_server()
    site.clock.advance_to(NOW + timedelta(hours=2))
    house.clock.advance_to(NOW + timedelta(hours=1))
    site.computer.pressed(DOOR)
    assert site.computer.meet_server()
    [event] = house.session.scalars(select(AgentEvent))
    assert (event.at, event.clock_off_seconds) == (NOW + timedelta(hours=2), 3600)
    assert house.session.scalars(select(DoorEvent.at)).all() == [NOW + timedelta(hours=1)]
    assert house.agent.clock_off_seconds == 3600
    entries = select(AuditEntry).where(AuditEntry.action == "door-agent.clock-wrong")
    [noticed] = house.session.scalars(entries)
    assert noticed.details == {"ahead_seconds": 3600}

    site.computer.pressed(DOOR)  # from now on by the server's time
    assert site.computer.meet_server()
    events = house.session.scalars(select(AgentEvent).order_by(AgentEvent.id)).all()
    assert [one.clock_off_seconds for one in events] == [3600, 0]
    assert house.agent.clock_off_seconds == 3600
    assert len(house.session.scalars(entries).all()) == 1


def test_a_fresh_disk_goes_on_after_what_was_heard(site: Site, tmp_path: Path) -> None:
    assert site.computer.meet_server()
    site.computer.pressed(DOOR)
    assert site.computer.meet_server()
    site.disk = Disk(tmp_path / "another.sqlite3")
    site.restart()
    site.computer.pressed(DOOR)
    assert site.computer.meet_server()
    assert site.computer.meet_server()
    sequences = site.house.session.scalars(select(AgentEvent.sequence).order_by(AgentEvent.sequence)).all()
    assert sequences == [1, 2]
    assert site.house.session.scalars(select(DoorVisit)).all() == []
