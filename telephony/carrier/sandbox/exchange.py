"""The switch: legs come, ring, are answered, bridged and ended; phones react; status callbacks go out."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple
from xml.sax.saxutils import escape  # writes, never reads

from telephony.carrier.sandbox import execution
from telephony.carrier.sandbox.calls import (
    Call,
    Direction,
    Fallback,
    Leg,
    SegmentKind,
    Status,
    StatusCallback,
)
from telephony.carrier.sandbox.feed import Feed
from telephony.carrier.sandbox.numbers import Inventory
from telephony.carrier.sandbox.phones import (
    NEVER_ANSWERS,
    Behaviour,
    Busy,
    Forwards,
    Heard,
    Phone,
    Speaker,
)
from telephony.carrier.sandbox.programs import Programs
from telephony.carrier.sandbox.reactions import attach, hangs_up_after, rings, talks
from telephony.carrier.sandbox.signals import Answered, Ended, HungUp, Redirected
from telephony.carrier.sandbox.sources import Fetched, Inline, Source
from telephony.carrier.sandbox.store import CallRow, Store
from telephony.carrier.sandbox.telling import tell
from telephony.carrier.sandbox.timeline import Timeline
from telephony.carrier.sandbox.webhooks import Webhooks

KEPT_ENDED_CALLS = 20
"""On the page; all others are in the store."""
KEPT_PROBLEMS = 200
MAX_FORWARDING_PHONES = 5

SIP_CODES = {
    Status.COMPLETED: 200,
    Status.BUSY: 486,
    Status.NO_ANSWER: 480,
    Status.CANCELED: 487,
    Status.FAILED: 500,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What no call and no account may exceed."""

    max_concurrent_calls: int = 10_000
    max_documents_per_call: int = 250
    max_legs_per_call: int = 50
    max_hops: int = 10
    """Calls that lead to each other through forwarding phones."""
    max_call_seconds: int = 86_400
    calls_per_second: int | None = None
    """Of `Calls create`; None: unlimited. Twilio begins with 1."""
    ring_buffer_seconds: float = 0.0
    """What the network adds to a ring timeout; about 5 at Twilio."""
    price_delay_seconds: float = 60.0
    """A call's price is null until so long after its end."""


class Problem(NamedTuple):
    """What Twilio would show in its debugger."""

    at: datetime
    call_sid: str
    code: int
    text: str


