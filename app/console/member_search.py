"""Members found by what staff type: a part of the name or of its kana, however it is spelt."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, SQLColumnExpression, func, literal_column, or_, select
from sqlalchemy.orm import Session

from coworking.membership.models import Company, Member, Person

LONGEST_SEARCH = 60
MOST_FOUND = 20
# Hiragana are looked for as katakana, so that either finds the other.
HIRAGANA = "".join(chr(code) for code in range(0x3041, 0x3097))
KATAKANA = "".join(chr(ord(letter) + 0x60) for letter in HIRAGANA)
SEARCHED: tuple[SQLColumnExpression[str] | SQLColumnExpression[str | None], ...] = (
    Person.name,
    Person.kana,
    Company.name,
    Company.kana,
)
_FOLD = str.maketrans(HIRAGANA, KATAKANA)


@dataclass(frozen=True, slots=True)
class FoundMember:
    id: int
    name: str
    status: str
    plan: str


def folded(text: str) -> str:
    """Full and half width, upper and lower case, hiragana and katakana, and spaces make no difference."""
    return "".join(unicodedata.normalize("NFKC", text).lower().translate(_FOLD).split())


def search_members(session: Session, text: str, limit: int = MOST_FOUND) -> Sequence[FoundMember]:
    """Members whose own or company's name or kana hold the text, by name; none for an empty text."""
    wanted = folded(text[:LONGEST_SEARCH])
    if not wanted:
        return []
    pattern = f"%{_escaped(wanted)}%"
    name = func.coalesce(Company.name, Person.name)
    statement = (
        select(Member.id, name, Member.status, Member.plan)
        .join(Person, Member.person_id == Person.id)
        .outerjoin(Company, Member.company_id == Company.id)
        .where(or_(*(_folded_column(column).like(pattern) for column in SEARCHED)))
        .order_by(name, Member.id)
        .limit(limit)
    )
    return [FoundMember(*row) for row in session.execute(statement)]


def names_of(session: Session, member_ids: Collection[int]) -> dict[int, str]:
    """The names of these members."""
    statement = (
        select(Member.id, func.coalesce(Company.name, Person.name))
        .join(Person, Member.person_id == Person.id)
        .outerjoin(Company, Member.company_id == Company.id)
        .where(Member.id.in_(member_ids))
    )
    return dict(session.execute(statement).all()) if member_ids else {}


def _escaped(text: str) -> str:
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return text


def _folded_column(column: SQLColumnExpression[str] | SQLColumnExpression[str | None]) -> ColumnElement[str]:
    normal = func.lower(func.normalize(column, literal_column("NFKC")))
    return func.translate(func.regexp_replace(normal, r"\s", "", "g"), HIRAGANA, KATAKANA)
