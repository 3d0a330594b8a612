"""A barcode is a tracking number by its check digit."""

from __future__ import annotations

import pytest

from mail_handling.pictures.tracking_numbers import tracking_number


@pytest.mark.parametrize(
    ("codes", "number"),
    [
        (["A123456789011A"], None),
        (["A123456789013A"], "123456789013"),
        (["123456789013"], "123456789013"),
        (["1234-5678-9013"], "123456789013"),
        (["b12345678903d"], "12345678903"),
        (["4901234567894", "123456789013"], "123456789013"),
        (["RR473124829JP"], "RR473124829JP"),
        (["rr 473 124 829 jp"], "RR473124829JP"),
        (["RR473124828JP"], None),
        (["EE000000005JP"], "EE000000005JP"),
        (["https://example.jp/item/1"], None),
        (["１２３４５６７８９０１１"], None),
        ([], None),
    ],
)
def test_check_digits(codes: list[str], number: str | None) -> None:
    assert tracking_number(codes) == number
