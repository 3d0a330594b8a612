"""QR codes: ours are read, everything else is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coworking.doors.codes import (
    CodeSigner,
    read_entrance_code,
    read_member_qr,
    require_valid,
)
from coworking.doors.errors import EntryRefused, QrInvalid

NOW = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SIGNER = CodeSigner(b"\x01" * 32)
OTHER = CodeSigner(b"\x02" * 32)
KEY = SIGNER.public_key
CODE = SIGNER.member_qr(7, 12, NOW, MINUTE)


def refused(text: str, *, key: bytes = KEY, operator_id: int = 7, now: datetime = NOW) -> str | None:
    try:
        require_valid(read_member_qr(key, text), operator_id, now)
    except EntryRefused as refusal:
        return refusal.code
    return None


def test_a_code_says_whose_it_is_without_us() -> None:
    qr = read_member_qr(KEY, CODE)

    assert (qr.operator_id, qr.member_id) == (7, 12)
    assert (qr.issued_at, qr.expires_at) == (NOW, NOW + MINUTE)
    assert refused(CODE) is None
    assert SIGNER.member_qr(7, 12, NOW, MINUTE) != CODE


@pytest.mark.parametrize(
    ("later", "code"),
    [
        (timedelta(seconds=59), None),
        (MINUTE, "qr-expired"),
        (timedelta(hours=1), "qr-expired"),
        (timedelta(seconds=-5), None),
        (timedelta(hours=-1), "qr-invalid"),  # a clock that is wrong by an hour
    ],
)
def test_a_code_lasts_a_minute(later: timedelta, code: str | None) -> None:
    assert refused(CODE, now=NOW + later) == code


def test_codes_of_others_are_refused() -> None:
    assert refused(OTHER.member_qr(7, 12, NOW, MINUTE)) == "qr-invalid"
    assert refused(CODE, operator_id=8) == "qr-invalid"
    entrance = SIGNER.entrance_code(7, 3, "entry")
    assert refused(entrance) == "qr-invalid"
    with pytest.raises(QrInvalid):
        read_entrance_code(KEY, CODE, 7)
    with pytest.raises(QrInvalid):
        read_entrance_code(KEY, entrance, 8)
    assert SIGNER.entrance_code(7, 3, "entry") == entrance
    assert read_entrance_code(KEY, SIGNER.entrance_code(7, 3, "exit"), 7).direction == "exit"
    with pytest.raises(ValueError, match="a minute"):
        SIGNER.member_qr(7, 12, NOW, timedelta(minutes=2))


@given(st.integers(5, len(CODE) - 2), st.sampled_from("ABCabc019-_"))
def test_an_altered_code_is_refused(position: int, character: str) -> None:
    altered = CODE[:position] + character + CODE[position + 1 :]

    assert altered == CODE or refused(altered) == "qr-invalid"


@given(st.one_of(st.text(max_size=300), st.from_regex(r"rsq1_[A-Za-z0-9_-]{100,180}", fullmatch=True)))
def test_any_text_is_refused_and_none_is_a_defect(text: str) -> None:
    assert refused(text) == "qr-invalid"
