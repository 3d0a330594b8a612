from __future__ import annotations

import pytest

from app.simulator import dialling
from app.simulator.errors import (
    NotAKey,
    NotDialable,
    NothingDialled,
    PhoneNameMissing,
    PhoneNumberNotUsable,
)


@pytest.mark.parametrize(
    ("typed", "to", "withheld"),
    [
        ("03-1234-5678", "+81312345678", None),
        ("０３－１２３４－５６７８", "+81312345678", None),
        ("(03) 1234 5678", "+81312345678", None),
        ("+81 3 1234 5678", "+81312345678", None),
        ("184-03-1234-5678", "+81312345678", "anonymous"),
        ("186 090 1234 5678", "+819012345678", None),
        ("117", "117", None),
        ("184", "184", None),
        ("*21#", "*21#", None),
    ],
)
def test_what_is_dialled(typed: str, to: str, withheld: str | None) -> None:
    assert dialling.read_dialled(typed) == dialling.Dialled(to, withheld)


@pytest.mark.parametrize("typed", ["", "   ", "---"])
def test_nothing_is_no_number(typed: str) -> None:
    with pytest.raises(NothingDialled):
        dialling.read_dialled(typed)


@pytest.mark.parametrize("typed", ["さとう", "03-1234-567x", "1" * 41, "7" * 30, "\x00"])
def test_what_cannot_be_dialled(typed: str) -> None:
    with pytest.raises(NotDialable):
        dialling.read_dialled(typed)


def test_keys() -> None:
    assert dialling.read_keys("１2*#") == "12*#"
    for wrong in ("", "a", "1" * 33, "1 2"):
        with pytest.raises(NotAKey):
            dialling.read_keys(wrong)


def test_the_name_of_a_phone() -> None:
    assert dialling.read_phone_name("  佐藤   携帯 ") == "佐藤 携帯"
    for wrong in ("", " ", "あ" * 25, "a\u202eb"):
        with pytest.raises(PhoneNameMissing):
            dialling.read_phone_name(wrong)


def test_the_number_of_a_phone() -> None:
    assert dialling.read_phone_number("050-1234-5678") == "+815012345678"
    for wrong in ("", "110", "0120-123-456", "0570-000-000", "+1 202 555 0100", "nobody"):
        with pytest.raises(PhoneNumberNotUsable):
            dialling.read_phone_number(wrong)


@pytest.mark.parametrize(("e164", "kind"), [("+819012345678", "mobile"), ("+81312345678", "fixed")])
def test_the_kind_of_a_phone_follows_from_its_number(e164: str, kind: str) -> None:
    assert dialling.new_phone("x", e164).kind == kind
