"""A sound is what was read, written anew; everything else is refused."""

from __future__ import annotations

import struct
import wave
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.forwarding.voicemail.wav import NotWav, read_wav
from tests.telephony.forwarding.voicemail.mail_room import wav_file


def frames_of(data: bytes) -> bytes:
    with wave.open(BytesIO(data), "rb") as file:
        return file.readframes(file.getnframes())


@pytest.mark.parametrize(
    ("frames_per_second", "channels", "sample_bytes"),
    [(8_000, 1, 2), (8_000, 1, 1), (44_100, 2, 2), (48_000, 1, 2)],
)
def test_what_is_read_is_written_anew(frames_per_second: int, channels: int, sample_bytes: int) -> None:
    given_file = wav_file(
        1.5, frames_per_second=frames_per_second, channels=channels, sample_bytes=sample_bytes
    )
    read = read_wav(given_file)
    assert read.seconds == 2
    assert read.content == given_file


def test_nothing_but_the_frames_is_kept() -> None:
    hidden = b"<script>alert(1)</script>"
    sound = wav_file(1)
    chunk = b"LIST" + struct.pack("<I", len(hidden) + 1) + hidden + b"\0"
    size = struct.pack("<I", len(sound) - 8 + len(chunk))
    with_chunk = sound[:4] + size + sound[8:36] + chunk + sound[36:] + hidden
    assert read_wav(with_chunk).content == sound


def test_a_file_that_is_cut_off_gives_what_is_there() -> None:
    sound = wav_file(3)
    cut = read_wav(sound[: 44 + 16_001])
    assert cut.seconds == 1
    assert frames_of(cut.content) == frames_of(sound)[:16_000]


def header(*, audio_format: int = 1, channels: int = 1, rate: int = 8_000, bits: int = 16) -> bytes:
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", audio_format, channels, rate, rate * block, block, bits)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", 64) + bytes(64)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_the_header_of_these_tests_is_good() -> None:
    assert read_wav(header()).seconds == 1


@pytest.mark.parametrize(
    ("data", "is_mp3"),
    [
        (b"", False),
        (b"RIFF", False),
        (b"RIFF\x24\0\0\0WAVE", False),
        (wav_file(0), False),
        (b"<html>", False),
        (b"\x89PNG\r\n\x1a\n", False),
        (header(audio_format=6), False),  # A-law
        (header(audio_format=0xFFFE), False),
        (header(channels=0), False),
        (header(channels=3), False),
        (header(rate=0), False),
        (header(rate=7_999), False),
        (header(rate=192_000), False),
        (header(bits=24), False),
        (header(bits=0), False),
        (b"ID3\x04\0\0" + bytes(40), True),
        (b"\xff\xfb\x90\x00" + bytes(40), True),
    ],
)
def test_everything_else_is_refused(data: bytes, is_mp3: bool) -> None:
    with pytest.raises(NotWav) as refused:
        read_wav(data)
    assert refused.value.is_mp3 is is_mp3


@given(st.binary(max_size=200), st.integers(0, 60), st.binary(min_size=1, max_size=4))
def test_any_bytes_are_read_or_refused(data: bytes, at: int, patch: bytes) -> None:
    sound = header()
    for content in (data, b"RIFF\xff\xff\xff\xffWAVE" + data, sound[:at] + patch + sound[at + len(patch) :]):
        try:
            read = read_wav(content)
        except NotWav:
            continue
        assert read.seconds >= 1
        assert read_wav(read.content) == read
