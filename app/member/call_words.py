"""A call in words, for lists and for its own page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.member.month_calls import MemberCall
from coworking.kit.phone import InvalidPhoneNumber, from_e164
from coworking.kit.web.reader import Reader
from coworking.kit.web.translations import translatable
from telephony.metering import Leg

_LOOKS = {
    "answered": ("on", "in"),
    "missed": ("miss", "miss"),
    "voicemail": ("warn", "vm"),
    "refused": ("off", "block"),
    "out": ("off", "out"),
    "control": ("off", "keys"),
    "live": ("ring", "bell"),
}
"""Tone and icon."""

_OUTCOMES = {
    "no-answer": translatable("Missed"),
    "busy": translatable("Missed, busy"),
    "failed": translatable("Could not be put through"),
    "announcement": translatable("Heard an announcement"),
    "voicemail": translatable("Voicemail"),
    "refused": translatable("Turned away"),
}
_DECIDED = {
    "withheld": translatable("number withheld"),
    "blocked": translatable("on your block list"),
    "caller-rule": translatable("by your list of callers"),
    "forwarding-off": translatable("forwarding was off"),
    "outside-hours": translatable("outside your hours"),
    "suspended": translatable("the line was suspended"),
    "interrupted": translatable("the service was interrupted"),
    "restricted": translatable("emergency calls had priority"),
    "not-started": translatable("the line had not started"),
    "ended": translatable("the line had ended"),
    "loop": translatable("it went round in a circle"),
    "no-destination": translatable("no phone could be rung"),
    "desk-phone": translatable("at the desk phone"),
}
_CLASSES = {
    "mobile": (translatable("Mobile"), "mobile"),
    "fixed": (translatable("Fixed phone"), "desk"),
    "ip": (translatable("IP phone"), "globe"),
}
_RATE_CLASSES = {
    "forward-to-mobile": (translatable("Forwarded to mobile"), "c1"),
    "forward-to-fixed": (translatable("Forwarded to fixed"), "c2"),
    "mobile-to-mobile": (translatable("Called out, mobile to mobile"), "c3"),
    "mobile-to-fixed": (translatable("Called out, mobile to fixed"), "c4"),
    "fixed-to-mobile": (translatable("Called out, fixed to mobile"), "c3"),
    "fixed-to-fixed": (translatable("Called out, fixed to fixed"), "c4"),
    "desk-to-mobile": (translatable("Called out, desk phone to mobile"), "c3"),
    "desk-to-fixed": (translatable("Called out, desk phone to fixed"), "c4"),
    "forward-to-ip": (translatable("Forwarded to an IP phone"), "c2"),
    "mobile-to-ip": (translatable("Called out, mobile to IP phone"), "c4"),
    "fixed-to-ip": (translatable("Called out, fixed to IP phone"), "c4"),
    "desk-to-ip": (translatable("Called out, desk phone to IP phone"), "c4"),
    "control": (translatable("Steering by phone"), "c5"),
}


@dataclass(frozen=True, slots=True)
class CallRow:
    """`price` is empty while the call lasts, `day` for today's calls."""

    id: int
    tone: str
    icon: str
    who: str
    is_number: bool
    told: str
    at: str
    day: str
    price: str


