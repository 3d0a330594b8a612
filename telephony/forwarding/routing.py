"""Where a call goes. Pure: a routing card, a caller and an instant in, a decision with its reason out.

The voice webhook runs this for every call and nothing else decides, so what the dry run says is what happens. A call is
asked the same questions in the same order (`QUESTIONS`), and the first one with an answer decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from coworking.kit.calendars import BusinessCalendar
from coworking.kit.phone import InvalidPhoneNumber, from_e164
from telephony.forwarding.card import CallerRule, Card, Instead, Target

Outcome = Literal["announcement", "refused"]


@dataclass(frozen=True, slots=True)
class Announce:
    """Say something and hang up. `says` names the profile's announcement, `decided_by` what decided."""

    decided_by: str
    says: str
    outcome: Outcome = "announcement"


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring these phones: together, or the first and then the next one that answers the carrier's question."""

    targets: tuple[Target, ...]
    decided_by: str = "forwarding"


@dataclass(frozen=True, slots=True)
class RingDesk:
    """Ring the lent desk phone: forwarding is off, or nothing else may ring."""

    decided_by: str = "desk-phone"


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Greet and record. `says` names the greeting."""

    decided_by: str
    says: str = "voicemail_greeting"


@dataclass(frozen=True, slots=True)
class Refuse:
    """Turn the call away before it is answered, so that it costs nobody anything."""

    decided_by: str
    outcome: Outcome = "refused"


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call without a word."""

    decided_by: str = "nobody-answers"


LOOP = Announce("loop", says="forwarding_off", outcome="refused")

Decision = Announce | Ring | RingDesk | TakeMessage | Refuse | HangUp


@dataclass(frozen=True, slots=True)
class Incoming:
    """A call that has just come in. `caller` is E.164, None when withheld."""

    card: Card
    caller: str | None
    now: datetime
    calendar: BusinessCalendar

    @property
    def rule(self) -> CallerRule | None:
        return _rule_about(self.card, self.caller)


@dataclass(frozen=True, slots=True)
class Question:
    """`name` is what the dry run calls it; `ask` returns None when the call goes on to the next question."""

    name: str
    ask: Callable[[Incoming], Decision | None]


def decide(card: Card | None, caller: str | None, now: datetime, calendar: BusinessCalendar) -> Decision:
    """What happens to a call that has just come in. `caller` is E.164, None when withheld."""
    if card is None:
        return Announce("unknown-number", says="not_in_service")
    call = Incoming(card, caller, now, calendar)
    for question in QUESTIONS:
        decision = question.ask(call)
        if decision is not None:
            return decision
    raise AssertionError("the last question has always an answer")


def decide_next(card: Card | None, caller: str | None, rung: int) -> Decision:
    """What happens when nobody took the call at the phone with index `rung` (or at all of them at once)."""
    if card is not None and card.strategy == "in-turn" and _goes_on(card, caller):
        later = tuple(target for target in reachable(card, caller) if target.index > rung)
        if later:
            return Ring(later[:1])
    return _instead(card.unanswered if card else "announcement", "nobody-answers", "unanswered")


def _goes_on(card: Card, caller: str | None) -> bool:
    """Whether a call that rings may ring further phones: nothing has stopped the line meanwhile, and it forwards, or
    always does for this caller."""
    rule = _rule_about(card, caller)
    always = rule is not None and rule.action == "forward"
    return card.status != "suspended" and not card.halted and not card.barred and (card.is_on or always)


def _rule_about(card: Card, caller: str | None) -> CallerRule | None:
    """The member's rule about this caller; the longest one counts, and of the same length the first."""
    if caller is None or not card.rules:
        return None
    covering = [rule for rule in card.rules if rule.covers(caller)]
    return max(covering, key=lambda rule: (rule.whole, len(rule.prefix)), default=None)


