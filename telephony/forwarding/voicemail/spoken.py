"""What callers of a line hear in the member's own words or voice, as its routing card shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.errors import Language
from telephony.forwarding.voicemail.models import LineAnnouncement, Sound


@dataclass(frozen=True, slots=True)
class Spoken:
    """By what is announced: the words, the language of the words, the token of the sound."""

    words: dict[str, str] = field(default_factory=dict)
    languages: dict[str, Language] = field(default_factory=dict)
    sounds: dict[str, str] = field(default_factory=dict)


def spoken_of(session: Session, line_id: int) -> Spoken:
    spoken = Spoken()
    statement = (
        select(LineAnnouncement.kind, LineAnnouncement.language, LineAnnouncement.words, Sound.token)
        .outerjoin(Sound, Sound.id == LineAnnouncement.sound_id)
        .where(LineAnnouncement.line_id == line_id)
    )
    for kind, language, words, token in session.execute(statement):
        if token is not None:
            spoken.sounds[kind] = token
        elif words is not None:
            spoken.words[kind] = words
            spoken.languages[kind] = cast("Language", language)
    return spoken
