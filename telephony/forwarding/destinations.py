"""What a member sets for a line: on or off, where calls go, how they ring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.phone import InvalidPhoneNumber, PhoneNumber, from_e164, parse_phone
from telephony.forwarding.card import Instead, Shows, Strategy, Withheld
from telephony.forwarding.cards import rewrite_card
from telephony.forwarding.errors import (
    DestinationMissing,
    DestinationNotAllowed,
    DestinationTwice,
    ForwardingLoop,
    RingSecondsOutOfRange,
    TooManyDestinations,
)
from telephony.forwarding.models import Destination, ForwardingSetting
from telephony.forwarding.rules import CallRules
from telephony.forwarding.schedules import Schedule
from telephony.numbers import Line, LineNotLive, line_of_number

DESTINATIONS_LOCK = 7_206_092

LONGEST_CHAIN = 20
"""Lines of ours that a call may be followed through before it counts as a loop."""


@dataclass(frozen=True, slots=True)
class WantedDestination:
    """A number as somebody wrote it, how long it shall ring (None: the operator's default), and what it is called."""

    number: str
    ring_seconds: int | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What shall be different; None leaves a thing as it is."""

    is_on: bool | None = None
    destinations: Sequence[WantedDestination] | None = None
    strategy: Strategy | None = None
    press_one: bool | None = None
    whisper: bool | None = None
    shows: Shows | None = None
    withheld: Withheld | None = None
    unanswered: Instead | None = None
    when_off: Instead | None = None
    outside_hours: Instead | None = None
    schedule: Schedule | None = None
    any_time: bool = False
    """Take the schedule away: calls are taken at any time."""


SETTINGS = (
    "strategy",
    "press_one",
    "whisper",
    "shows",
    "withheld",
    "unanswered",
    "when_off",
    "outside_hours",
)
"""What a setting holds beside the switch, the destinations and the schedule."""


@dataclass(frozen=True, slots=True)
class Forwarding:
    """How a line forwards now. Without a schedule calls are taken at any time."""

    is_on: bool
    strategy: Strategy
    press_one: bool
    whisper: bool
    shows: Shows
    withheld: Withheld
    unanswered: Instead
    when_off: Instead
    outside_hours: Instead
    schedule: Schedule | None = None
    destinations: tuple[Destination, ...] = field(default=())


def forwarding_of(session: Session, rules: CallRules, line: Line) -> Forwarding:
    return forwardings_of(session, rules, [line.id])[line.id]


def forwardings_of(session: Session, rules: CallRules, line_ids: Sequence[int]) -> dict[int, Forwarding]:
    """Of many lines by two questions to the database."""
    wanted = select(ForwardingSetting).where(ForwardingSetting.line_id.in_(line_ids))
    settings = {setting.line_id: setting for setting in session.scalars(wanted)}
    destinations: dict[int, list[Destination]] = {line_id: [] for line_id in line_ids}
    for one in _destinations(session, line_ids):
        destinations[one.line_id].append(one)
    return {
        line_id: _forwarding(rules, settings.get(line_id), tuple(found))
        for line_id, found in destinations.items()
    }


def _forwarding(
    rules: CallRules, setting: ForwardingSetting | None, destinations: tuple[Destination, ...]
) -> Forwarding:
    if setting is None:
        return Forwarding(is_on=False, destinations=destinations, **rules.usual_settings())
    return Forwarding(
        is_on=setting.is_on,
        schedule=Schedule.read(setting.schedule) if setting.schedule else None,
        destinations=destinations,
        **{name: getattr(setting, name) for name in SETTINGS},
    )


def set_forwarding(
    session: Session, rules: CallRules, line: Line, change: Change, *, actor: str, channel: str, now: datetime
) -> Forwarding:
    """Change how a line forwards; the next call goes by it. Raises `LineNotLive`, `TooManyDestinations`,
    `DestinationNotAllowed`, `DestinationTwice`, `RingSecondsOutOfRange`, `ForwardingLoop`, `DestinationMissing`."""
    if line.status == "ended":
        raise LineNotLive
    _one_at_a_time(session, line.operator_id)
    before = forwarding_of(session, rules, line)
    if change.destinations is not None:
        _replace_destinations(session, rules, line, change.destinations)
    setting = session.get(ForwardingSetting, line.id)
    if setting is None:
        setting = ForwardingSetting(line_id=line.id, operator_id=line.operator_id)
        session.add(setting)
    setting.is_on = before.is_on if change.is_on is None else change.is_on
    for name in SETTINGS:
        wanted = getattr(change, name)
        setattr(setting, name, getattr(before, name) if wanted is None else wanted)
    schedule = None if change.any_time else change.schedule or before.schedule
    setting.schedule = schedule.to_json() if schedule else None
    setting.changed_at = now
    session.flush()
    after = forwarding_of(session, rules, line)
    if after.is_on and not after.destinations:
        raise DestinationMissing
    record(
        session,
        operator_id=line.operator_id,
        at=now,
        actor=actor,
        action="forwarding.changed",
        subject=f"line:{line.id}",
        details={"before": _masked(before), "after": _masked(after)},
        channel=channel,
    )
    rewrite_card(session, rules, line.id, now)
    return after


def destination(rules: CallRules, text: str) -> PhoneNumber:
    """A text as a number that calls may go to. Raises `DestinationNotAllowed` for everything else (NEX-26, R17)."""
    try:
        number = parse_phone(text)
    except InvalidPhoneNumber as error:
        raise DestinationNotAllowed(number=text[:40]) from error
    if number.number_class not in rules.forwarding.destinations.classes:
        raise DestinationNotAllowed(number=text[:40])
    return number


def _replace_destinations(
    session: Session, rules: CallRules, line: Line, wanted: Sequence[WantedDestination]
) -> None:
    limit, ringing = rules.forwarding.destinations.limit, rules.forwarding.ringing
    if len(wanted) > limit:
        raise TooManyDestinations(limit=limit)
    numbers = [destination(rules, one.number) for one in wanted]
    if len({number.e164 for number in numbers}) < len(numbers):
        raise DestinationTwice
    seconds = [ringing.default_seconds if one.ring_seconds is None else one.ring_seconds for one in wanted]
    if any(not ringing.least_seconds <= one <= ringing.most_seconds for one in seconds):
        raise RingSecondsOutOfRange(least=ringing.least_seconds, most=ringing.most_seconds)
    for number in numbers:
        if _leads_back(session, line, number.e164):
            raise ForwardingLoop
    session.execute(delete(Destination).where(Destination.line_id == line.id))
    session.add_all(
        Destination(
            operator_id=line.operator_id,
            line_id=line.id,
            position=position,
            number=number.e164,
            ring_seconds=ring_seconds,
            label=one.label.strip() or None if one.label else None,
        )
        for position, (one, number, ring_seconds) in enumerate(
            zip(wanted, numbers, seconds, strict=True), start=1
        )
    )
    session.flush()


def _one_at_a_time(session: Session, operator_id: int) -> None:
    """Two lines that are pointed at each other at the same time would each look innocent, and of two changes of a line
    the later would undo the earlier: until this transaction ends, nobody else of the operator changes forwarding."""
    session.execute(select(func.pg_advisory_xact_lock(DESTINATIONS_LOCK, operator_id)))


def _leads_back(session: Session, line: Line, number: str) -> bool:
    """Whether calls to this number would come back to the line through lines of ours (R18)."""
    to_follow, followed, lines_followed = [number], set[str](), 0
    while to_follow:
        next_number = to_follow.pop()
        if next_number == line.number:
            return True
        if next_number in followed:
            continue
        followed.add(next_number)
        other = line_of_number(session, next_number)
        if other is not None and other.status != "ended":
            lines_followed += 1
            if lines_followed > LONGEST_CHAIN:
                return True
            to_follow += [one.number for one in _destinations(session, [other.id])]
    return False


def _destinations(session: Session, line_ids: Sequence[int]) -> Sequence[Destination]:
    statement = select(Destination).where(Destination.line_id.in_(line_ids)).order_by(Destination.position)
    return session.scalars(statement).all()


def _masked(forwarding: Forwarding) -> dict[str, object]:
    return {
        "on": forwarding.is_on,
        **{name: getattr(forwarding, name) for name in SETTINGS},
        "schedule": forwarding.schedule.to_json() if forwarding.schedule else None,
        "to": [from_e164(one.number).masked for one in forwarding.destinations],
    }
