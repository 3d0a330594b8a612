"""A routing card to vary, and the phones on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from telephony.forwarding.card import Card, Target

NOW = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
RENTED = "+81454110001"
CALLER = "+81366667777"
MOBILE = Target(0, "+819012345678", 20)
OFFICE = Target(1, "+81456701234", 30)
IP = Target(2, "+815012345678", 10)
CARD = Card(
    line_id=7,
    number=RENTED,
    version=3,
    status="lent",
    starts_at=NOW - timedelta(days=30),
    ends_at=None,
    is_on=True,
    strategy="in-turn",
    press_one=False,
    withheld="forward",
    targets=(MOBILE, OFFICE, IP),
    allowed_classes=frozenset({"fixed", "mobile", "ip"}),
    time_limit_seconds=14_400,
    language="ja",
)
