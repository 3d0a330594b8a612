"""Everything that is held about a person, table by table, without secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.people.exported_tables import (
    OF_ACCOUNTS,
    OF_IDENTITY_RECORDS,
    OF_LINES,
    OF_MEMBERS,
    OF_PEOPLE,
    SECRETS,
)
from app.people.holds import recipients_of
from coworking.kit.db import Base, table_of
from coworking.kit.errors import NotFound
from coworking.kit.money import plain
from coworking.kit.notices import Notice
from coworking.membership.identity.models import IdentityRecord
from coworking.membership.models import Account, Company, Member, Person
from telephony.forwarding.models import Call
from telephony.numbers.models import Line, StockNumber

MOST_ROWS = 10_000
"""Of one table; `cut_off` names those of which there are more."""
ALWAYS_LEFT_OUT = {"operator_id", "profile_version_id"}

LINK_SECRET = re.compile(r"\br[a-z]{2}_[0-9]+_[A-Za-z0-9_-]{43}", re.ASCII)
"""What opens an account or takes a change back, as it stands in letters with links."""

Wanted = tuple[str, type[Base], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class PersonExport:
    """`calls` counts a person's calls by direction."""

    person: dict[str, Any]
    tables: dict[str, list[dict[str, Any]]]
    calls: dict[str, int]
    cut_off: Sequence[str]


def export_person(session: Session, person_id: int) -> PersonExport:
    """Raises `NotFound`."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound
    members = list(session.scalars(select(Member.id).where(Member.person_id == person_id)))
    lines = list(session.scalars(select(Line.id).where(Line.member_id.in_(members))))
    accounts = list(session.scalars(select(Account.id).where(Account.person_id == person_id)))
    records = list(session.scalars(select(IdentityRecord.id).where(IdentityRecord.member_id.in_(members))))
    wanted: list[Wanted] = [
        ("accounts", Account, Account.person_id == person_id),
        ("companies", Company, Company.representative_id == person_id),
        ("members", Member, Member.person_id == person_id),
        *_by("member_id", members, OF_MEMBERS),
        *_by("line_id", lines, OF_LINES),
        *_by("record_id", records, OF_IDENTITY_RECORDS),
        *_by("account_id", accounts, OF_ACCOUNTS),
        *_by("person_id", [person_id], OF_PEOPLE),
        ("reserved_numbers", StockNumber, StockNumber.reserved_for_member_id.in_(members)),
        ("notices", Notice, Notice.recipient.in_(recipients_of(members, accounts))),
    ]
    tables: dict[str, list[dict[str, Any]]] = {}
    cut_off = []
    for name, model, condition in wanted:
        rows = _rows(session, model, condition)
        if len(rows) > MOST_ROWS:
            cut_off.append(name)
        tables[name] = rows[:MOST_ROWS]
    calls = session.execute(
        select(Call.direction, func.count()).where(Call.member_id.in_(members)).group_by(Call.direction)
    )
    [own] = _rows(session, Person, Person.id == person_id)
    return PersonExport(own, tables, dict(calls.all()), cut_off)


def _by(column: str, ids: Sequence[int], models: Mapping[str, type[Base]]) -> Iterator[Wanted]:
    for name, model in models.items():
        yield name, model, table_of(model).c[column].in_(ids)


def _rows(session: Session, model: type[Base], condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    table = table_of(model)
    shown = [column for column in table.c if column.name not in ALWAYS_LEFT_OUT | SECRETS]
    statement = (
        select(*shown).select_from(table).where(condition).order_by(*table.primary_key).limit(MOST_ROWS + 1)
    )
    return [
        {name: _shown(value) for name, value in row._mapping.items()} for row in session.execute(statement)
    ]


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return LINK_SECRET.sub("…", value)
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
