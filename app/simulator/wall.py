"""The wall of phones and its calls as one reader sees them: words, icons and tones for the sandbox's state."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup, escape

from app.simulator.prices import CallPrice
from app.simulator.snapshot import (
    CallState,
    FeedLine,
    HeardLine,
    LegState,
    PhoneState,
    PhoneStatus,
    SegmentKind,
    Snapshot,
)
from app.simulator.timeline import Timeline, draw_timeline
from app.simulator.unit_bar import UnitBox, draw_units
from coworking.kit.web.reader import Reader, stopwatch
from coworking.kit.web.translations import translatable

MOST_ENDED_CALLS = 20
MOST_FEED_LINES = 200
MOST_HEARD_LINES = 60
CIRCLED_ONE = ord("①")
MOST_CIRCLED = 20

_KINDS = {
    "fixed": (translatable("fixed"), "desk"),
    "mobile": (translatable("mobile"), "mobile"),
    "desk": (translatable("desk phone"), "desk"),
}


@dataclass(frozen=True, slots=True)
class Act:
    """What a person can do with a phone now: a button. `style` is a class of `.btn`."""

    act: str
    word: str
    icon: str
    style: str = ""


_DIAL = Act("dial", translatable("Call"), "phone")
_ANSWER = Act("answer", translatable("Pick up"), "phone", "p")
_REJECT = Act("reject", translatable("Decline"), "hang", "bad")
_HANG_UP = Act("hang-up", translatable("Hang up"), "hang", "bad")


@dataclass(frozen=True, slots=True)
class _Screen:
    tone: str
    word: str
    icon: str
    acts: tuple[Act, ...]
    keys: str  # what the keypad does: "dial", "press" or "off"


_SCREENS: dict[PhoneStatus, _Screen] = {
    "idle": _Screen("off", translatable("Idle"), "pause", (_DIAL,), "dial"),
    "dialling": _Screen("ring", translatable("Calling"), "out", (_HANG_UP,), "press"),
    "ringing": _Screen("ring", translatable("Ringing"), "bell", (_ANSWER, _REJECT), "off"),
    "talking": _Screen("on", translatable("Talking"), "phone", (_HANG_UP,), "press"),
    "prompt": _Screen("on", translatable("Voice prompt"), "keys", (_HANG_UP,), "press"),
}


@dataclass(frozen=True, slots=True)
class HeardView:
    style: str  # a class of `.say li`
    text: str


@dataclass(frozen=True, slots=True)
class PhoneView:
    key: str  # the element's id
    number: str  # E.164
    name: str
    shown_number: str
    kind: str
    kind_icon: str
    tone: str
    word: str
    icon: str
    line: str
    lasts: str
    keys: str
    acts: tuple[Act, ...]
    heard: tuple[HeardView, ...]
    label: str
    suggested: str = ""  # a number that stands ready to be dialled


@dataclass(frozen=True, slots=True)
class LegView:
    title: str
    bar_words: tuple[str, ...]  # what stands in each bar, where it fits
    bar_tones: tuple[SegmentKind, ...]  # how each bar is drawn
    told: str  # the bars in words


@dataclass(frozen=True, slots=True)
class CallView:
    sid: str
    label: str
    tone: str
    icon: str
    word: str
    caller: str
    callee: str
    lasts: str
    at: str
    live: bool
    opened: bool  # the latest ended call shows its receipt at once
    timeline: Timeline
    legs: tuple[LegView, ...]
    price: CallPrice | None
    unit_bars: tuple[tuple[UnitBox, ...], ...]  # one bar per line of the price


@dataclass(frozen=True, slots=True)
class FeedView:
    seq: int
    at: str
    icon: str
    direction: str
    tone: str
    label: str
    event: str
    told: Markup


@dataclass(frozen=True, slots=True)
class Wall:
    clock_time: str
    phones: tuple[PhoneView, ...]
    calls: tuple[CallView, ...]  # live ones first, then the ended, the latest first
    feed: tuple[FeedView, ...]  # oldest first


@dataclass(frozen=True, slots=True)
class WallReading:
    """Reads one snapshot for one reader."""

    snapshot: Snapshot
    reader: Reader
    prices: Mapping[str, CallPrice | None] = field(default_factory=dict)
    suggested: str = ""  # E.164: stands ready on the first phone

    def wall(self, after: int = 0) -> Wall:
        """All phones and calls, and the feed's lines after the sequence number `after`."""
        calls = shown_calls(self.snapshot)
        latest_ended = next((call for call in calls if call["ended_at"] is not None), None)
        return Wall(
            clock_time=self.reader.clock_time(self._now),
            phones=tuple(self._phone(index, phone) for index, phone in enumerate(self.snapshot["phones"])),
            calls=tuple(self._call(call, opened=call is latest_ended) for call in calls),
            feed=tuple(
                self._feed_line(line)
                for line in self.snapshot["feed"][-MOST_FEED_LINES:]
                if line["seq"] > after
            ),
        )

    @property
    def _now(self) -> datetime:
        return datetime.fromisoformat(self.snapshot["now"])

    def _phone(self, index: int, phone: PhoneState) -> PhoneView:
        _ = self.reader.gettext
        screen = _SCREENS[phone["state"]]
        kind, kind_icon = _KINDS[phone["kind"]]
        call = self._call_of(phone)
        return PhoneView(
            key=f"p{phone['number'].lstrip('+')}",
            number=phone["number"],
            name=phone["name"],
            shown_number=self.reader.phone(phone["number"]),
            kind=_(kind),
            kind_icon=kind_icon,
            tone=screen.tone,
            word=_(screen.word),
            icon=screen.icon,
            line=self._other_side(phone, call),
            lasts=self._lasts(phone["since"]) if phone["state"] != "idle" else "",
            keys=screen.keys,
            acts=tuple(Act(act.act, _(act.word), act.icon, act.style) for act in screen.acts),
            heard=tuple(self._heard(line) for line in phone["heard"][-MOST_HEARD_LINES:]),
            label=call["label"] if call and phone["state"] != "idle" else "",
            suggested=self.reader.phone(self.suggested) if index == 0 and self.suggested else "",
        )

    def _heard(self, line: HeardLine) -> HeardView:
        text = line["text"]
        if line["who"] == "event" and text in _EVENTS:
            text = self.reader.gettext(_EVENTS[text])
        return HeardView({"sys": "sys", "me": "me", "event": "ev"}[line["who"]], text)

    def _call_of(self, phone: PhoneState) -> CallState | None:
        wanted = phone["call"]
        if wanted is None:
            return None
        return next((call for call in self.snapshot["calls"] if wanted in (call["sid"], call["label"])), None)

    def _other_side(self, phone: PhoneState, call: CallState | None) -> str:
        if phone["state"] == "idle":
            return ""
        other = self._number(phone["with"])
        called = call is not None and any(
            leg["role"] != "caller" and leg["to"] == phone["number"] for leg in call["legs"]
        )
        if called:
            return self.reader.gettext("from %(number)s", number=other)
        return self.reader.gettext("to %(number)s", number=other)

    def _number(self, number: str | None) -> str:
        """A number as it is shown; withheld callers come without one or in one of the carrier's spellings."""
        if not number or number in WITHHELD_SPELLINGS:
            return self.reader.gettext("withheld number")
        return self.reader.phone(number)

    def _name(self, number: str) -> str:
        for phone in self.snapshot["phones"]:
            if phone["number"] == number:
                return phone["name"]
        return self._number(number)

    def _lasts(self, since: str | None) -> str:
        return stopwatch(int((self._now - datetime.fromisoformat(since)).total_seconds())) if since else ""

    def _call(self, call: CallState, *, opened: bool) -> CallView:
        live = call["ended_at"] is None
        started = datetime.fromisoformat(call["started_at"])
        ended = self._now if call["ended_at"] is None else datetime.fromisoformat(call["ended_at"])
        elapsed = max((ended - started).total_seconds(), 0.0)
        tone, icon, word = self._call_state(call, live=live)
        price = self.prices.get(call["sid"])
        timeline = draw_timeline(call["legs"], elapsed_seconds=elapsed, live=live)
        return CallView(
            sid=call["sid"],
            label=call["label"],
            tone=tone,
            icon=icon,
            word=word,
            caller=self._name(call["from"]),
            callee=self._number(call["to"]),
            lasts=stopwatch(int(elapsed)),
            at=self.reader.clock_time(started),
            live=live,
            opened=opened,
            timeline=timeline,
            legs=tuple(self._leg(index, leg, timeline) for index, leg in enumerate(call["legs"])),
            price=price,
            unit_bars=tuple(draw_units(line) for line in price.lines) if price else (),
        )

    def _call_state(self, call: CallState, *, live: bool) -> tuple[str, str, str]:
        """Tone, icon and word. A call was answered when a leg other than the caller's talked."""
        _ = self.reader.gettext
        talked = any(segment["kind"] == "talk" for leg in call["legs"][1:] for segment in leg["segments"])
        if live:
            return ("on", "phone", _("Talking")) if talked else ("ring", "bell", _("Connecting"))
        return ("on", "ok", _("Ended")) if talked else ("off", "miss", _("Not connected"))

    def _leg(self, index: int, leg: LegState, timeline: Timeline) -> LegView:
        title = self.reader.gettext("Caller")
        if index:
            order = chr(CIRCLED_ONE + index - 1) if index <= MOST_CIRCLED else f"{index}."
            title = f"{order} {self._name(leg['to'])}"
        _ = self.reader.gettext
        bars = timeline.rows[index]
        lasted = [self.reader.seconds(bar.seconds) for bar in bars]
        kinds = [_((_BARS if index else _CALLER_BARS)[bar.kind]) for bar in bars]
        told = ", ".join(f"{kind} {seconds}" for kind, seconds in zip(kinds, lasted, strict=True))
        return LegView(
            title=title,
            bar_words=tuple(
                seconds if bar.kind == "talk" else kind
                for bar, kind, seconds in zip(bars, kinds, lasted, strict=True)
            ),
            # To the caller a ringing phone is a wait like any other.
            bar_tones=tuple("wait" if bar.kind == "ring" and not index else bar.kind for bar in bars),
            told=f"{title}: {told}" if told else title,
        )

    def _feed_line(self, line: FeedLine) -> FeedView:
        at = datetime.fromisoformat(line["at"])
        incoming = line["direction"] == "in"
        note = line["note"]
        if note in _NOTES:
            note = self.reader.gettext(_NOTES[note])
        told = " · ".join(part for part in (line["detail"], note) if part)
        return FeedView(
            seq=line["seq"],
            at=f"{self.reader.clock_time(at)}.{at.microsecond // 1000:03}",
            icon="in" if incoming else "out",
            direction=self.reader.gettext("received") if incoming else self.reader.gettext("answered"),
            tone=_TONES.get(line["tone"], line["tone"]),
            label=line["label"],
            event=line["event"],
            told=self._with_numbers(told),
        )

    def _with_numbers(self, text: str) -> Markup:
        """The text with its stored numbers as people write them, each in one piece."""

        def shown(found: re.Match[str]) -> str:
            return Markup('<span class="n">{}</span>').format(self._number(found[0]))

        return Markup(_E164.sub(shown, str(escape(text))))  # noqa: S704 (escaped just before)


