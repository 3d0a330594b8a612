"""One call: who, what became of it, how it travelled over the phones, what it cost and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from app.member.call_timeline import LegTimes, TimeBar, draw_call
from app.member.call_words import CallWords, class_words, lasting
from app.member.calls import words_for
from app.member.month_calls import MemberCall, one_call
from app.member.month_cost import unit_length
from app.member.visits import MemberVisit, id_in
from app.simulator.prices import PriceLine
from app.simulator.unit_bar import UnitBox, draw_units
from coworking.kit.errors import NotFound
from coworking.kit.money import TaxMode
from coworking.kit.web.reader import Reader
from telephony.metering import Leg

CIRCLED_ONE = ord("①")
MOST_CIRCLED = 20


@dataclass(frozen=True, slots=True)
class LegRow:
    title: str
    bar_words: tuple[str, ...]
    told: str


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of the call's story."""

    at: str
    what: str
    more: str


@dataclass(frozen=True, slots=True)
class PricePart:
    """A leg's part of the price: the started units as boxes, and the product that makes the amount."""

    word: str
    boxes: tuple[UnitBox, ...]
    sentence: str
    units: int
    unit_price: str
    per: str
    amount: str


@dataclass(frozen=True, slots=True)
class PriceView:
    parts: tuple[PricePart, ...]
    rate_card: str
    rules: str
    not_billed: str
    with_tax: str


def show_call(visit: MemberVisit) -> Response:
    one = one_call(visit.session, visit.member_id, id_in(visit.request.path_params["call_id"]))
    if one is None:
        raise NotFound
    words, call = words_for(visit), one.record.call
    row, number = words.row(one), words.other_number(one)
    legs = _times(one)
    timeline = draw_call([times for _, times in legs], call.started_at, call.ended_at or visit.now)
    charge = one.record.charge
    return visit.render(
        "member/call.html",
        tab="calls",
        row=row,
        call=call,
        number=words.number(number) if number else "",
        can_block=bool(number) and one.kind not in ("out", "control"),
        can_call=bool(number) and one.kind != "control",
        outcome=words.told(one) if one.kind in ("live", "out", "control") else _outcome(words, one),
        lasted=lasting(visit.reader, one.record.seconds),
        amount=charge.amount if charge else Decimal(0),
        timeline=timeline,
        leg_rows=[_leg_row(words, index, timeline.rows[index], leg) for index, (leg, _) in enumerate(legs)],
        story=list(_story(words, one)),
        price=_price(visit, words, one) if charge else None,
        why=one.record.why(visit.reader.language),
        tax_mode=visit.operator.profile.billing.tax_mode.value,
    )


def _outcome(words: CallWords, one: MemberCall) -> str:
    return words.answered(one) if one.kind == "answered" else words.outcome(one)


def _times(one: MemberCall) -> list[tuple[Leg | None, LegTimes]]:
    """The caller, then the phones in the order in which they rang."""
    call, others = one.record.call, _others(one)
    talk = min((leg.bridged_at for leg in others if leg.bridged_at), default=None)
    caller = LegTimes(call.started_at, None, talk, call.ended_at, is_caller=True)
    return [
        (None, caller),
        *(
            (leg, LegTimes(leg.started_at or call.started_at, leg.answered_at, leg.bridged_at, leg.ended_at))
            for leg in others
        ),
    ]


def _others(one: MemberCall) -> list[Leg]:
    return [leg for leg in one.record.legs if leg.role != "caller"]


def _leg_row(words: CallWords, index: int, bars: tuple[TimeBar, ...], leg: Leg | None) -> LegRow:
    reader = words.reader
    kinds = {
        "wait": reader.gettext("waiting"),
        "ring": reader.gettext("ringing"),
        "ask": reader.gettext("press 1"),
        "talk": reader.gettext("talk"),
    }
    title = _title(words, index, leg)
    lasted = [f"{kinds[bar.kind]} {reader.seconds(bar.seconds)}" for bar in bars]
    return LegRow(
        title=title,
        bar_words=tuple(
            kinds[bar.kind] if bar.kind == "wait" else text for bar, text in zip(bars, lasted, strict=True)
        ),
        told=f"{title}: {', '.join(lasted)}",
    )


def _title(words: CallWords, index: int, leg: Leg | None) -> str:
    if leg is None:
        return words.reader.gettext("Caller")
    order = chr(CIRCLED_ONE + index - 1) if index <= MOST_CIRCLED else f"{index}."
    name = words.phone_name(leg.number)
    number = words.number(leg.number) if leg.number and leg.number.startswith("+") else ""
    return f"{order} {name} {number}".rstrip()


