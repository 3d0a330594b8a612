"""How phones react: to ringing, to being asked, to the beep, to the bridge."""

from typing import TYPE_CHECKING

from telephony.carrier.sandbox.calls import Leg
from telephony.carrier.sandbox.phones import REACTION_SECONDS, Behaviour, Phone, Script
from telephony.carrier.sandbox.signals import Pressed

if TYPE_CHECKING:
    from telephony.carrier.sandbox.exchange import Exchange


def attach(exchange: "Exchange", leg: Leg, phone: Phone | None, behaviour: Behaviour | None) -> None:
    """Put a phone at the far end of a leg; it behaves as `behaviour`, or by itself."""
    leg.phone = phone
    leg.behaviour = behaviour or (phone.behaviour if phone else None)
    if phone is not None:
        phone.legs.append(leg)
    script = leg.behaviour
    if (
        leg.direction == "inbound"
        and isinstance(script, Script)
        and script.gives_up_after_seconds is not None
    ):
        timer = exchange.timeline.after(script.gives_up_after_seconds, lambda: _give_up(exchange, leg))
        leg.timers.append(timer)


def rings(exchange: "Exchange", leg: Leg) -> None:
    script = leg.behaviour
    if not isinstance(script, Script):
        return
    if script.rejects:
        exchange.timeline.soon(lambda: exchange.hang_up(leg))
    elif script.answers_after_seconds is not None:
        timer = exchange.timeline.after(script.answers_after_seconds, lambda: exchange.answer(leg))
        leg.timers.append(timer)


def talks(exchange: "Exchange", leg: Leg) -> None:
    script = leg.behaviour
    if isinstance(script, Script) and script.talks_seconds is not None and script.hangs_up:
        hangs_up_after(exchange, leg, script.talks_seconds)


def press(exchange: "Exchange", leg: Leg, digits: str) -> None:
    if not leg.live:
        return
    exchange.hear(leg, "me", digits)
    for digit in digits:
        exchange.programs.signal(leg.program, Pressed(digit))


def listens(exchange: "Exchange", leg: Leg) -> None:
    """A <Gather> waits for digits: a scripted phone presses what it has for this question."""
    script = leg.behaviour
    if not isinstance(script, Script):
        return
    digits, seconds = None, REACTION_SECONDS
    if leg.screening:
        digits = script.presses
    elif leg.gathers < len(script.keys):
        digits, seconds = script.keys[leg.gathers].digits, script.keys[leg.gathers].after_seconds
    leg.gathers += 1
    if digits is not None:
        pressed = digits
        leg.timers.append(exchange.timeline.after(seconds, lambda: press(exchange, leg, pressed)))


def speaks(exchange: "Exchange", leg: Leg) -> float | None:
    """Seconds of the message that the far end leaves after the beep; None: it leaves none."""
    script = leg.behaviour
    if not isinstance(script, Script):
        return None
    seconds = script.leaves_message_seconds
    if seconds is not None and script.hangs_up:
        hangs_up_after(exchange, leg, seconds)
    return seconds


def acts_by_itself(leg: Leg) -> bool:
    """Not a phone in somebody's hand."""
    return isinstance(leg.behaviour, Script)


def hangs_up_after(exchange: "Exchange", leg: Leg, seconds: float) -> None:
    leg.timers.append(exchange.timeline.after(seconds, lambda: exchange.hang_up(leg)))


def _give_up(exchange: "Exchange", leg: Leg) -> None:
    if leg.bridged_at is None:
        exchange.hang_up(leg)
