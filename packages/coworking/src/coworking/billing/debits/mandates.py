"""Mandates to debit members' accounts: registered from paper, active once the bank has taken them, then refused or
ended. Account numbers are sealed; nothing that is written elsewhere holds them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing.debits.errors import HolderRefused, MandateExists, MandateFileRefused, MandateState
from coworking.billing.debits.models import DebitMandate, place_of_number
from coworking.billing.payment_methods import ways_to_pay
from coworking.billing.profile import BillingProfile, PaymentMeans
from coworking.billing.zengin.debit_files import BankAccount
from coworking.billing.zengin.records import bank_kana, fits
from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.sealing import FieldKeys
from coworking.membership import contracts_of, hold_member, members_to_charge

State = Literal["applied", "active", "refused", "ended"]
LONGEST = {"holder": 30, "bank_name": 15, "branch_name": 15}
"""Characters of the banks' set."""
IMPORT_COLUMNS = (
    "member_id", "bank_code", "bank_name", "branch_code", "branch_name", "account_kind", "account_number", "holder",
    "signed_on", "state",
)  # fmt: skip
MOST_IMPORTED = 10_000
MEMBERS_AT_ONCE = 1_000
REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class NewMandate:
    """As the paper has it. Names may be written in any kana; `number` has 7 digits."""

    bank_code: str
    branch_code: str
    account_kind: Literal[1, 2]
    number: str
    holder: str
    signed_on: date
    bank_name: str = ""
    branch_name: str = ""
    is_active: bool = False
    """The bank has taken it already."""


def register_mandate(
    session: Session, keys: FieldKeys, member_id: int, new: NewMandate, *, actor: str, now: datetime
) -> DebitMandate:
    """One that is active takes the place of the one before. Raises `NotFound`, `HolderRefused`, `MandateExists`."""
    member = hold_member(session, member_id)
    names = {name: _written(name, getattr(new, name)) for name in LONGEST}
    if not new.is_active and _live(session, member_id, "applied") is not None:
        raise MandateExists
    if new.is_active:
        _end_active(session, member_id, actor, now)
    mandate = DebitMandate(
        operator_id=member.operator_id,
        member_id=member_id,
        bank_code=new.bank_code,
        branch_code=new.branch_code,
        account_kind=new.account_kind,
        sealed_number=b"",
        state="active" if new.is_active else "applied",
        signed_on=new.signed_on,
        registered_at=now,
        registered_by=actor,
        changed_at=now,
        **names,
    )
    session.add(mandate)
    session.flush()
    mandate.sealed_number = keys.seal(new.number, place=place_of_number(mandate))
    session.flush()
    _audit(session, mandate, "registered", actor, now)
    return mandate


def activate_mandate(session: Session, mandate_id: int, *, actor: str, now: datetime) -> DebitMandate:
    """The bank has taken it. Raises `NotFound`, `MandateState`."""
    mandate = _held(session, mandate_id)
    if mandate.state != "applied":
        raise MandateState(state=mandate.state)
    _end_active(session, mandate.member_id, actor, now)
    return _move(session, mandate, "active", None, actor, now)


def refuse_mandate(
    session: Session, mandate_id: int, reason: str, *, actor: str, now: datetime
) -> DebitMandate:
    """The bank has not taken it. Raises `NotFound`, `MandateState`."""
    mandate = _held(session, mandate_id)
    if mandate.state != "applied":
        raise MandateState(state=mandate.state)
    return _move(session, mandate, "refused", reason, actor, now)


def end_mandate(session: Session, mandate_id: int, reason: str, *, actor: str, now: datetime) -> DebitMandate:
    """Nothing more is debited by it; what a bank was asked for goes on. Raises `NotFound`, `MandateState`."""
    mandate = _held(session, mandate_id)
    if mandate.state not in {"applied", "active"}:
        raise MandateState(state=mandate.state)
    return _move(session, mandate, "ended", reason, actor, now)


def import_mandates(
    session: Session, keys: FieldKeys, content: bytes, *, actor: str, now: datetime
) -> list[DebitMandate]:
    """Register every row of a CSV file with IMPORT_COLUMNS, or none. Raises `MandateFileRefused`."""
    registered = []
    for row, member_id, new in _read_rows(content):
        try:
            registered.append(register_mandate(session, keys, member_id, new, actor=actor, now=now))
        except NotFound as error:
            raise MandateFileRefused(row=row, field="member_id") from error
        except HolderRefused as error:
            raise MandateFileRefused(row=row, field=error.facts["field"]) from error
        except MandateExists as error:
            raise MandateFileRefused(row=row, field="state") from error
    return registered


def account_of(mandate: DebitMandate, keys: FieldKeys) -> BankAccount:
    """The account with its number, for the bank's file only."""
    return BankAccount(
        bank_code=mandate.bank_code,
        bank_name=mandate.bank_name,
        branch_code=mandate.branch_code,
        branch_name=mandate.branch_name,
        kind=mandate.account_kind,
        number=keys.open(mandate.sealed_number, place=place_of_number(mandate)),
        holder=mandate.holder,
    )


