"""A door's computer that is cut off decides as the server would have, and tells everything once."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from coworking.doors import VisitBegun
from coworking.doors.agent.deciding import Asked
from coworking.doors.agent.disk import Disk
from coworking.doors.agent.models import AgentEvent
from coworking.doors.agent.signed_lists import SignedList
from coworking.doors.credentials import card_shown, revoke_qrs, use_qr
from coworking.doors.door_log import Attempt
from coworking.doors.entering import check_in, unlock
from coworking.doors.errors import EntryRefused
from coworking.doors.leaving import check_out
from coworking.doors.models import AccessCard, Arrival, DoorEvent, DoorVisit
from coworking.doors.profile import Means
from coworking.kit.audit import AuditEntry
from coworking.kit.clock import VirtualClock
from coworking.kit.events import Subscriptions
from coworking.membership import offices_of
from coworking.membership.models import Member
from coworking.reservations.models import Reservation, SpaceRow
from tests.app.door_site import DOOR, SITE, House, Site, Wire, make_house
from tests.factories.membership import NOW, make_member

ATTEMPTS = 160
CUT_OFF = timedelta(hours=24)


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


def test_a_clock_that_is_wrong_by_a_minute_reads_fresh_qrs(site: Site) -> None:
    """A QR lasts no longer than that; a list that takes a minute to come says nothing of the clock."""
    house = site.house
    signer, member_id = house.credentials.signer, house.members[0]
    for step, behind in ((2, 60), (4, -90)):
        now = NOW + timedelta(hours=step)
        house.clock.advance_to(now)
        site.clock = VirtualClock(now - timedelta(seconds=behind))
        site.restart()
        assert site.computer.meet_server()
        qr = signer.member_qr(house.operator_id, member_id, now, timedelta(seconds=60))
        assert site.computer.now() == now
        assert site.computer.shown(DOOR, "check-in", qr).reason not in ("qr-invalid", "qr-expired")


def test_a_disk_that_breaks_lets_everybody_out_and_ends_nothing(site: Site) -> None:
    assert site.computer.meet_server()
    site.disk.close()
    assert not site.computer.meet_server()
    site.wire.is_revoked = True
    assert not site.computer.meet_server()
    assert site.computer.shown(DOOR, "exit", "CARD").is_allowed
    assert site.opened == [DOOR]


def test_who_joined_and_what_was_reserved_are_known_afterwards(site: Site) -> None:
    house, session = site.house, site.house.session
    begun: list[VisitBegun] = []
    subscriptions = Subscriptions()
    subscriptions.subscribe(VisitBegun, lambda _, told: begun.append(told))
    session.info["subscriptions"] = subscriptions
    alone, together = (session.get_one(Member, one) for one in house.members[:2])
    alone.plan, alone.status, together.plan, together.status = "all-day", "active", "group-3", "active"
    office_id = offices_of(session)[SITE]
    space = SpaceRow(operator_id=house.operator_id, office_id=office_id, name="seat")
    session.add(space)
    session.flush()
    reserved = Reservation(
        operator_id=house.operator_id,
        member_id=alone.id,
        space_id=space.id,
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=1),
        people=1,
        via="app",
        status="held",
        reserved_at=NOW,
        reserved_by="account:1",
    )
    session.add(reserved)
    session.flush()
    assert site.computer.meet_server()
    for member in (alone, together, together):
        assert site.computer.shown(DOOR, "check-in", f"CARD-{member.id}").reason == ""
    assert site.computer.meet_server()
    assert [(one.member_id, one.reservation_id) for one in begun] == [
        (alone.id, reserved.id),
        (together.id, None),
    ]
    people = select(DoorVisit.member_id, func.sum(Arrival.people)).join(
        Arrival, Arrival.visit_id == DoorVisit.id
    )
    found = dict(session.execute(people.group_by(DoorVisit.member_id)).all())
    assert found == {alone.id: 1, together.id: 2}


def test_a_list_asks_as_often_for_many_members_as_for_few(site: Site) -> None:
    house = site.house
    asked: list[str] = []
    connection = house.session.connection()

    def hear(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    event.listen(connection, "before_cursor_execute", hear)
    site.house.fetch()
    few = len(asked)
    for _ in range(20):
        make_member(house.session, house.operator_id, status="active").plan = "drop-in"
    house.session.flush()
    asked.clear()
    site.house.fetch()
    event.remove(connection, "before_cursor_execute", hear)
    assert len(asked) == few
