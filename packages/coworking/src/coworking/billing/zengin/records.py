"""Fixed-length records of the Japanese Bankers Association's exchange formats, as banks take and give them.

A file is a row of records of one length in the single-byte set of JIS X 0201 (half-width kana), with or without line
ends. Numbers are padded with zeros on the left, names with spaces on the right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from coworking.billing.zengin.errors import BankFileRefused

ENCODING = "shift_jis"
LARGEST_FILE = 20_000_000
"""Bytes."""

_SMALL = str.maketrans("ｧｨｩｪｫｬｭｮｯ", "ｱｲｳｴｵﾔﾕﾖﾂ")
_ALLOWED = re.compile(r"[ 0-9A-Zｦ-ﾟ()\-./\\｢｣,]*")


@dataclass(frozen=True, slots=True)
class Field:
    """`digits`: a number; otherwise a text."""

    name: str
    length: int
    digits: bool = False


Layout = Sequence[Field]


def write_record(layout: Layout, values: Mapping[str, str | int]) -> bytes:
    """Raises ValueError for a value that does not fit; fields without a value are zeros or spaces."""
    parts = []
    for field in layout:
        value = values.get(field.name, "")
        text = str(value).rjust(field.length, "0") if field.digits else str(value).ljust(field.length)
        if len(text) != field.length or (field.digits and not text.isascii()) or not _ALLOWED.fullmatch(text):
            raise ValueError(f"{field.name} does not fit into {field.length} characters")
        parts.append(text)
    return "".join(parts).encode(ENCODING)


def read_record(layout: Layout, record: str, *, number: int) -> dict[str, str]:
    """The fields of a record, texts without the spaces around them. Raises `BankFileRefused`."""
    values, at = {}, 0
    for field in layout:
        text = record[at : at + field.length]
        at += field.length
        if field.digits and text.strip() and not (text.strip().isascii() and text.strip().isdigit()):
            raise BankFileRefused(record=number, field=field.name)
        values[field.name] = text.strip()
    return values


def records(content: bytes, length: int) -> Iterator[tuple[int, str]]:
    """Number (from 1) and text of every record. Raises `BankFileRefused` for what is no such file."""
    if len(content) > LARGEST_FILE:
        raise BankFileRefused(record=0, field="size")
    try:
        text = content.decode(ENCODING)
    except UnicodeDecodeError as error:
        raise BankFileRefused(record=0, field="encoding") from error
    if any(not _is_readable(character) for character in text):
        raise BankFileRefused(record=0, field="encoding")
    if "\n" in text or "\r" in text:
        lines = [
            line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip("\x1a")
        ]
    else:
        text = text.rstrip("\x1a")
        lines = [text[at : at + length] for at in range(0, len(text), length)]
    for number, line in enumerate(lines, start=1):
        if len(line) != length:
            raise BankFileRefused(record=number, field="length")
        yield number, line


def bank_kana(text: str) -> str:
    """A name as banks write it: half-width kana without small letters, capitals, and the few signs allowed; what cannot
    be written so becomes a space."""
    import jaconv

    wide = jaconv.hira2kata(unicodedata.normalize("NFKC", text)).upper()
    half = jaconv.z2h(wide, kana=True, ascii=True, digit=True).translate(_SMALL)
    half = half.replace("ｰ", "-").replace("―", "-").replace("–", "-").replace("・", ".").replace("･", ".")
    return "".join(character if _ALLOWED.fullmatch(character) else " " for character in half)


def fits(text: str, length: int) -> bool:
    """Whether a name can be written as banks do, in at most so many of their characters."""
    text = text.strip()
    written = bank_kana(text)
    return 0 < len(written) <= length and written.count(" ") == len(re.findall(r"\s", text))


def _is_readable(character: str) -> bool:
    """Single-byte, and no control character but those that end lines and files."""
    return " " <= character <= "~" or "｡" <= character <= "ﾟ" or character in "\r\n\x1a"
