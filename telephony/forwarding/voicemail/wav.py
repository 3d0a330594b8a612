"""Sounds as WAV files. Pure.

What somebody sent is never served: it is read as frames, and a new file is written from them (R27).
"""

from __future__ import annotations

import math
import struct
import wave
from dataclasses import dataclass, field
from io import BytesIO

MOST_CHANNELS = 2
SAMPLE_BYTES = (1, 2)
FRAMES_PER_SECOND = range(8_000, 48_001)
# What the standard library's reader raises over a file that is none, or a broken one.
_UNREADABLE = (wave.Error, EOFError, ValueError, RuntimeError, struct.error, ZeroDivisionError, OverflowError)


class NotWav(ValueError):
    """The bytes are no WAV file of plain PCM samples. `is_mp3`: they look like an MP3 file."""

    def __init__(self, *, is_mp3: bool = False) -> None:
        super().__init__("not a WAV file of plain samples")
        self.is_mp3 = is_mp3


@dataclass(frozen=True, slots=True)
class Wav:
    """A file written here. `seconds` are started seconds."""

    seconds: int
    content: bytes = field(repr=False)


def read_wav(data: bytes) -> Wav:
    """The sound in these bytes, written anew. A file that is cut off gives what is there. Raises `NotWav`."""
    try:
        with wave.open(BytesIO(data), "rb") as given:
            channels, sample_bytes = given.getnchannels(), given.getsampwidth()
            frames_per_second = given.getframerate()
            plain = (
                1 <= channels <= MOST_CHANNELS
                and sample_bytes in SAMPLE_BYTES
                and frames_per_second in FRAMES_PER_SECOND
                and given.getcomptype() == "NONE"
            )
            frames = given.readframes(given.getnframes()) if plain else b""
    except _UNREADABLE:
        raise NotWav(is_mp3=_looks_like_mp3(data)) from None
    frame_bytes = channels * sample_bytes
    count = len(frames) // frame_bytes if plain else 0
    if count == 0:
        raise NotWav
    content = BytesIO()
    with wave.open(content, "wb") as written:
        written.setnchannels(channels)
        written.setsampwidth(sample_bytes)
        written.setframerate(frames_per_second)
        written.writeframes(frames[: count * frame_bytes])
    return Wav(math.ceil(count / frames_per_second), content.getvalue())


def _looks_like_mp3(data: bytes) -> bool:
    """A tag in front, or the eleven bits with which a frame begins."""
    return data[:3] == b"ID3" or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0)
