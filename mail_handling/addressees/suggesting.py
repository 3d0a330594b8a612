"""Whom a label may mean, of the operator's members. People confirm it: nothing is assigned here."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from coworking.kit.images import Picture
from mail_handling.addressees.aliases import addressees
from mail_handling.addressees.matching import Addressee, Suggestion, match
from mail_handling.pictures.reading import Reading, read_closer, read_label
from mail_handling.pictures.text_reader import TextReader


def read_and_suggest(
    session: Session, picture: Picture, reader: TextReader
) -> tuple[Reading, Sequence[Suggestion]]:
    return read_and_match(picture, reader, addressees(session))


def read_and_match(
    picture: Picture, reader: TextReader, known: Sequence[Addressee]
) -> tuple[Reading, Sequence[Suggestion]]:
    """A label that leaves open who is meant is looked at once more."""
    reading = read_label(picture, reader)
    found = match(reading.lines, known)
    if reading.unavailable is None and not (found and found[0].is_single):
        reading = read_closer(picture, reader, reading)
        found = match(reading.lines, known)
    return reading, found