_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_EVENTS = {
    "ringing": translatable("Ringback tone"),
    "beep": translatable("Beep"),
    "bridged": translatable("Connected"),
    "completed": translatable("The call has ended"),
    "busy": translatable("Busy tone"),
    "no-answer": translatable("Nobody answered"),
    "canceled": translatable("Stopped ringing"),
    "failed": translatable("The call did not go through"),
}
_NOTES = {
    "duplicate": translatable("sent twice"),
    "repeated": translatable("repeated"),
    "dropped": translatable("not sent"),
    "delayed": translatable("late"),
    "retry": translatable("tried again"),
}
_TONES = {"bad": "miss"}
_BARS = {
    "wait": translatable("waiting"),
    "ring": translatable("ringing"),
    "ask": translatable("press 1"),
    "talk": translatable("talk"),
}
_CALLER_BARS = {
    **_BARS,
    "wait": translatable("prompt"),
    "ring": translatable("ringback"),
    "ask": translatable("keys"),
}

# How carriers write that a caller withheld the number (keypad letters of ANONYMOUS and RESTRICTED among them).
WITHHELD_SPELLINGS = frozenset({"anonymous", "Anonymous", "+266696687", "+7378742833", "+86282452253"})


def shown_calls(snapshot: Snapshot) -> Sequence[CallState]:
    """Live calls, then the latest ended ones, at most MOST_ENDED_CALLS of these; each the latest first."""
    latest_first = sorted(snapshot["calls"], key=lambda call: call["started_at"], reverse=True)
    live = [call for call in latest_first if call["ended_at"] is None]
    ended = [call for call in latest_first if call["ended_at"] is not None]
    return [*live, *ended[:MOST_ENDED_CALLS]]