class Exchange:
    def __init__(
        self,
        *,
        timeline: Timeline,
        store: Store,
        feed: Feed,
        webhooks: Webhooks,
        inventory: Inventory,
        phones: dict[str, Phone],
        account_sid: str,
        seed: int,
        limits: Limits,
    ) -> None:
        self.timeline = timeline
        self.programs = Programs(timeline)
        self.store = store
        self.feed = feed
        self.webhooks = webhooks
        self.inventory = inventory
        self.phones = phones
        self.account_sid = account_sid
        self.limits = limits
        self.live: dict[str, Leg] = {}
        self.calls: deque[Call] = deque()
        """Live calls and those that ended last, oldest first."""
        self.problems: deque[Problem] = deque(maxlen=KEPT_PROBLEMS)
        self.media_seconds: dict[str, float] = {}
        self._seed = seed
        self._sids = 0
        self._labels = 0
        store.unfinished = self._live_rows

    def now(self) -> datetime:
        return self.timeline.now()

    def new_sid(self, prefix: str) -> str:
        """The same for the same seed and the same past."""
        self._sids += 1
        text = f"{self._seed}:{self.store.boot}:{prefix}:{self._sids}"
        return prefix + blake2b(text.encode(), digest_size=16).hexdigest()

    def new_token(self) -> str:
        """Of a webhook: the same however often it is tried."""
        return self.new_sid("")

    def new_leg(
        self, call: Call, direction: Direction, caller: str, to: str, *, parent: Leg | None = None
    ) -> Leg:
        now = self.now()
        leg = Leg(self.new_sid("CA"), call, direction, caller, to, now, parent=parent)
        call.legs.append(leg)
        self.live[leg.sid] = leg
        return leg

    def new_call(
        self, *, behaviours: Mapping[str, Behaviour] | None = None, outside: bool = False, hops: int = 0
    ) -> Call:
        label = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[self._labels % 26]
        self._labels += 1
        call = Call(label, self.now(), dict(behaviours or {}), outside=outside, hops=hops)
        self.calls.append(call)
        return call

    def arrive(
        self,
        caller: str,
        to: str,
        *,
        phone: Phone | None = None,
        behaviour: Behaviour | None = None,
        behaviours: Mapping[str, Behaviour] | None = None,
        forwarded_from: str | None = None,
        stir_verstat: str | None = None,
        far: Leg | None = None,
    ) -> Leg:
        """A call to one of our numbers comes in."""
        hops = far.call.hops + 1 if far else 0
        call = self.new_call(behaviours=far.call.behaviours if far else behaviours, hops=hops)
        leg = self.new_leg(call, "inbound", caller, to)
        leg.status = Status.RINGING
        leg.forwarded_from = forwarded_from
        leg.stir_verstat = stir_verstat
        attach(self, leg, phone, behaviour)
        if far is not None:
            leg.far, far.far = far, leg
        number = self.inventory.owned[to]
        settings = number.settings
        leg.number_sid = number.sid
        if settings.status_callback:
            events = frozenset({"completed"})
            leg.callback = StatusCallback(settings.status_callback, settings.status_callback_method, events)
        if settings.voice_fallback_url:
            leg.fallback = Fallback(settings.voice_fallback_url, settings.voice_fallback_method)
        leg.phase("wait", self.now())
        if len(self.live) > self.limits.max_concurrent_calls or hops > self.limits.max_hops:
            self.problem(leg, 10004, "too many calls at the same time, or a forwarding loop")
            self.timeline.soon(lambda: self.end(leg, Status.BUSY))
            return leg
        source = Fetched(settings.voice_url, settings.voice_method)
        leg.program = self.programs.start(execution.converse(self, leg, source))
        self._limit_length(leg)
        return leg

    def dial_outside(
        self,
        caller: str,
        to: str,
        *,
        phone: Phone,
        behaviour: Behaviour | None = None,
        behaviours: Mapping[str, Behaviour] | None = None,
    ) -> Leg:
        """One phone of the outside network calls another: no business of the account's."""
        leg = self.new_leg(self.new_call(behaviours=behaviours, outside=True), "inbound", caller, to)
        leg.status = Status.RINGING
        attach(self, leg, phone, behaviour)
        source = Inline(f'<Response><Dial answerOnBridge="true" timeout="60">{escape(to)}</Dial></Response>')
        leg.program = self.programs.start(execution.converse(self, leg, source))
        self._limit_length(leg)
        return leg

    def call_out(
        self, caller: str, to: str, source: Source, timeout_seconds: float, time_limit_seconds: float
    ) -> Leg:
        """A call that a REST request starts; it begins to ring after the request was answered."""
        leg = self.new_leg(self.new_call(), "outbound-api", caller, to)
        leg.number_sid = self.inventory.owned[caller].sid
        leg.phase("wait", self.now())
        leg.program = self.programs.start(execution.call_out(self, leg, source, timeout_seconds))
        leg.listener = leg.program
        hangs_up_after(self, leg, timeout_seconds + time_limit_seconds)
        return leg

    def place(self, leg: Leg) -> None:
        """Ring the other end of an outbound leg; what comes of it is signalled to `leg.listener`."""
        tell(self, leg, "initiated")
        leg.status = Status.RINGING
        leg.phase("ring", self.now())
        to, forwarded_from = self._destination(leg)
        if to is None or len(self.live) > self.limits.max_concurrent_calls:
            self.end(leg, Status.FAILED, 404)
            return
        if len(leg.call.legs) > self.limits.max_legs_per_call:
            self.problem(leg, 10004, "too many legs in one call")
            self.end(leg, Status.FAILED, 503)
            return
        if to in self.inventory.owned and not leg.call.outside:
            tell(self, leg, "ringing")
            self.arrive(leg.caller, to, forwarded_from=forwarded_from, far=leg)
            return
        phone = self.phones.get(to)
        behaviour = leg.call.behaviours.get(to) or (phone.behaviour if phone else NEVER_ANSWERS)
        if isinstance(behaviour, Busy) or (phone and len(phone.legs) >= phone.lines):
            self.end(leg, Status.BUSY)
            return
        tell(self, leg, "ringing")
        attach(self, leg, phone, behaviour)
        rings(self, leg)

    def answer(self, leg: Leg) -> None:
        if not leg.live or leg.answered_at is not None:
            return
        leg.answered_at = self.now()
        leg.status = Status.IN_PROGRESS
        tell(self, leg, "answered")
        self.programs.signal(leg.listener, Answered(leg))
        if leg.direction == "inbound" and leg.far is not None:
            self.answer(leg.far)

    def whisper(self, leg: Leg, source: Source) -> None:
        leg.program = self.programs.start(execution.screen(self, leg, source))

    def bridge(self, leg: Leg, other: Leg) -> None:
        for side in (leg, other):
            side.bridged_at = self.now()
            self.phase(side, "talk")
            self.hear(side, "event", "bridged")
            talks(self, side)

    def hang_up(self, leg: Leg) -> None:
        """Whoever is at the far end puts the phone down, or declines while it rings."""
        if leg.answered_at is not None:
            self.end(leg, Status.COMPLETED)
        else:
            self.end(leg, Status.NO_ANSWER if leg.direction == "inbound" else Status.BUSY)

    def end(self, leg: Leg, status: Status, sip_code: int | None = None) -> None:
        """Over, once and for all: a leg that has ended stays as it is."""
        if not leg.live:
            return
        leg.ended_at = self.now()
        leg.status = status
        leg.sip_code = sip_code or SIP_CODES[status]
        for timer in leg.timers:
            self.timeline.cancel(timer)
        leg.timers.clear()
        del self.live[leg.sid]
        self.hear(leg, "event", status.value)
        if leg.phone is not None:
            leg.phone.legs.remove(leg)
        if not leg.call.outside:
            self.store.save_call(call_row(leg, leg.ended_at))
        tell(self, leg, "completed")
        self.programs.signal(leg.listener, Ended(leg))
        self.programs.interrupt(leg.program, HungUp())
        if leg.far is not None:
            self._end_far(leg.far, status)
        if all(not other.live for other in leg.call.legs):
            leg.call.ended_at = leg.ended_at
            self._forget_calls()

    def redirect(self, leg: Leg, source: Source) -> None:
        self.programs.interrupt(leg.program, Redirected(source))

    def leg_row(self, sid: str) -> CallRow | None:
        """A live leg as it stands, or an ended one as it was kept."""
        leg = self.live.get(sid)
        if leg is None:
            return self.store.call(sid)
        return None if leg.call.outside else call_row(leg, self.now())

    def _live_rows(self) -> list[CallRow]:
        return [call_row(leg, self.now()) for leg in list(self.live.values()) if not leg.call.outside]

    def phase(self, leg: Leg, kind: SegmentKind) -> None:
        leg.phase(kind, self.now())

    def hear(self, leg: Leg, who: Speaker, text: str) -> None:
        if leg.phone is not None:
            leg.phone.heard.append(Heard(who, text, self.now()))

    def problem(self, leg: Leg, code: int, text: str) -> None:
        self.problems.append(Problem(self.now(), leg.sid, code, text))
        self.feed.add(self.now(), "out", leg.call.label, f"error {code}", text, str(code), "bad")

    def _limit_length(self, leg: Leg) -> None:
        hangs_up_after(self, leg, self.limits.max_call_seconds)

    def _destination(self, leg: Leg) -> tuple[str | None, str | None]:
        """Where the call comes out behind phones that forward, and the last of them."""
        to, forwarded_from = leg.to, None
        for _ in range(MAX_FORWARDING_PHONES):
            phone = self.phones.get(to)
            behaviour = leg.call.behaviours.get(to) or (phone.behaviour if phone else None)
            if not isinstance(behaviour, Forwards):
                break
            to, forwarded_from = behaviour.to, to
        if not to.startswith("sip:") and not (to.startswith("+") and to[1:].isdigit() and 8 <= len(to) <= 16):
            return None, None
        return to, forwarded_from

    def _end_far(self, far: Leg, status: Status) -> None:
        if not far.live:
            return
        if far.answered_at is not None:
            self.end(far, Status.COMPLETED)
        elif far.direction == "inbound":
            self.end(far, Status.NO_ANSWER)
        else:
            self.end(far, status if status in (Status.BUSY, Status.FAILED) else Status.NO_ANSWER)

    def _forget_calls(self) -> None:
        while len(self.calls) > KEPT_ENDED_CALLS and self.calls[0].ended_at is not None:
            self.calls.popleft()


def call_row(leg: Leg, at: datetime) -> CallRow:
    return CallRow(
        sid=leg.sid,
        parent_sid=leg.parent.sid if leg.parent else None,
        root_sid=leg.call.root.sid,
        direction=leg.direction,
        caller=leg.caller,
        callee=leg.to,
        status=(Status.RINGING if leg.status is Status.INITIATED else leg.status).value,
        forwarded_from=leg.forwarded_from,
        number_sid=leg.number_sid,
        created_at=_ms(leg.created_at),
        answered_at=_ms(leg.answered_at) if leg.answered_at else None,
        ended_at=_ms(leg.ended_at) if leg.ended_at else None,
        updated_at=_ms(at),
        seconds=leg.call_seconds,
        sip_code=leg.sip_code,
    )


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1_000)