def reachable(card: Card, caller: str | None) -> tuple[Target, ...]:
    """The targets that may be dialled now: of an allowed class (asked again here, R17), and neither the caller's own
    phone nor the rented number."""
    return tuple(
        target
        for target in card.targets
        if target.number not in (caller, card.number) and _class_of(target.number) in card.allowed_classes
    )


def _instead(what: Instead, decided_by: str, says: str) -> Decision:
    if what == "voicemail":
        return TakeMessage(decided_by)
    if what == "hang-up":
        return HangUp(decided_by)
    return Announce(decided_by, says=says)


# The questions, each with its answer or None.


def _started(call: Incoming) -> Decision | None:
    return Announce("not-started", says="not_started") if call.now < call.card.starts_at else None


def _ended(call: Incoming) -> Decision | None:
    ends_at = call.card.ends_at
    return Announce("ended", says="ended") if ends_at is not None and call.now >= ends_at else None


def _suspended(call: Incoming) -> Decision | None:
    return Announce("suspended", says="suspended") if call.card.status == "suspended" else None


def _halted(call: Incoming) -> Decision | None:
    halted = call.card.halted
    return Announce(halted, says=halted) if halted else None


def _looped(call: Incoming) -> Decision | None:
    # A forwarded call shows the rented number: one that comes from it has gone round in a circle.
    return LOOP if call.caller == call.card.number else None


def _barred(call: Incoming) -> Decision | None:
    return Refuse(call.card.barred) if call.card.barred else None


def _blocked(call: Incoming) -> Decision | None:
    rule = call.rule
    if rule is not None and rule.action == "block":
        return Announce("blocked", says="forwarding_off", outcome="refused")
    return None


def _withheld(call: Incoming) -> Decision | None:
    if call.caller is not None or call.card.withheld == "forward":
        return None
    if call.card.withheld == "voicemail":
        return TakeMessage("withheld")
    return Announce("withheld", says="withheld_refused", outcome="refused")


def _by_caller(call: Incoming) -> Decision | None:
    """A caller who is put through whatever the hour and the switch, or who always gets something else."""
    rule = call.rule
    if rule is None:
        return None
    if rule.action == "voicemail":
        return TakeMessage("caller-rule")
    if rule.action == "announcement":
        return Announce("caller-rule", says="unanswered")
    targets = reachable(call.card, call.caller)
    return _ring(call.card, targets, "caller-rule") if targets else None


def _switched_off(call: Incoming) -> Decision | None:
    if call.card.is_on:
        return None
    if call.card.desk is not None:
        return RingDesk()
    return _instead(call.card.when_off, "forwarding-off", "forwarding_off")


def _outside_hours(call: Incoming) -> Decision | None:
    schedule = call.card.schedule
    if schedule is None or schedule.is_open(call.now, call.calendar):
        return None
    return _instead(call.card.outside_hours, "outside-hours", "outside_hours")


def _forwarded(call: Incoming) -> Decision:
    if not call.card.targets:
        return RingDesk() if call.card.desk else Announce("forwarding-off", says="forwarding_off")
    targets = reachable(call.card, call.caller)
    if targets:
        return _ring(call.card, targets, "forwarding")
    return Announce("no-destination", says="forwarding_off")


def _ring(card: Card, targets: tuple[Target, ...], decided_by: str) -> Ring:
    return Ring(targets if card.strategy == "at-once" else targets[:1], decided_by)


QUESTIONS = (
    Question("started", _started),
    Question("ended", _ended),
    Question("suspended", _suspended),
    Question("interruption", _halted),
    Question("loop", _looped),
    Question("cap", _barred),
    Question("block-list", _blocked),
    Question("withheld", _withheld),
    Question("caller-rule", _by_caller),
    Question("switch", _switched_off),
    Question("schedule", _outside_hours),
    Question("destinations", _forwarded),
)


def _class_of(number: str) -> str | None:
    try:
        return from_e164(number).number_class.value
    except InvalidPhoneNumber:
        return None
