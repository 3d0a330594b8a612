"""Notes: one short sentence about what was just done, carried to the next page in a cookie and shown there once.

The cookie holds no words, only which note it is and what fills it, so that nobody can put words on a page.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from coworking.kit.web.reader import Reader
from coworking.kit.web.translations import translatable

NOTE_COOKIE = "note"
NOTE_KEPT_SECONDS = 60
LONGEST_NOTE = 40

_SENTENCES = {
    "forwarding-on": translatable("Forwarding is on."),
    "forwarding-off": translatable("Forwarding is off."),
    "saved": translatable("Saved."),
    "moved": translatable("Moved to place %(count)s."),
    "destination-added": translatable("Added. Calls go there from now on."),
    "destination-removed": translatable("Removed. Calls no longer go there."),
    "hours-saved": translatable("Your hours are saved."),
    "exception-added": translatable("The day is entered."),
    "exception-removed": translatable("The day follows the week again."),
    "caller-blocked": translatable("Calls from this number are now turned away."),
    "caller-added": translatable("The number is on the list."),
    "caller-removed": translatable("The number is off the list."),
    "phone-added": translatable("The phone is registered."),
    "phone-removed": translatable("The phone is no longer registered."),
    "phone-replaced": translatable("The phone is replaced."),
    "pin-set": translatable("The PIN is set."),
    "calling": translatable("Your phone rings in a moment. Pick up to be connected."),
    "message-deleted": translatable("The message is deleted."),
    "message-heard": translatable("Marked as heard."),
    "text-saved": translatable("Callers hear the new words from now on."),
    "sound-saved": translatable("Callers hear your recording from now on."),
    "mail-instructed": translatable("We will do that."),
    "mail-confirm": translatable("Confirm once more that it shall be destroyed."),
    "mail-confirmed": translatable("It will be destroyed. Until then you can take it back."),
    "mail-put-back": translatable("Thank you. We look for whose it is."),
    "as-usual": translatable("Callers hear the usual words again."),
}
_UNDO = {"forwarding-on": "0", "forwarding-off": "1"}
"""What the switch goes back to."""


@dataclass(frozen=True, slots=True)
class NoteView:
    """`undo` is the switch's other state for `line`, None where nothing can be undone."""

    sentence: str
    undo: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Note:
    """`number` fills the sentence, or names the line that the note is about."""

    kind: str
    number: int = field(default=0)

    def written(self) -> str:
        return f"{self.kind}.{self.number}"

    def view(self, reader: Reader) -> NoteView:
        sentence = _SENTENCES[self.kind]
        facts = {"count": self.number} if "%(count)" in sentence else {}
        return NoteView(reader.gettext(sentence, **facts), _UNDO.get(self.kind), self.number)


def read_note(text: str | None) -> Note | None:
    """The note in a cookie; None where it is none of ours."""
    kind, _, number = (text or "")[:LONGEST_NOTE].partition(".")
    if kind not in _SENTENCES or not (number.isascii() and number.isdigit()):
        return None
    return Note(kind, int(number))
