import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coworking.kit.masking import CUT, DEEPEST, LONGEST_TEXT, MASK, mask_facts, mask_text
from coworking.kit.phone import from_e164

SID = "RE0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("call from +81451234567 to +819012345678", "call from +8145*****67 to +8190******78"),
        ("+81 (0)45-123-4567.", "+8104******67."),
        ("call 045-123-4567, then 090-1234-5678", "call 045*****67, then 090******78"),
        ("０９０－１２３４－５６７８へ転送", "０９０******７８へ転送"),
        ("(03)1234-5678", "(031*****78"),
        ("09012345678 08012345678", "090******78 080******78"),
        ("?To=%2B81451234567&From=0312345678", "?To=+8145*****67&From=031*****78"),
        ("?q=tel%2009012345678", "?q=tel%20090******78"),
        ("<sip:819012345678@example.jp>", "<sip:819*******78@example.jp>"),
        ("+1 212-555-0100 rang", "+1212*****00 rang"),
        ("caller09012345678", "caller090******78"),
        ("200 OK, pin=123456, next", f"200 OK, pin={MASK}, next"),
        ('{"pin": "123456", "name": "sato"}', f'{{"pin": "{MASK}", "name": "sato"}}'),
        ("[('Digits', '123456'), ('To', 'x')]", f"[('Digits', '{MASK}'), ('To', 'x')]"),
        ("Error: token=abc.def", f"Error: token={MASK}"),
        ("/sign-in?token=abc&next=/home HTTP/1.1", f"/sign-in?token={MASK}&next=/home HTTP/1.1"),
        ("Authorization: Bearer abcdef", f"Authorization: {MASK} {MASK}"),
        ("sent Bearer abcdef", f"sent Bearer {MASK}"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", MASK),
        ("postgresql://rusuban:hunter2@db:5432/x", f"postgresql://rusuban:{MASK}@db:5432/x"),
        ("暗証番号は123456です", f"暗証番号は{MASK}です"),
        ("PIN 123456 refused", f"PIN {MASK} refused"),
        ("code=482913", f"code={MASK}"),
        ("code=destination-not-allowed status_code=422", "code=destination-not-allowed status_code=422"),
        (f"at https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/{SID}.mp3 now", "at [recording] now"),
        (
            f"GET /2010-04-01/Accounts/AC1/Recordings/{SID}?x=1 HTTP",
            "GET /2010-04-01/Accounts/AC1/[recording] HTTP",
        ),
        ("RecordingUrl=https%3A%2F%2Fx%2FRecordings%2FRE12", f"RecordingUrl={MASK}[recording]"),
    ],
)
def test_running_text(text: str, masked: str) -> None:
    assert mask_text(text) == masked
    assert mask_text(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-07-01T09:00:00.123456+09:00",
        "2026-07-01 09:00:00,123",
        "CA0123456789abcdef0123456789abcdef answered",
        "AC09012345678901234567890123456789",
        "61 s = 2 units of 60 s × 27, rate card of 2026-04-01, NEX-09",
        "127.0.0.1:54321 - 0.000123456789 s",
        "110 and 0120 are classes of numbers",
        "https://example.jp/lines/12/calls?page=3",
        'File "/srv/telephony/forwarding/calls.py", line 120, in answer',
        "0b6f3c1e-7d2a-4f5e-9c1d-2a7b8c9d0e1f",
        "発信者番号なし",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask_text(text) == text


DASHES = st.sampled_from(["", "-", " ", "\u2011", "\u30fc", "\uff0d", "\u00a0", "\u3000", "."])


@settings(deadline=None)
@given(
    st.text("0123456789", min_size=8, max_size=8),
    DASHES,
    st.sampled_from(["+8190", "090", "080", "+81 50", "%2B8170"]),
)
def test_no_mobile_number_is_readable_in_any_spelling(digits: str, dash: str, start: str) -> None:
    written = f"{start}{dash}{digits[:4]}{dash}{digits[4:]}"
    for text in (
        written,
        f"call={written}",
        f"({written})",
        f"«{written}»",
        f"電話{written}です",
        f"a {written}, b",
    ):
        masked = mask_text(text)
        assert written not in masked
        assert sum(character.isdigit() for character in masked) <= 7


@settings(deadline=None)
@given(st.text())
def test_masking_never_fails_and_stays_masked(text: str) -> None:
    masked = mask_text(text)
    assert len(masked) <= 2 * LONGEST_TEXT
    assert json.dumps(mask_facts({text: text, "token": text, "to": [text, (text, {text: 1})]}))


def test_long_text_is_cut_where_no_number_is_halved() -> None:
    text = "x" * (LONGEST_TEXT - 6) + " +819012345678"
    assert mask_text(text) == "x" * (LONGEST_TEXT - 6) + CUT


def test_keys_decide() -> None:
    facts = {
        "pin": 123456,
        "PIN": "123456",
        "auth_token": "abcdef",
        "authToken": "abcdef",
        "AuthToken": b"abcdef",
        "api-key": "abcdef",
        "confirmation_code": "482913",
        "code": 482913,
        "Digits": "482913",
        "password": ["a", "b"],
        "secrets": {"a": "b"},
        "RecordingUrl": "https://example.jp/1",
        "session": object(),
    }
    masked = mask_facts(facts)
    assert masked.pop("password") == [MASK, MASK]
    assert masked.pop("secrets") == {"a": MASK}
    assert set(masked.values()) == {MASK}


def test_harmless_facts_stay() -> None:
    facts = {
        "code": "not-found",
        "status_code": 404,
        "pin": None,
        "ok": True,
        "area_code": "045",
        "seconds": 61.5,
    }
    facts |= {"from": "2026-07-01", "operator_id": 3, "pinned": "yes", "units": 2, "amount": "14.3"}
    assert mask_facts(facts) == facts


def test_numbers_by_key_and_by_look() -> None:
    masked = mask_facts(
        {
            "from": "12125550100",
            "caller": 12125550100,
            "number": from_e164("+819012345678"),
            "raw": 819012345678,
            "+819012345678": 1,
            "big": 1_752_000_000,
            "day": Decimal("14.3"),
            "body": b"To=%2B819012345678",
        }
    )
    assert masked == {
        "from": "121******00",
        "caller": "121******00",
        "number": "+8190******78",
        "raw": "819*******78",
        "+8190******78": 1,
        "big": 1_752_000_000,
        "day": "Decimal('14.3')",
        "body": "To=+8190******78",
    }


def test_nested_facts() -> None:
    masked = mask_facts(
        {
            "request": {
                "headers": [(b"authorization", b"Bearer abc"), ("To", "12125550100")],
                "form": {"To": "+819012345678"},
            }
        }
    )
    assert masked == {
        "request": {
            "headers": [["authorization", MASK], ["To", "121******00"]],
            "form": {"To": "+8190******78"},
        }
    }


def test_depth_has_a_limit() -> None:
    ring: dict[str, object] = {}
    ring["again"] = ring
    written = json.dumps(mask_facts(ring))
    assert written.count("again") == DEEPEST + 1
    assert CUT in written


def test_an_object_that_cannot_be_shown() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError("+819012345678")

    assert mask_facts({"it": Broken()}) == {"it": "[Broken: RuntimeError]"}
