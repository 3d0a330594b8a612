"""Direct debit by file: 120-byte requests out, the same records with result codes in. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from coworking.billing.zengin.errors import BankFileRefused, BankFileTotalsWrong
from coworking.billing.zengin.records import Field, read_record, records, write_record
from coworking.kit.profile_fields import Words

RECORD_LENGTH = 120
MOST_DEBITS = 100_000
LARGEST_DEBIT = 9_999_999_999
"""Yen."""

HEADER = (
    Field("record", 1, digits=True), Field("kind", 2, digits=True), Field("code", 1, digits=True),
    Field("collector_code", 10, digits=True), Field("collector_name", 40), Field("debit_day", 4, digits=True),
    Field("bank_code", 4, digits=True), Field("bank_name", 15), Field("branch_code", 3, digits=True),
    Field("branch_name", 15), Field("account_kind", 1, digits=True), Field("account_number", 7, digits=True),
    Field("rest", 17),
)  # fmt: skip
DEBIT = (
    Field("record", 1, digits=True), Field("bank_code", 4, digits=True), Field("bank_name", 15),
    Field("branch_code", 3, digits=True), Field("branch_name", 15), Field("rest_of_branch", 4),
    Field("account_kind", 1, digits=True), Field("account_number", 7, digits=True), Field("holder", 30),
    Field("amount", 10, digits=True), Field("is_first", 1, digits=True), Field("customer", 20, digits=True),
    Field("result", 1), Field("rest", 8),
)  # fmt: skip
TRAILER = (
    Field("record", 1, digits=True), Field("count", 6, digits=True), Field("amount", 12, digits=True),
    Field("paid_count", 6, digits=True), Field("paid_amount", 12, digits=True),
    Field("failed_count", 6, digits=True), Field("failed_amount", 12, digits=True), Field("rest", 65),
)  # fmt: skip
END = (Field("record", 1, digits=True), Field("rest", 119))
DIRECT_DEBIT, JIS = 91, 0


class Result(StrEnum):
    """What the bank says became of a debit."""

    PAID = "0"
    NO_FUNDS = "1"
    NO_ACCOUNT = "2"
    STOPPED_BY_HOLDER = "3"
    NO_MANDATE = "4"
    STOPPED_BY_COLLECTOR = "8"
    OTHER = "9"


RESULT_WORDS = {
    Result.PAID: Words("振替済", "paid"),
    Result.NO_FUNDS: Words("資金不足", "not enough money"),
    Result.NO_ACCOUNT: Words("預金取引なし", "no such account"),
    Result.STOPPED_BY_HOLDER: Words("預金者の都合による振替停止", "stopped by the account holder"),
    Result.NO_MANDATE: Words("預金口座振替依頼書なし", "the bank has no mandate"),
    Result.STOPPED_BY_COLLECTOR: Words("委託者の都合による振替停止", "stopped by the operator"),
    Result.OTHER: Words("その他", "another reason"),
}


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Codes are digits as banks write them; names in the banks' kana; `kind` 1 ordinary, 2 current."""

    bank_code: str
    bank_name: str
    branch_code: str
    branch_name: str
    kind: int
    number: str
    holder: str


@dataclass(frozen=True, slots=True)
class Collector:
    """Who debits: the operator, as its bank knows it."""

    code: str
    name: str
    account: BankAccount


@dataclass(frozen=True, slots=True)
class Debit:
    """`customer` (up to 20 digits) comes back with the result; `is_first`: the first debit of a new mandate."""

    account: BankAccount
    amount: int
    customer: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class DebitResult:
    customer: int
    amount: int
    result: Result


@dataclass(frozen=True, slots=True)
class ResultFile:
    """`debit_month_day` is the day as the file has it, `0626`."""

    collector_code: str
    debit_month_day: str
    results: Sequence[DebitResult]


