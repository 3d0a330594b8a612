"""What members are written when a line is rented and when it ends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.notices import Notice
from telephony.numbers import give_notice, read_texts, write_line_ending, write_line_rented
from tests.factories.membership import make_member, make_operator
from tests.factories.numbers import ACTOR, line_rules, make_line

NOTICED_AT = datetime(2026, 12, 5, 3, 0, tzinfo=UTC)
EXPECTED = {
    "ja": [
        ("045-411-0001 をお使いいただけます", "2026年6月10日 12:00"),
        ("045-411-0001 のご利用は1月29日に終わります", "ホームページや印刷物からこの番号を削除"),
    ],
    "en": [
        ("045-411-0001 is yours to use", "10 June 2026, 12:00"),
        ("045-411-0001 ends on 29 January", "take this number off your web pages"),
    ],
}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_member_reads_of_a_line_in_their_language(session: Session, language: str) -> None:
    read_texts()
    operator_id = make_operator(session)
    member = make_member(session, operator_id, email="sato@example.jp")
    member.person.language = language
    line = make_line(session, operator_id, member=member, serial=1)
    write_line_rented(session, line_rules(), line.id, line.starts_at)
    give_notice(session, line_rules(), line, actor=ACTOR, now=NOTICED_AT)
    write_line_ending(session, line_rules(), line.id, NOTICED_AT)
    notices = session.scalars(select(Notice).order_by(Notice.id)).all()
    for notice, (subject, sentence) in zip(notices, EXPECTED[language], strict=True):
        assert notice.subject == subject
        assert sentence in notice.body
        assert (notice.recipient, notice.address) == (f"member:{member.id}", "sato@example.jp")
