"""The part of a sound that a browser asks for (RFC 9110, 14). Pure."""

from __future__ import annotations

import re

_ONE_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


class NotSatisfiable(ValueError):
    """The part begins behind the end."""


def asked_part(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of the part that a Range header asks for; None for the whole: without a header, and for a
    header that is malformed or asks for several parts, which may be ignored. Raises `NotSatisfiable`."""
    matched = _ONE_RANGE.fullmatch(header.strip())
    if matched is None or matched.groups() == ("", ""):
        return None
    first, last = matched.groups()
    if not first:
        length = min(int(last), size)
        if length == 0:
            raise NotSatisfiable
        return size - length, size - 1
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise NotSatisfiable
    return int(first), min(int(last), size - 1) if last else size - 1
