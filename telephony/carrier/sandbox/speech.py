"""What a leg hears, and how long it takes."""

from datetime import timedelta
from typing import TYPE_CHECKING

from telephony.carrier.sandbox.calls import Leg
from telephony.carrier.sandbox.documents import PLAY_SECONDS, Pause, Play, Say
from telephony.carrier.sandbox.programs import ELAPSED, Wait
from telephony.carrier.sandbox.signals import Pressed
from telephony.carrier.sandbox.sources import Steps

if TYPE_CHECKING:
    from telephony.carrier.sandbox.exchange import Exchange


def speak(exchange: "Exchange", leg: Leg, verb: Say | Play | Pause, *, barge_in: bool = False) -> Steps:
    """To the end, or with `barge_in` to the first key: the Pressed signal, or None when it was heard out."""
    seconds, loops = 0.0, 1
    match verb:
        case Say():
            seconds, loops = verb.seconds, verb.loop
            text = verb.text
        case Play():
            seconds, loops = exchange.media_seconds.get(verb.url, PLAY_SECONDS), verb.loop
            text = f"♪ {verb.url or verb.digits}"
        case Pause():
            seconds, text = float(verb.seconds), ""
    for _ in range(loops):
        if text:
            exchange.hear(leg, "sys", text)
        until = exchange.now() + timedelta(seconds=seconds)
        while True:
            signal = yield Wait(until)
            if signal is ELAPSED:
                break
            if barge_in and isinstance(signal, Pressed):
                return signal
    return None
