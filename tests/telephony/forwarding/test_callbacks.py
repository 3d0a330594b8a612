from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.forwarding.callbacks import Callbacks, context_of

CALL = "CA" + "0123456789abcdef" * 2
CALLBACKS = Callbacks("https://rusuban.example")


@pytest.mark.parametrize(
    ("address", "context"),
    [
        (CALLBACKS.voice(), {}),
        (CALLBACKS.status(), {}),
        (CALLBACKS.next(7, 2), {"line_id": 7, "rung": 2}),
        (CALLBACKS.leg_status(7, asks=False), {"line_id": 7}),
        (CALLBACKS.leg_status(7, asks=True), {"line_id": 7, "asks": True}),
        (CALLBACKS.whisper(7, CALL), {"line_id": 7, "call_sid": CALL}),
        (CALLBACKS.accept(7, CALL), {"line_id": 7, "call_sid": CALL}),
    ],
)
def test_what_an_address_carries_comes_back(address: str, context: dict[str, Any]) -> None:
    assert address.startswith("https://rusuban.example/carrier/twilio/")
    assert context_of(urlsplit(address).query) == context


@pytest.mark.parametrize(
    "query",
    [
        *(
            "line=",
            "line=x",
            "line=-1",
            "line=1.5",
            "line=²",
            "line=１",
            "line=" + "9" * 19,
            "line=" + "9" * 5000,
        ),
        *("rung=", "rung=-1", "rung=²", "rung=2147483648", "rung=100"),
        *(
            "asks=0",
            "asks=true",
            "call=",
            "call=CA1",
            f"call={CALL}%00",
            f"call=x{CALL}",
            "other=1",
            "%",
            "&&;",
        ),
    ],
)
def test_what_is_none_of_ours_carries_nothing(query: str) -> None:
    assert context_of(query) == {}


@given(st.text())
def test_no_query_makes_it_fail(query: str) -> None:
    context_of(query)
