"""A reader that is not there, busy or broken is told, and breaks nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from coworking.kit.images import draw_anew
from mail_handling.addressees.matching import Addressee
from mail_handling.addressees.suggesting import read_and_match
from mail_handling.pictures import text_reader
from mail_handling.pictures.text_reader import ReaderUnavailable, TextReader
from tests.factories.mail_pictures import PICTURE

PAGE = Image.new("L", (40, 20), 255)


def script(folder: Path, text: str) -> str:
    path = folder / "reader"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def reason(reader: TextReader) -> str:
    with pytest.raises(ReaderUnavailable) as raised:
        reader.lines(PAGE)
    return raised.value.reason


@pytest.mark.parametrize("program", ["off", "/nowhere/tesseract", "no-such-reader"])
def test_without_a_program_nothing_is_read(program: str) -> None:
    assert reason(TextReader(program)) == "off"


@pytest.mark.parametrize(
    "what", ["exit 1", "kill -9 $$", "exec tail -f /dev/null"], ids=["refuses", "dies", "hangs"]
)
def test_a_program_that_fails_is_given_up(tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_reader, "LONGEST_READING_SECONDS", 0.2)
    assert reason(TextReader(script(tmp_path, what))) == "failed"


def test_more_than_it_can_do_at_once_is_turned_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_reader, "LONGEST_WAIT_SECONDS", 0)
    reader = TextReader(script(tmp_path, "cat >/dev/null; echo 佐藤 花子 様"))
    for _ in range(text_reader.MOST_AT_ONCE):
        reader.places.acquire()
    assert reason(reader) == "busy"
    reader.places.release()
    assert set(reader.lines(PAGE)) == {"佐藤 花子 様"}


def test_what_was_read_is_matched(tmp_path: Path) -> None:
    reader = TextReader(script(tmp_path, "cat >/dev/null; echo 佐藤 花子 様"))
    reading, found = read_and_match(draw_anew(PICTURE), reader, [Addressee(7, ("佐藤 花子",))])
    assert (reading.unavailable, reading.barcodes) == (None, ())
    assert [(one.member_id, one.is_single) for one in found] == [(7, True)]
