"""Routing cards: written anew whenever something that a call needs has changed."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound
from telephony.forwarding.calling_out.lent_phones import desk_address
from telephony.forwarding.cap_events import barred_by
from telephony.forwarding.card import CallerRule as Rule
from telephony.forwarding.card import Card, RuleAction, Target
from telephony.forwarding.models import CallerRule, Destination, ForwardingSetting, RoutingCard
from telephony.forwarding.rules import CallRules
from telephony.forwarding.schedules import Schedule
from telephony.forwarding.voicemail.spoken import spoken_of
from telephony.numbers import Line, StockNumber, control_numbers, halt_of, line_of_number, list_lines

CARD_SETTINGS = (
    "strategy",
    "press_one",
    "whisper",
    "shows",
    "withheld",
    "unanswered",
    "when_off",
    "outside_hours",
)


def rewrite_card(session: Session, rules: CallRules, line_id: int, now: datetime) -> None:
    """Bring the card of a line's number up to date in this transaction. A line that has ended keeps its card, so that
    callers hear that it ended, until its number is free or lent again."""
    line = _line_as_it_is(session, line_id)
    number = line.number
    if line.stock_number.status == "control":
        return
    if line.stock_number.status not in {"assigned", "quarantined"}:
        session.execute(delete(RoutingCard).where(RoutingCard.number == number))
        return
    current = line_of_number(session, number)
    if current is not None and current.id != line.id:
        return
    _write(session, card_of(session, rules, line), line.operator_id, line.id, now)


def rewrite_control_card(session: Session, rules: CallRules, stock_number_id: int, now: datetime) -> None:
    """Bring the card of a number up to date by which members steer their lines, or take it away when it is none any
    more."""
    number = session.get_one(StockNumber, stock_number_id)
    if number.status == "control":
        _write(session, control_card(rules, number.number, now), number.operator_id, None, now)
    elif number.status not in {"assigned", "quarantined"}:
        session.execute(delete(RoutingCard).where(RoutingCard.number == number.number))


def control_card(rules: CallRules, number: str, now: datetime) -> Card:
    return Card(
        line_id=0,
        number=number,
        version=0,
        status="lent",
        starts_at=now,
        ends_at=None,
        is_on=False,
        targets=(),
        allowed_classes=frozenset(),
        time_limit_seconds=rules.forwarding.limits.control_call_seconds,
        language=rules.language,
        is_control=True,
        **rules.usual_settings(),
    )


def _write(session: Session, card: Card, operator_id: int, line_id: int | None, now: datetime) -> None:
    statement = insert(RoutingCard).values(
        number=card.number,
        operator_id=operator_id,
        line_id=line_id,
        version=1,
        card=card.to_json(),
        changed_at=now,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["number"],
            set_={
                "line_id": statement.excluded.line_id,
                "version": RoutingCard.version + 1,
                "card": statement.excluded.card,
                "changed_at": statement.excluded.changed_at,
            },
        )
    )


def rewrite_all_cards(session: Session, rules: CallRules, now: datetime) -> int:
    """Every card of the session's operator, as after a change of its profile; returns how many lines were looked at."""
    looked_at, after_id = 0, 0
    while lines := list_lines(session, after_id=after_id):
        for line in lines:
            rewrite_card(session, rules, line.id, now)
        after_id = lines[-1].id
        looked_at += len(lines)
    for number in control_numbers(session):
        _write(session, control_card(rules, number, now), session.info["operator_id"], None, now)
    return looked_at


def read_card(session: Session, number: str) -> Card | None:
    row = session.get(RoutingCard, number, populate_existing=True)
    return Card.read(row.version, row.card) if row is not None else None


def _line_as_it_is(session: Session, line_id: int) -> Line:
    """The line, read anew and held until this transaction ends: of two changes at once the one that comes second must
    write its card from what the first has left. Raises `NotFound`."""
    line = session.scalar(select(Line).where(Line.id == line_id).with_for_update(of=Line, key_share=True))
    if line is None:
        raise NotFound
    return line


def card_of(session: Session, rules: CallRules, line: Line) -> Card:
    """The card that a line has now, made from what it is made of."""
    setting = session.get(ForwardingSetting, line.id, populate_existing=True)
    settings = {name: getattr(setting, name) for name in CARD_SETTINGS} if setting else rules.usual_settings()
    destinations = session.scalars(
        select(Destination).where(Destination.line_id == line.id).order_by(Destination.position)
    )
    caller_rules = session.scalars(
        select(CallerRule).where(CallerRule.line_id == line.id).order_by(CallerRule.id)
    )
    spoken = spoken_of(session, line.id)
    profile = rules.forwarding
    return Card(
        line_id=line.id,
        number=line.number,
        version=0,
        status="suspended" if line.status == "suspended" else "lent",
        starts_at=line.starts_at,
        ends_at=line.ends_at,
        is_on=setting.is_on if setting else False,
        targets=tuple(
            Target(index, destination.number, destination.ring_seconds)
            for index, destination in enumerate(destinations)
        ),
        allowed_classes=frozenset(number_class.value for number_class in profile.destinations.classes),
        time_limit_seconds=profile.limits.call_seconds,
        language=rules.language,
        schedule=Schedule.read(setting.schedule) if setting and setting.schedule else None,
        rules=tuple(Rule(rule.prefix, _action(rule.action), rule.is_whole) for rule in caller_rules),
        halted=halt_of(session, line),
        barred=barred_by(session, line),
        desk=desk_address(session, line.id),
        message_seconds=profile.voicemail.longest_seconds,
        texts=spoken.words,
        texts_in=spoken.languages,
        sounds=spoken.sounds,
        **settings,
    )


def _action(word: str) -> RuleAction:
    return cast("RuleAction", word)  # the table's check constraint lets nothing else in