def write_debits(collector: Collector, debit_on: date, debits: Sequence[Debit]) -> bytes:
    """The request file, each record on a line. Raises ValueError for what the format cannot hold."""
    if not 0 < len(debits) <= MOST_DEBITS:
        raise ValueError(f"a file holds 1 to {MOST_DEBITS} debits")
    if any(not 0 < debit.amount <= LARGEST_DEBIT for debit in debits):
        raise ValueError("an amount is 1 yen or more and has at most 10 digits")
    own = collector.account
    header: dict[str, str | int] = {
        "record": 1, "kind": DIRECT_DEBIT, "code": JIS, "collector_code": collector.code,
        "collector_name": collector.name, "debit_day": f"{debit_on:%m%d}", "bank_code": own.bank_code,
        "bank_name": own.bank_name, "branch_code": own.branch_code, "branch_name": own.branch_name,
        "account_kind": own.kind, "account_number": own.number,
    }  # fmt: skip
    trailer = {"record": 8, "count": len(debits), "amount": sum(debit.amount for debit in debits)}
    lines = [
        write_record(HEADER, header),
        *(write_record(DEBIT, _debit_values(debit)) for debit in debits),
        write_record(TRAILER, trailer),
        write_record(END, {"record": 9}),
    ]
    return b"\r\n".join(lines) + b"\r\n"


def read_results(content: bytes) -> ResultFile:
    """The result file. Raises `BankFileRefused`, `BankFileTotalsWrong`."""
    header: dict[str, str] | None = None
    trailer: dict[str, str] | None = None
    results: list[DebitResult] = []
    for number, record in records(content, RECORD_LENGTH):
        match record[0], header is not None, trailer is not None:
            case "1", False, False:
                header = read_record(HEADER, record, number=number)
                if header["kind"] != str(DIRECT_DEBIT):
                    raise BankFileRefused(record=number, field="kind")
            case "2", True, False:
                results.append(_result(read_record(DEBIT, record, number=number), number))
            case "8", True, False:
                trailer = read_record(TRAILER, record, number=number)
            case "9", True, True:
                pass
            case _:
                raise BankFileRefused(record=number, field="record")
    if header is None or trailer is None:
        raise BankFileRefused(record=0, field="record")
    _check_totals(trailer, results)
    return ResultFile(header["collector_code"], header["debit_day"], results)


def with_results(request: bytes, results: Sequence[Result]) -> bytes:
    """What a bank sends back for a request file, with these results in the order of its debits."""
    header, *debits, _, end = request.split(b"\r\n")[:-1]
    if len(debits) != len(results):
        raise ValueError("one result for each debit")
    told = [line[:111] + result.encode() + line[112:] for line, result in zip(debits, results, strict=True)]
    amounts = [int(line[80:90]) for line in debits]
    paid = [amount for amount, result in zip(amounts, results, strict=True) if result is Result.PAID]
    summed = {
        "record": 8, "count": len(debits), "amount": sum(amounts), "paid_count": len(paid), "paid_amount": sum(paid),
        "failed_count": len(debits) - len(paid), "failed_amount": sum(amounts) - sum(paid),
    }  # fmt: skip
    return b"\r\n".join([header, *told, write_record(TRAILER, summed), end]) + b"\r\n"


def _debit_values(debit: Debit) -> dict[str, str | int]:
    account = debit.account
    return {
        "record": 2, "bank_code": account.bank_code, "bank_name": account.bank_name,
        "branch_code": account.branch_code, "branch_name": account.branch_name, "account_kind": account.kind,
        "account_number": account.number, "holder": account.holder, "amount": debit.amount,
        "is_first": 1 if debit.is_first else 0, "customer": debit.customer, "result": "0",
    }  # fmt: skip


def _result(values: dict[str, str], number: int) -> DebitResult:
    try:
        return DebitResult(int(values["customer"]), int(values["amount"]), Result(values["result"]))
    except ValueError as error:
        raise BankFileRefused(record=number, field="result") from error


def _check_totals(trailer: dict[str, str], results: Sequence[DebitResult]) -> None:
    paid = [one.amount for one in results if one.result is Result.PAID]
    failed = [one.amount for one in results if one.result is not Result.PAID]
    for name, amounts in (("", [*paid, *failed]), ("paid_", paid), ("failed_", failed)):
        said = (int(trailer[f"{name}count"] or 0), int(trailer[f"{name}amount"] or 0))
        found = (len(amounts), sum(amounts))
        if said != found:
            raise BankFileTotalsWrong(said=f"{said[0]} / {said[1]}", found=f"{found[0]} / {found[1]}")
