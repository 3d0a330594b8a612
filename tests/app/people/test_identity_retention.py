"""What the law keeps of an identity goes on its day, and not before."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people.identity_retention import forget_records, forget_reports, years_before
from coworking.membership.identity.models import IdentityRecord, SuspiciousReport
from coworking.membership.models import Member
from tests.factories.addresses import make_address
from tests.factories.membership import make_member, make_operator, nex
from tests.factories.sakura_address import KEYS
from tests.servers.addresses import leave_long_ago

CALENDAR = nex().calendar()
ENDED_ON = date(2018, 1, 31)


@pytest.fixture
def member(session: Session) -> Member:
    """Ended on ENDED_ON, with what was recorded until then."""
    member = make_member(session, make_operator(session), identity=False)
    make_address(session, member, KEYS, 1)
    leave_long_ago(session, member.id)
    member.status, member.ends_on = "ended", ENDED_ON
    session.flush()
    return member


def at(day: date) -> datetime:
    return CALENDAR.instant(day, time(3))


def test_records_and_suspicions_stay_seven_years_from_the_end(session: Session, member: Member) -> None:
    last_day = at(date(2025, 1, 31))  # the day of the end itself does not count
    assert forget_records(session, CALENDAR, [], 7, last_day) == 0
    assert forget_reports(session, CALENDAR, [], 7, last_day) == 0
    over = at(date(2025, 2, 1))
    assert forget_records(session, CALENDAR, [member.id], 7, over) == 0  # on legal hold
    assert forget_records(session, CALENDAR, [], 7, over) == 1
    assert forget_reports(session, CALENDAR, [], 7, over) == 1
    session.expire_all()
    assert session.scalars(select(IdentityRecord.id)).all() == []
    assert session.scalars(select(SuspiciousReport.id)).all() == []


def test_of_who_is_a_member_nothing_goes(session: Session, member: Member) -> None:
    member.status, member.ends_on = "active", None
    session.flush()
    assert forget_records(session, CALENDAR, [], 7, at(date(2040, 1, 1))) == 0


def test_a_leap_day_counts_back_to_the_last_of_february() -> None:
    assert years_before(date(2028, 2, 29), 7) == date(2021, 2, 28)
    assert years_before(date(2028, 2, 28) + timedelta(days=2), 7) == date(2021, 3, 1)
