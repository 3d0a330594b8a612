"""Tracking numbers out of barcodes. Pure.

Japan Post, Yamato and Sagawa number parcels with twelve digits (Japan Post with eleven, too) whose last is the
remainder by seven of the digits before it; on paper they stand as Codabar between start and stop letters, or as Code
128. International items carry two letters, nine digits and a country (UPU S10), the last digit by weights.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST = 40

_DOMESTIC = re.compile(r"[A-Da-d]?(\d{11,12})[A-Da-d]?", re.ASCII)
_POSTAL = re.compile(r"([A-Z]{2})(\d{8})(\d)([A-Z]{2})", re.ASCII)
_POSTAL_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def tracking_number(codes: Sequence[str]) -> str | None:
    """The first that is one by its check digit; of several, none is better than the other."""
    return next((number for code in codes if (number := _number(code)) is not None), None)


def _number(code: str) -> str | None:
    text = code.strip().replace("-", "").replace(" ", "")
    domestic = _DOMESTIC.fullmatch(text)
    if domestic is not None:
        digits = domestic.group(1)
        return digits if int(digits[:-1]) % 7 == int(digits[-1]) else None
    postal = _POSTAL.fullmatch(text.upper())
    if postal is not None and _postal_check(postal.group(2)) == int(postal.group(3)):
        return text.upper()
    return None


def _postal_check(serial: str) -> int:
    left = 11 - sum(int(digit) * weight for digit, weight in zip(serial, _POSTAL_WEIGHTS, strict=True)) % 11
    return {10: 0, 11: 5}.get(left, left)
