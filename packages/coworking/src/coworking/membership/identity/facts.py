"""What an identity record says, and what it must say before it is complete. Pure.

The fields are those that Article 20 of the ordinance asks for: who was confirmed, by which paper, what the contract is
for, the occupation or business, for a company who acts for it by what authority and who owns it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

OVER_HALF = Decimal(50)
OVER_QUARTER = Decimal(25)
"""Percent of the votes; who has more than the first owns alone, otherwise everybody who has more than the second
(Article 11)."""
MOST_OWNERS = 20

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Passage = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NaturalPerson(Part):
    name: Line = Field(examples=["佐藤 花子"])
    kana: Line | None = None
    address: Line = Field(examples=["富山県富山市新桜町1-1"])
    birth_date: date = Field(examples=["1990-04-01"])
    nationality: Line | None = Field(default=None, description="Of who has no address in Japan.")


class Paper(Part):
    """The paper that was shown or sent. No My Number and no number of a pension or insurance belongs here."""

    title: Line = Field(examples=["運転免許証"])
    number: Line | None = Field(default=None, description="What tells this paper from others of its kind.")
    issued_by: Line | None = None
    expires_on: date | None = Field(default=None, description="The last day on which it is valid.")
    seen_on: date | None = Field(default=None, description="Shown or received; today if left out.")


class CompanyFacts(Part):
    name: Line = Field(examples=["株式会社さくら"])
    address: Line = Field(description="Of the head office.", examples=["富山県富山市新桜町1-1"])
    corporate_number: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{12}$")] | None = None
    business: Line = Field(description="By its articles or the registry.", examples=["ソフトウェアの開発"])
    business_paper: Line = Field(description="Where the business was read.", examples=["登記事項証明書"])


class ActingPerson(NaturalPerson):
    """Who acts for the member. Confirmed as well (Article 12), by a way and a paper of its own."""

    relation: Line = Field(examples=["代表取締役"])
    authority: Literal["registered-representative", "power-of-attorney", "confirmed-by-call", "other"] = (
        Field(
            description="Why the person may act: by the registry, by a letter of attorney, as the company confirmed.",
            examples=["registered-representative"],
        )
    )
    authority_note: Line | None = None
    method: Line | None = Field(
        default=None, description="A way for people that needs no letter.", examples=["my-number-card"]
    )
    paper: Paper | None = None


class Holding(Part):
    """Who has how much of the votes, directly and through others."""

    name: Line
    votes_percent: Annotated[Decimal, Field(ge=0, le=100, max_digits=7, decimal_places=4)]


class BeneficialOwner(NaturalPerson):
    ground: Literal["over-half", "over-quarter", "dominating-influence", "represents"]
    confirmed_by: Line | None = Field(
        default=None,
        description="How this was confirmed, with the paper's name; left out, who acts for the member told it.",
        examples=["株主名簿"],
    )


class IdentityFacts(Part):
    """`person` or `company`, as the member is; `acting` for a company, and for a person for whom another acts."""

    person: NaturalPerson | None = None
    company: CompanyFacts | None = None
    purpose: Line | None = Field(
        default=None, description="What the contract is for.", examples=["郵便物の受け取りと事務所の住所"]
    )
    occupation: Line | None = Field(default=None, description="Of a person.", examples=["デザイナー"])
    paper: Paper | None = None
    acting: ActingPerson | None = None
    holdings: Annotated[list[Holding], Field(max_length=MOST_OWNERS)] = []
    owners: Annotated[list[BeneficialOwner], Field(max_length=MOST_OWNERS)] = []
    is_foreign_official: bool = Field(
        default=False, description="Holds or held a high public office abroad, or is close to who does."
    )
    foreign_official_reason: Passage | None = None
    other_name: Line | None = Field(default=None, description="Under which the contract is made, if another.")
    other_name_reason: Passage | None = None
    notes: Passage | None = None


def beneficial_owners(votes: Mapping[str, Decimal]) -> set[str]:
    """Whose share makes them owners: who has over half of the votes, otherwise all who have over a quarter. Empty: who
    dominates the company otherwise, or represents it, is to be named."""
    for name, percent in votes.items():
        if percent > OVER_HALF:
            return {name}
    return {name for name, percent in votes.items() if percent > OVER_QUARTER}


def addressee(facts: IdentityFacts | None, kind: str) -> tuple[str, str] | None:
    """Name and address of the `person` or `company` whom the record is about, whoever else it names."""
    named = None if facts is None else facts.company if kind == "company" else facts.person
    return (named.name, named.address) if named is not None else None


def missing(facts: IdentityFacts, kind: str) -> Sequence[str]:
    """The fields that a complete record of a `person` or a `company` still lacks."""
    return list(_missing(facts, kind))


def _missing(facts: IdentityFacts, kind: str) -> Iterator[str]:
    for name in ("purpose", "paper"):
        if getattr(facts, name) is None:
            yield name
    if facts.is_foreign_official and facts.foreign_official_reason is None:
        yield "foreign_official_reason"
    if facts.other_name is not None and facts.other_name_reason is None:
        yield "other_name_reason"
    if kind == "person":
        if facts.person is None:
            yield "person"
        if facts.occupation is None:
            yield "occupation"
        if facts.acting is not None:
            yield from _missing_of_acting(facts.acting)
        return
    if facts.company is None:
        yield "company"
    yield from _missing_of_acting(facts.acting)
    yield from _missing_owners(facts)


def _missing_of_acting(acting: ActingPerson | None) -> Iterator[str]:
    if acting is None:
        yield "acting"
        return
    for name in ("method", "paper"):
        if getattr(acting, name) is None:
            yield f"acting: {name}"


def _missing_owners(facts: IdentityFacts) -> Iterator[str]:
    named = {owner.name for owner in facts.owners}
    if not named:
        yield "owners"
    for name in sorted(beneficial_owners(_votes(facts.holdings)) - named):
        yield f"owners: {name}"


def _votes(holdings: Sequence[Holding]) -> dict[str, Decimal]:
    """Several lines of one name count together."""
    votes: dict[str, Decimal] = {}
    for holding in holdings:
        votes[holding.name] = votes.get(holding.name, Decimal(0)) + holding.votes_percent
    return votes
