"""Every spelling of a withheld caller is no caller; what is a number or an address stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.carrier.calls import CallStatus, party


@pytest.mark.parametrize(
    "spelling",
    [
        *("anonymous", "Anonymous", "ANONYMOUS", "Restricted", "RESTRICTED", "unavailable", "Unavailable"),
        *(
            "unknown",
            "Unknown",
            "blocked",
            "Private",
            "withheld",
            "No Caller ID",
            "非通知",
            "通知不可",
            "公衆電話",
        ),
        *("+266696687", "266696687", "+1266696687", "+7378742833", "+17378742833", "+7378742883", "+2562533"),
        *("+8656696", "+86282452253", "86282452253", "+464"),
        *("", " ", "+", "-", "+0", "0", "0000000000", "+00000000000"),
        *("sip:anonymous@anonymous.invalid", "SIP:Anonymous@10.0.0.1", "sips:unknown@sip.example.jp"),
        *("anonymous@anonymous.invalid", "sip:caller@anonymous.invalid", "client:Anonymous"),
    ],
)
def test_withheld(spelling: str) -> None:
    assert party(spelling) is None


@pytest.mark.parametrize(
    "text",
    [
        *("+819012345678", "+81312345678", "+815012345678", "+14155550123", "+6581234567"),
        *("sip:desk-7@sip.example.jp", "sips:desk@[::1]", "desk-7@sip.example.jp", "client:reception"),
    ],
)
def test_a_party(text: str) -> None:
    assert party(text) == text


def test_space_around_an_address_is_not_its_part() -> None:
    assert party(" sip:desk@sip.example.jp ") == "sip:desk@sip.example.jp"


@pytest.mark.parametrize(
    "text", ["+819012345678FromCity", "CA" + "0" * 32, "+81901234567８x", "tel9", "a" * 257, "<1a@b>"]
)
def test_neither(text: str) -> None:
    with pytest.raises(ValueError, match=r"party|neither"):
        party(text)


@given(st.text(max_size=40))
def test_any_text_is_a_party_or_withheld_or_refused(text: str) -> None:
    try:
        found = party(text)
    except ValueError:
        return
    assert found is None or found == text.strip()


def test_which_statuses_end_a_call() -> None:
    ended = {status.value for status in CallStatus if status.ended}
    assert ended == {"completed", "busy", "no-answer", "canceled", "failed"}
