"""Numbers of a fixed area and the base that they may be lent for; area codes and office hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from coworking.membership import MemberRules
from telephony.numbers.area_codes import offered_area_codes, places_of
from telephony.numbers.errors import BaseAddressRequired, TimePast
from telephony.numbers.office_hours import is_open
from telephony.numbers.profile import NumberZoneCheck
from telephony.numbers.zone_evidence import Evidence, lines_without_evidence, record_evidence
from tests.factories.membership import NOW, nex
from tests.factories.numbers import ACTOR
from tests.telephony.numbers.desk import Counter, member, stock, tokyo

LAST_DAY = date(2026, 6, 30)


def strict(counter: Counter) -> Counter:
    profile = counter.rules.profile.model_copy(update={"number_zone_check": NumberZoneCheck.BASE_ADDRESS})
    counter.rules = replace(counter.rules, profile=profile)
    return counter


def show(counter: Counter, member_id: int, area_code: str = "045", until: date = LAST_DAY) -> None:
    record_evidence(
        counter.session,
        counter.rules,
        member_id,
        area_code,
        Evidence("横浜市中区本町1-1", "lease", until),
        actor=ACTOR,
        now=counter.clock.now(),
    )


def lacking(counter: Counter) -> list[tuple[int, date | None, bool]]:
    found = lines_without_evidence(counter.session, counter.rules, counter.clock.now(), after_id=0, limit=10)
    return [(one.line.id, one.last_valid_until, one.counts_by_office) for one in found]


def test_the_office_is_enough_where_the_operator_says_so(counter: Counter) -> None:
    stock(counter)
    line = counter.rent(member(counter))
    assert lacking(counter) == [(line.id, None, True)]
    show(counter, line.member_id)
    assert lacking(counter) == []


def test_without_evidence_there_is_no_number_of_the_area(counter: Counter) -> None:
    stock(strict(counter))
    sato = member(counter)
    show(counter, sato.id, "03")
    with pytest.raises(BaseAddressRequired) as refused:
        counter.rent(sato)
    assert refused.value.code == "base-address-required"
    assert "050" in refused.value.sentence("ja")
    show(counter, sato.id)
    line = counter.rent(sato)
    assert lacking(counter) == []
    counter.clock.advance_to(tokyo(2026, 6, 30, 23, 59))
    assert lacking(counter) == []
    counter.clock.advance_to(tokyo(2026, 7, 1))
    assert lacking(counter) == [(line.id, LAST_DAY, False)]
    with pytest.raises(TimePast):
        show(counter, sato.id)


def test_evidence_that_is_over_is_none(counter: Counter) -> None:
    stock(strict(counter))
    sato = member(counter)
    show(counter, sato.id)
    counter.clock.advance_to(tokyo(2026, 7, 1))
    with pytest.raises(BaseAddressRequired):
        counter.rent(sato)


def test_a_line_that_has_ended_needs_none(counter: Counter) -> None:
    stock(counter)
    line = counter.rent(member(counter))
    counter.end(line)
    counter.pass_time(tokyo(2026, 7, 31, 15))
    assert lacking(counter) == []


# Area codes


@pytest.mark.parametrize(
    ("area_code", "ja", "en"),
    [
        ("03", "東京", "Tokyo"),
        ("045", "横浜", "Yokohama, Kanagawa"),
        ("0422", "武蔵野三鷹", "Musashino and Mitaka, Tokyo"),
        ("04992", "伊豆大島", "Izu Oshima, Tokyo"),
        ("050", "全国（IP電話）", "anywhere (IP telephone)"),
        ("09", "", ""),
    ],
)
def test_an_area_code_has_its_places(area_code: str, ja: str, en: str) -> None:
    assert places_of(area_code) == (ja, en)


def test_what_is_on_offer(counter: Counter) -> None:
    stock(counter, count=3)
    counter.rent(member(counter))
    offices = {name: office.area_code for name, office in nex().membership.offices.items()}
    offered = {
        one.area_code: one for one in offered_area_codes(counter.session, counter.rules.profile, offices)
    }
    assert list(offered) == ["03", "042", "044", "045", "047", "048", "052", "06", "075"]
    yokohama, funabashi = offered["045"], offered["047"]
    assert (yokohama.offices, yokohama.free) == (("yokohama",), 2)
    assert yokohama.line_plans == ("fixed-phone", "incoming-outgoing")
    assert (funabashi.line_plans, funabashi.free) == (("incoming-outgoing",), 0)
    assert all(one.places.ja and one.places.en for one in offered.values())


# Office hours


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (tokyo(2026, 6, 10, 9, 59, 59), False),
        (tokyo(2026, 6, 10, 10), True),
        (tokyo(2026, 6, 10, 18, 29, 59), True),
        (tokyo(2026, 6, 10, 18, 30), False),
        (tokyo(2026, 6, 13, 12), False),  # a Saturday
        (tokyo(2026, 7, 20, 12), False),  # Marine Day, a Monday
        (tokyo(2026, 8, 13, 12), False),  # a closing day of the operator's own
        (tokyo(2026, 8, 11, 12), True),  # Mountain Day, which the operator opens
    ],
)
def test_nex_25_the_office_answers_on_weekdays(at: datetime, expected: bool) -> None:
    calendar = replace(
        nex().calendar(),
        closing_days=frozenset({date(2026, 8, 13)}),
        opening_days=frozenset({date(2026, 8, 11)}),
    )
    assert is_open(MemberRules(nex().membership, calendar), at) is expected


def test_an_operator_may_answer_on_holidays() -> None:
    profile = nex().membership
    hours = tuple(
        each.model_copy(update={"on_holidays": True, "opens_at": time(9)}) for each in profile.office_hours
    )
    open_rules = MemberRules(profile.model_copy(update={"office_hours": hours}), nex().calendar())
    assert is_open(open_rules, tokyo(2026, 7, 20, 9))
    assert not is_open(open_rules, NOW.replace(hour=12))
