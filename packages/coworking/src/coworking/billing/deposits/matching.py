"""Whose deposit it is: by the payer's name, the invoice's number in front of it, and the amount. Pure.

A deposit is given to a member by itself only where nothing speaks for anybody else. What differs from the invoice in
its amount alone is still theirs: less pays a part, more is an advance.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

MOST_CANDIDATES = 10


class Ground(StrEnum):
    """What speaks for a member."""

    NAME = "name"
    NUMBER = "invoice-number"
    AMOUNT = "amount"


class Doubt(StrEnum):
    """Why a deposit is left to staff."""

    NOBODY = "nobody-of-that-name"
    SEVERAL = "several-members"
    NOTHING_OPEN = "nothing-open"
    CONTRADICTION = "number-of-another-member"
    NUMBER_ALONE = "number-alone"


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    id: int
    number: str
    serial: int
    member_id: int
    owed: Decimal


@dataclass(frozen=True, slots=True)
class Told:
    """`key` is `payer_key` of the payer's name, `serial` the number that stands in front of it."""

    amount: Decimal
    key: str
    serial: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """`invoice` is the number of the one that it may pay."""

    member_id: int
    ground: Ground
    invoice: str | None


@dataclass(frozen=True, slots=True)
class Match:
    """`invoice_id` is the invoice that it pays first; None: those due first."""

    member_id: int
    invoice_id: int | None


@dataclass(frozen=True, slots=True)
class Unclear:
    doubt: Doubt
    candidates: Sequence[Candidate]


@dataclass
class Accounts:
    """What is known of payers: members by `payer_key`, and the open invoices of each."""

    members_by_key: Mapping[str, Collection[int]]
    invoices: dict[int, list[OpenInvoice]] = field(default_factory=dict)
    by_serial: dict[int, list[OpenInvoice]] = field(init=False)

    def __post_init__(self) -> None:
        self.by_serial = {}
        for invoice in self.all_invoices():
            self.by_serial.setdefault(invoice.serial, []).append(invoice)

    def all_invoices(self) -> Iterator[OpenInvoice]:
        for invoices in self.invoices.values():
            yield from invoices

    def replace(self, member_id: int, invoices: Sequence[OpenInvoice]) -> None:
        """The member's open invoices have changed."""
        self.invoices[member_id] = list(invoices)
        self.__post_init__()


def decide(told: Told, accounts: Accounts) -> Match | Unclear:
    named = sorted(accounts.members_by_key.get(told.key, ())) if told.key else []
    numbered = accounts.by_serial.get(told.serial, []) if told.serial is not None else []
    if numbered:
        return _by_number(told, named, numbered)
    if not named:
        exact = [invoice for invoice in accounts.all_invoices() if invoice.owed == told.amount]
        return Unclear(Doubt.NOBODY, _candidates(exact, Ground.AMOUNT))
    owing = [member_id for member_id in named if accounts.invoices.get(member_id)]
    fitting = [member_id for member_id in owing if _fits(told.amount, accounts.invoices[member_id])]
    if len(named) == 1 and owing:
        [found] = named
    elif len(fitting) == 1:
        [found] = fitting
    else:
        doubt = Doubt.SEVERAL if len(named) > 1 else Doubt.NOTHING_OPEN
        return Unclear(doubt, _named(told.amount, named, accounts))
    return Match(found, _exact(told.amount, accounts.invoices[found]))


def _by_number(told: Told, named: Sequence[int], numbered: Sequence[OpenInvoice]) -> Match | Unclear:
    theirs = [invoice for invoice in numbered if invoice.member_id in named]
    if len(theirs) == 1:
        return Match(theirs[0].member_id, theirs[0].id)
    by_number = _candidates(numbered, Ground.NUMBER)
    if named:
        by_name = [Candidate(member_id, Ground.NAME, None) for member_id in named]
        return Unclear(Doubt.CONTRADICTION, [*by_number, *by_name][:MOST_CANDIDATES])
    if len(numbered) == 1 and numbered[0].owed == told.amount:
        return Match(numbered[0].member_id, numbered[0].id)
    return Unclear(Doubt.NUMBER_ALONE, by_number)


def _fits(amount: Decimal, invoices: Sequence[OpenInvoice]) -> bool:
    """Whether it pays one of them, or all, to the yen."""
    return any(invoice.owed == amount for invoice in invoices) or amount == sum(
        invoice.owed for invoice in invoices
    )


def _exact(amount: Decimal, invoices: Sequence[OpenInvoice]) -> int | None:
    exact = [invoice.id for invoice in invoices if invoice.owed == amount]
    return exact[0] if exact else None


def _named(amount: Decimal, named: Sequence[int], accounts: Accounts) -> list[Candidate]:
    found = []
    for member_id in named[:MOST_CANDIDATES]:
        invoices = accounts.invoices.get(member_id, [])
        exact = next((invoice.number for invoice in invoices if invoice.owed == amount), None)
        found.append(Candidate(member_id, Ground.NAME, exact or (invoices[0].number if invoices else None)))
    return found


def _candidates(invoices: Sequence[OpenInvoice], ground: Ground) -> list[Candidate]:
    return [Candidate(invoice.member_id, ground, invoice.number) for invoice in invoices[:MOST_CANDIDATES]]
