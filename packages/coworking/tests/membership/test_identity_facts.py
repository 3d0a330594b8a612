"""The ways of the law by their days, and what a record must say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coworking.kit.errors import ValidationFailed
from coworking.membership.identity.errors import MethodNotValid
from coworking.membership.identity.facts import IdentityFacts, beneficial_owners, missing
from coworking.membership.identity.methods import method_on, methods

LAST_DAY, FIRST_DAY = date(2027, 3, 31), date(2027, 4, 1)
PERSON = {"name": "佐藤 花子", "address": "富山県富山市新桜町1-1", "birth_date": "1990-04-01"}
COMPANY = {
    "name": "株式会社さくら",
    "address": "富山県富山市",
    "business": "開発",
    "business_paper": "登記事項証明書",
}
PAPER = {"title": "運転免許証"}
UNSEEN = {**PERSON, "relation": "代表取締役", "authority": "registered-representative"}
ACTING = {**UNSEEN, "method": "my-number-card", "paper": PAPER}


@pytest.mark.parametrize(
    ("name", "kind", "stays"),
    [
        ("image-and-face", "person", False),
        ("image-and-bank", "person", False),
        ("image-and-letter", "person", False),
        ("two-copies-and-letter", "person", False),
        ("copy-and-letter", "company", False),
        ("in-person", "person", True),
        ("chip-and-face", "person", True),
        ("my-number-card", "person", True),
        ("jpki", "person", True),
        ("in-person", "company", True),
        ("registry-online", "company", True),
    ],
)
def test_sent_pictures_and_copies_fall_away_and_chips_and_certificates_stay(
    name: str, kind: str, stays: bool
) -> None:
    subject = "company" if kind == "company" else "person"
    assert method_on(name, subject, LAST_DAY).holds(LAST_DAY)
    if stays:
        assert method_on(name, subject, FIRST_DAY).holds(FIRST_DAY)
        return
    with pytest.raises(MethodNotValid) as refused:
        method_on(name, subject, FIRST_DAY)
    assert refused.value.code == "identity-not-verified"
    assert "2027-03-31" in refused.value.sentence("ja")


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("in-person", "イイイ"),
        ("chip-and-face", "ヘヘハ"),
        ("chip-and-letter", "チチホ"),
        ("restricted-delivery", "ルヲチ"),
        ("signature-certificate", "ヲワリ"),
        ("my-number-card", "ワカヌ"),
        ("my-number-card-relayed", "カヨル"),
    ],
)
def test_letters_are_those_of_the_version_of_the_day(name: str, letters: str) -> None:
    days = (date(2025, 6, 23), LAST_DAY, FIRST_DAY)
    assert [method_on(name, "person", day).letter for day in days] == list(letters)


def test_no_way_and_no_name_of_one_stands_twice_on_a_day() -> None:
    for day in (date(2025, 6, 23), date(2025, 6, 24), LAST_DAY, FIRST_DAY):
        standing = [
            (one.kind, name) for one in methods() if one.holds(day) for name in (one.name, *one.also_called)
        ]
        assert len(standing) == len(set(standing))


def test_a_name_that_is_no_way_is_refused_with_those_that_are() -> None:
    with pytest.raises(ValidationFailed) as refused:
        method_on("palmistry", "person", LAST_DAY)
    assert "my-number-card" in refused.value.errors[0]["message"]


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 10_000), max_size=8))
def test_owners_have_over_a_quarter_and_one_over_half_owns_alone(shares: dict[str, int]) -> None:
    total = max(sum(shares.values()), 1)
    votes = {name: Decimal(share) * 100 / total for name, share in shares.items()}
    owners = beneficial_owners(votes)
    assert len(owners) <= 3
    assert all(votes[name] > 25 for name in owners)
    if any(percent > 50 for percent in votes.values()):
        assert len(owners) == 1
    else:
        assert owners == {name for name, percent in votes.items() if percent > 25}


@pytest.mark.parametrize(
    ("kind", "said", "lacks"),
    [
        ("person", {}, ["purpose", "paper", "person", "occupation"]),
        ("person", {"person": PERSON, "occupation": "医師", "purpose": "郵便", "paper": PAPER}, []),
        (
            "person",
            {
                "person": PERSON,
                "occupation": "医師",
                "purpose": "郵便",
                "paper": PAPER,
                "is_foreign_official": True,
            },
            ["foreign_official_reason"],
        ),
        ("company", {"purpose": "登記", "paper": PAPER, "company": COMPANY}, ["acting", "owners"]),
        (
            "company",
            {
                "purpose": "登記",
                "paper": PAPER,
                "company": COMPANY,
                "acting": UNSEEN,
                "owners": [{**PERSON, "ground": "represents"}],
            },
            ["acting: method", "acting: paper"],
        ),
        (
            "company",
            {
                "purpose": "登記",
                "paper": PAPER,
                "company": COMPANY,
                "acting": ACTING,
                "holdings": [
                    {"name": "佐藤 花子", "votes_percent": 30},
                    {"name": "鈴木 一郎", "votes_percent": 26},
                    {"name": "鈴木 一郎", "votes_percent": 4},
                    {"name": "高橋 次郎", "votes_percent": 25},
                ],
                "owners": [{**PERSON, "ground": "over-quarter"}],
            },
            ["owners: 鈴木 一郎"],
        ),
    ],
)
def test_what_a_record_lacks_is_named(kind: str, said: dict[str, object], lacks: list[str]) -> None:
    assert missing(IdentityFacts.model_validate(said), kind) == lacks
