"""A player asks for a part and gets that part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.forwarding.voicemail.ranges import NotSatisfiable, asked_part


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", None),
        ("bytes=0-", (0, 99)),
        ("bytes=0-0", (0, 0)),
        ("bytes=10-19", (10, 19)),
        ("bytes=90-1000", (90, 99)),
        ("bytes=-10", (90, 99)),
        ("bytes=-1000", (0, 99)),
        (" bytes=99- ", (99, 99)),
        *((header, None) for header in ("bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=0-1,5-6")),
        *((header, None) for header in ("items=0-1", "bytes 0-1", "bytes=０-1", "bytes=" + "9" * 16 + "-")),
    ],
)
def test_which_part(header: str, part: tuple[int, int] | None) -> None:
    assert asked_part(header, 100) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_part_behind_the_end_is_not_there(header: str) -> None:
    with pytest.raises(NotSatisfiable):
        asked_part(header, 100)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 200))
def test_a_part_lies_within(first: int, last: int, size: int) -> None:
    try:
        part = asked_part(f"bytes={first}-{last}", size)
    except NotSatisfiable:
        assert first >= size
        return
    assert part is None or 0 <= part[0] <= part[1] < size
