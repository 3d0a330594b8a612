"""R28: what is sealed opens only in its place, with its key, unchanged."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coworking.kit.sealing import LONGEST_VALUE, FieldKeys, SealBroken

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
PLACE = "mandates:12:account"


def keys(**named: bytes) -> FieldKeys:
    return FieldKeys.read([f"{name}:{base64.b64encode(key).decode()}" for name, key in named.items()])


@given(st.text(max_size=200))
def test_it_opens_where_it_was_sealed(value: str) -> None:
    sealed = keys(a=OLD).seal(value, place=PLACE)
    assert keys(a=OLD).open(sealed, place=PLACE) == value
    assert not value or value.encode() not in sealed or len(value) < 3


@given(st.data())
def test_a_changed_bit_is_found(data: st.DataObject) -> None:
    sealed = bytearray(keys(a=OLD).seal("1234567", place=PLACE))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SealBroken):
        keys(a=OLD).open(bytes(sealed), place=PLACE)


@pytest.mark.parametrize(
    ("reader", "place"),
    [
        (keys(a=OLD), "mandates:13:account"),
        (keys(a=OLD), "mandates:12:holder"),
        (keys(b=OLD), PLACE),
        (keys(a=NEW), PLACE),
    ],
    ids=["another row", "another column", "an unknown key", "another key of that name"],
)
def test_it_opens_nowhere_else(reader: FieldKeys, place: str) -> None:
    sealed = keys(a=OLD).seal("1234567", place=PLACE)
    with pytest.raises(SealBroken):
        reader.open(sealed, place=place)


@pytest.mark.parametrize("junk", [b"", b"\x01", b"\x02\x01a", b"\x01\x05a", b"\x01\x01a" + b"0" * 12])
def test_junk_is_no_sealed_value(junk: bytes) -> None:
    with pytest.raises(SealBroken):
        keys(a=OLD).open(junk, place=PLACE)


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    old = keys(a=OLD).seal("1234567", place=PLACE)
    both = keys(b=NEW, a=OLD)
    assert both.open(old, place=PLACE) == "1234567"
    assert keys(b=NEW).open(both.seal("1234567", place=PLACE), place=PLACE) == "1234567"


def test_two_seals_of_one_value_differ() -> None:
    assert keys(a=OLD).seal("x", place=PLACE) != keys(a=OLD).seal("x", place=PLACE)


@pytest.mark.parametrize(
    "texts", [[], ["a"], ["a:short"], ["A:" + "A" * 43 + "="], ["a:" + "A" * 43 + "="] * 2]
)
def test_keys_have_a_form(texts: list[str]) -> None:
    with pytest.raises(ValueError, match="key") as refused:
        FieldKeys.read(texts)
    assert "AAAA" not in str(refused.value)


def test_a_value_has_a_size() -> None:
    with pytest.raises(ValueError, match="at most"):
        keys(a=OLD).seal("x" * (LONGEST_VALUE + 1), place=PLACE)
