"""Routing cards: written anew whenever something that a call needs has changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound
from telephony.forwarding.models import Destination, ForwardingSetting, RoutingCard
from telephony.forwarding.routing import Card, Strategy, Target
from telephony.forwarding.rules import CallRules
from telephony.numbers import Line, line_of_number, list_lines


def rewrite_card(session: Session, rules: CallRules, line_id: int, now: datetime) -> None:
    """Bring the card of a line's number up to date in this transaction. A line that has ended keeps its card, so that
    callers hear that it ended, until its number is free or lent again."""
    line = _line_as_it_is(session, line_id)
    number = line.number
    if line.stock_number.status in {"available", "released", "ported-out"}:
        session.execute(delete(RoutingCard).where(RoutingCard.number == number))
        return
    current = line_of_number(session, number)
    if current is not None and current.id != line.id:
        return
    card = _card(session, rules, line)
    statement = insert(RoutingCard).values(
        number=number,
        operator_id=line.operator_id,
        line_id=line.id,
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
    return looked_at


def read_card(session: Session, number: str) -> Card | None:
    row = session.get(RoutingCard, number, populate_existing=True)
    return Card.read(row.version, row.card) if row is not None else None


def _line_as_it_is(session: Session, line_id: int) -> Line:
    """The line, read anew and held until this transaction ends: of two changes at once the one that comes second must
    write its card from what the first has left. Raises `NotFound`."""
    line = session.scalar(
        select(Line)
        .where(Line.id == line_id)
        .with_for_update(of=Line, key_share=True)
        .execution_options(populate_existing=True)
    )
    if line is None:
        raise NotFound
    return line


def _card(session: Session, rules: CallRules, line: Line) -> Card:
    setting = session.get(ForwardingSetting, line.id, populate_existing=True)
    defaults = rules.forwarding.defaults
    destinations = session.scalars(
        select(Destination).where(Destination.line_id == line.id).order_by(Destination.position)
    )
    return Card(
        line_id=line.id,
        number=line.number,
        version=0,
        status="suspended" if line.status == "suspended" else "lent",
        starts_at=line.starts_at,
        ends_at=line.ends_at,
        is_on=setting.is_on if setting else False,
        strategy=_strategy(setting.strategy if setting else defaults.strategy.value),
        press_one=setting.press_one if setting else defaults.press_one,
        withheld="announcement"
        if (setting.withheld if setting else defaults.withheld_caller.value) == "announcement"
        else "forward",
        targets=tuple(
            Target(index, destination.number, destination.ring_seconds)
            for index, destination in enumerate(destinations)
        ),
        allowed_classes=frozenset(
            number_class.value for number_class in rules.forwarding.destinations.classes
        ),
        time_limit_seconds=rules.forwarding.limits.call_seconds,
        language=rules.language,
        unanswered="hang-up" if defaults.unanswered.value == "hang-up" else "announcement",
    )


def _strategy(word: str) -> Strategy:
    return "at-once" if word == "at-once" else "in-turn"