@dataclass(frozen=True, slots=True)
class CallWords:
    """Words for calls on one page. `names` are the member's own, by E.164 number."""

    reader: Reader
    today: date
    names: Mapping[str, str]

    def row(self, one: MemberCall) -> CallRow:
        call = one.record.call
        tone, icon = _LOOKS[one.kind]
        local = call.started_at.astimezone(self.reader.zone)
        who, is_number = self.who(one)
        charge = one.record.charge
        amount = charge.amount if charge else 0
        return CallRow(
            id=call.id,
            tone=tone,
            icon=icon,
            who=who,
            is_number=is_number,
            told=self.told(one),
            at=f"{local:%-H:%M}",
            day=self.day_word(local.date()) if local.date() != self.today else "",
            price=self.reader.yen(amount) if call.status == "ended" else "",
        )

    def who(self, one: MemberCall) -> tuple[str, bool]:
        """The other side: a name or a number, and whether it is a number."""
        if one.kind == "control":
            return self.reader.gettext("Steering by phone"), False
        number = self.other_number(one)
        if number is None:
            return self.reader.gettext("Withheld number"), False
        if number in self.names:
            return self.names[number], False
        return self.number(number), True

    @staticmethod
    def other_number(one: MemberCall) -> str | None:
        """Who called, or who was called (E.164); None when withheld."""
        call = one.record.call
        if one.kind != "out":
            return call.from_number
        callee = next((leg.number for leg in one.record.legs if leg.role == "callee"), None)
        return callee or call.to_number

    def number(self, number: str) -> str:
        try:
            return self.reader.phone(number)
        except InvalidPhoneNumber:
            return number

    def told(self, one: MemberCall) -> str:
        """What became of it, in a few words."""
        _ = self.reader.gettext
        lasted = lasting(self.reader, one.record.seconds) if one.record.seconds else ""
        if one.kind == "live":
            parts = [_("in progress")]
        elif one.kind == "out":
            parts = [_("Called out"), lasted or _("not answered")]
        elif one.kind == "control":
            parts = [lasted]
        elif one.kind == "answered":
            parts = [self.answered(one), lasted]
        else:
            parts = [self.outcome(one)]
        return " · ".join(part for part in parts if part)

    def answered(self, one: MemberCall) -> str:
        leg = bridged_leg(one)
        if leg is None:
            return self.reader.gettext("Answered")
        return self.reader.gettext("Answered at %(phone)s", phone=self.phone_name(leg.number))

    def outcome(self, one: MemberCall) -> str:
        _ = self.reader.gettext
        call = one.record.call
        word = _(_OUTCOMES.get(call.outcome or "", _OUTCOMES["no-answer"]))
        why = _DECIDED.get(call.decided_by or "")
        return f"{word} · {_(why)}" if why else word

    def phone_name(self, number: str | None) -> str:
        """A phone by the member's name for it, else by what it is."""
        if number is not None and number in self.names:
            return self.names[number]
        return self.kind_of_phone(number)[0]

    def kind_of_phone(self, number: str | None) -> tuple[str, str]:
        """A word and an icon: mobile, fixed phone, IP phone, desk phone."""
        if number is None or not number.startswith("+"):
            return self.reader.gettext("Desk phone"), "desk"
        try:
            word, icon = _CLASSES.get(from_e164(number).number_class.value, ("", "phone"))
        except InvalidPhoneNumber:
            word, icon = "", "phone"
        return (self.reader.gettext(word) if word else number), icon

    def day_word(self, on: date) -> str:
        if on == self.today:
            return self.reader.gettext("Today")
        if on == self.today - timedelta(days=1):
            return self.reader.gettext("Yesterday")
        return self.reader.day(on)


def bridged_leg(one: MemberCall) -> Leg | None:
    """The phone that took the call."""
    return next((leg for leg in one.record.legs if leg.role != "caller" and leg.bridged_at is not None), None)


def lasting(reader: Reader, seconds: int) -> str:
    """ "4分05秒", "4 min 05 s"; hours where there are any."""
    minutes, rest = divmod(max(seconds, 0), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return reader.gettext(
            "%(hours)s h %(minutes)s min %(seconds)s s",
            hours=hours,
            minutes=f"{minutes:02}",
            seconds=f"{rest:02}",
        )
    if minutes:
        return reader.gettext("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=f"{rest:02}")
    return reader.seconds(rest)


def class_words(reader: Reader, rate_class: str) -> tuple[str, str]:
    """What a class of calls is called, and its colour in charts."""
    word, colour = _RATE_CLASSES.get(rate_class, (translatable("Other calls"), "c0"))
    return reader.gettext(word), colour


def kind_word(reader: Reader, kind: str) -> str:
    return reader.gettext(_KIND_WORDS[kind])


_KIND_WORDS = {
    "answered": translatable("Answered"),
    "missed": translatable("Missed"),
    "voicemail": translatable("Voicemail"),
    "refused": translatable("Turned away"),
    "out": translatable("Called out"),
    "control": translatable("Steering by phone"),
    "live": translatable("In progress"),
}