def _story(words: CallWords, one: MemberCall) -> Iterator[Happening]:
    """What happened, in the order in which it did."""
    reader, call = words.reader, one.record.call
    _ = reader.gettext
    happened: list[tuple[datetime, int, str, str]] = []
    who, _is_number = words.who(one)
    began = _("Called out") if one.kind == "out" else _("Call came in")
    happened.append((call.started_at, 0, began, _("from %(who)s", who=who) if one.kind != "out" else who))
    for index, leg in enumerate(_others(one), start=1):
        happened += _leg_story(words, _title(words, index, leg), leg)
    if call.ended_at is not None:
        happened.append((call.ended_at, 9, _("Ended"), ""))
    for at, _order, what, more in sorted(happened, key=lambda one: (one[0], one[1])):
        yield Happening(reader.clock_time(at), what, more)


def _leg_story(words: CallWords, title: str, leg: Leg) -> Iterator[tuple[datetime, int, str, str]]:
    reader = words.reader
    _ = reader.gettext
    if leg.started_at is None:
        return
    picked_up = leg.answered_at or leg.bridged_at
    rang = int(((picked_up or leg.ended_at or leg.started_at) - leg.started_at).total_seconds())
    more = (
        _("answered after %(time)s", time=reader.seconds(rang))
        if picked_up
        else _("%(time)s, no answer", time=reader.seconds(rang))
    )
    yield leg.started_at, 1, _("%(phone)s rings", phone=title), more
    if leg.answered_at and leg.bridged_at and leg.answered_at < leg.bridged_at:
        yield leg.bridged_at, 2, _("Confirmed"), _("pressed 1")
    if leg.bridged_at:
        yield leg.bridged_at, 3, _("Conversation begins"), ""


def _price(visit: MemberVisit, words: CallWords, one: MemberCall) -> PriceView:
    charge = one.record.charge
    assert charge is not None
    reader, reason = visit.reader, charge.reason
    parts = [_part(reader, part) for part in reason.get("legs") or [reason]]
    rate = visit.operator.profile.billing.tax_rate_on(words.today)
    excluded = charge.tax_mode == TaxMode.EXCLUDED.value
    return PriceView(
        parts=tuple(parts),
        rate_card=reader.date(date.fromisoformat(reason["rate_card"])),
        rules=", ".join(reason.get("rules", ())),
        not_billed=_not_billed(reader, one.record.legs),
        with_tax=reader.yen(charge.amount * (1 + rate)) if excluded and rate else "",
    )


def _part(reader: Reader, part: dict[str, Any]) -> PricePart:
    unit_price, units, length = Decimal(part["unit_price"]), part["units"], part["unit_seconds"]
    word, _colour = class_words(reader, part["rate_class"])
    amount = unit_price * units
    line = PriceLine(word, word, part["seconds"], length, units, unit_price, amount)
    last = part["seconds"] - (units - 1) * length
    sentence = reader.gettext(
        "Counted in %(length)s: %(seconds)s fill %(last)s of the last unit.",
        length=unit_length(reader, length),
        seconds=reader.seconds(part["seconds"]),
        last=reader.seconds(min(max(last, 0), length)),
    )
    return PricePart(
        word=word,
        boxes=draw_units(line),
        sentence=sentence,
        units=units,
        unit_price=reader.figure(unit_price),
        per=reader.gettext(
            "%(price)s per %(length)s", price=reader.yen(unit_price), length=unit_length(reader, length)
        ),
        amount=reader.figure(amount),
    )


def _not_billed(reader: Reader, legs: Sequence[Leg]) -> str:
    """Ringing and pressing 1 are in no price."""
    rang = asked = 0.0
    for leg in legs:
        if leg.role == "caller" or leg.started_at is None:
            continue
        picked_up = leg.answered_at or leg.bridged_at
        rang += ((picked_up or leg.ended_at or leg.started_at) - leg.started_at).total_seconds()
        if leg.answered_at and leg.bridged_at:
            asked += (leg.bridged_at - leg.answered_at).total_seconds()
    parts = [reader.gettext("ringing %(time)s", time=reader.seconds(int(rang)))] if rang else []
    if asked >= 1:
        parts.append(reader.gettext("press 1 %(time)s", time=reader.seconds(int(asked))))
    return reader.gettext(", ").join(parts)
