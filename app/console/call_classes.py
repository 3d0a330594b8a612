"""Classes, outcomes and directions of calls as staff read them: a word each, and colours few enough for a chart."""

from __future__ import annotations

from dataclasses import dataclass

from coworking.kit.web.reader import Reader
from coworking.kit.web.translations import translatable


@dataclass(frozen=True, slots=True)
class ClassGroup:
    """Classes that stand together in a chart. `tone` is the chart's colour, from c1 to c5, c0 for the rest."""

    tone: str
    word: str


FORWARD_MOBILE = ClassGroup("c1", translatable("Forwarded → mobile"))
FORWARD_FIXED = ClassGroup("c2", translatable("Forwarded → fixed"))
OUT_MOBILE = ClassGroup("c3", translatable("Out → mobile"))
OUT_FIXED = ClassGroup("c4", translatable("Out → fixed"))
CONTROL = ClassGroup("c5", translatable("Steering by phone"))
REST = ClassGroup("c0", translatable("Not billed"))
GROUPS = (FORWARD_MOBILE, FORWARD_FIXED, OUT_MOBILE, OUT_FIXED, CONTROL, REST)

_ORIGINS = {
    "forward": translatable("Forwarded"),
    "desk": translatable("Desk phone"),
    "mobile": translatable("Own mobile"),
    "fixed": translatable("Own fixed phone"),
}
_ENDS = {
    "fixed": translatable("fixed"),
    "mobile": translatable("mobile"),
    "ip": translatable("IP phone"),
}
OUTCOMES = {
    "answered": translatable("Answered"),
    "no-answer": translatable("No answer"),
    "busy": translatable("Busy"),
    "failed": translatable("Failed"),
    "refused": translatable("Turned away"),
    "announcement": translatable("Announcement"),
    "voicemail": translatable("Voicemail"),
}
OUTCOME_TONES = {"answered": "on", "failed": "miss", "refused": "miss", "no-answer": "off", "busy": "warn"}
DIRECTIONS = {
    "in": translatable("Incoming"),
    "out": translatable("Outgoing"),
    "control": translatable("Steering"),
    "reception": translatable("Reception"),
}


def group_of(call_class: str | None) -> ClassGroup:
    """Of a class of the rate card ("forward-to-mobile"); IP telephones stand with the fixed ones."""
    if call_class == "control":
        return CONTROL
    origin, _, to = (call_class or "").partition("-to-")
    if origin == "forward":
        return FORWARD_MOBILE if to == "mobile" else FORWARD_FIXED
    if to:
        return OUT_MOBILE if to == "mobile" else OUT_FIXED
    return REST


def class_words(reader: Reader, call_class: str | None) -> str:
    """A class of the rate card in words: "転送 → 携帯"."""
    origin, _, to = (call_class or "").partition("-to-")
    if origin not in _ORIGINS or to not in _ENDS:
        return reader.gettext(group_of(call_class).word)
    return f"{reader.gettext(_ORIGINS[origin])} → {reader.gettext(_ENDS[to])}"