def active_mandates(session: Session, member_ids: Sequence[int]) -> dict[int, DebitMandate]:
    """By member."""
    rows = session.scalars(
        select(DebitMandate).where(DebitMandate.member_id.in_(member_ids), DebitMandate.state == "active")
    )
    return {row.member_id: row for row in rows}


def members_without_mandate(session: Session, profile: BillingProfile, today: date) -> list[int]:
    """Who pays by direct debit and has no active mandate, so that nothing can be debited (SAK-09)."""
    found: list[int] = []
    after_id = 0
    while batch := members_to_charge(session, after_id=after_id, limit=MEMBERS_AT_ONCE, ended_since=today):
        ways = ways_to_pay(session, profile, contracts_of(session, batch))
        paying = [one for one in batch if ways[one].means is PaymentMeans.DIRECT_DEBIT]
        active = active_mandates(session, paying)
        found += [one for one in paying if one not in active]
        after_id = batch[-1]
    return found


def list_mandates(
    session: Session,
    *,
    member_id: int | None,
    state: State | None,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[DebitMandate]:
    statement = listing.part(select(DebitMandate), DebitMandate.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(DebitMandate.member_id == member_id)
    if state is not None:
        statement = statement.where(DebitMandate.state == state)
    return session.scalars(statement).all()


def _written(field: str, text: str) -> str:
    """A name as banks write it; only the holder's must be there."""
    if not text.strip() and field != "holder":
        return ""
    if not fits(text, LONGEST[field]):
        raise HolderRefused(field=field, most=LONGEST[field])
    return bank_kana(text).strip()


def _live(session: Session, member_id: int, state: State) -> DebitMandate | None:
    return session.scalar(
        select(DebitMandate).where(DebitMandate.member_id == member_id, DebitMandate.state == state)
    )


def _end_active(session: Session, member_id: int, actor: str, now: datetime) -> None:
    before = _live(session, member_id, "active")
    if before is not None:
        _move(session, before, "ended", REPLACED, actor, now)


def _held(session: Session, mandate_id: int) -> DebitMandate:
    mandate = session.get(DebitMandate, mandate_id)
    if mandate is None:
        raise NotFound
    hold_member(session, mandate.member_id)
    session.refresh(mandate)
    return mandate


def _move(
    session: Session, mandate: DebitMandate, state: State, reason: str | None, actor: str, now: datetime
) -> DebitMandate:
    mandate.state, mandate.reason, mandate.changed_at = state, reason, now
    session.flush()
    _audit(session, mandate, state, actor, now)
    return mandate


def _audit(session: Session, mandate: DebitMandate, action: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=mandate.operator_id,
        at=now,
        actor=actor,
        action=f"debit-mandate.{action}",
        subject=f"member:{mandate.member_id}",
        details={"mandate": mandate.id, "bank": mandate.bank_code, "branch": mandate.branch_code},
    )


def _read_rows(content: bytes) -> Iterator[tuple[int, int, NewMandate]]:
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig")), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise MandateFileRefused(row=0, field="csv") from error
    if not rows or tuple(cell.strip() for cell in rows[0]) != IMPORT_COLUMNS:
        raise MandateFileRefused(row=1, field=",".join(IMPORT_COLUMNS))
    if len(rows) > MOST_IMPORTED:
        raise MandateFileRefused(row=MOST_IMPORTED, field="size")
    for number, row in enumerate(rows[1:], start=2):
        if any(row):
            cells = dict(zip(IMPORT_COLUMNS, (cell.strip() for cell in row), strict=False))
            yield number, *_read_row(number, cells)


def _read_row(number: int, cells: dict[str, str]) -> tuple[int, NewMandate]:
    for field, right in (
        ("member_id", _are_digits(cells.get("member_id", ""), range(1, 18))),
        ("bank_code", _are_digits(cells.get("bank_code", ""), [4])),
        ("branch_code", _are_digits(cells.get("branch_code", ""), [3])),
        ("account_kind", cells.get("account_kind") in {"1", "2"}),
        ("account_number", _are_digits(cells.get("account_number", ""), [7])),
        ("state", cells.get("state") in {"applied", "active"}),
    ):
        if not right:
            raise MandateFileRefused(row=number, field=field)
    try:
        signed_on = date.fromisoformat(cells["signed_on"])
    except ValueError as error:
        raise MandateFileRefused(row=number, field="signed_on") from error
    return int(cells["member_id"]), NewMandate(
        bank_code=cells["bank_code"],
        bank_name=cells["bank_name"],
        branch_code=cells["branch_code"],
        branch_name=cells["branch_name"],
        account_kind=1 if cells["account_kind"] == "1" else 2,
        number=cells["account_number"],
        holder=cells["holder"],
        signed_on=signed_on,
        is_active=cells["state"] == "active",
    )


def _are_digits(text: str, lengths: Sequence[int]) -> bool:
    return text.isascii() and text.isdigit() and len(text) in lengths
