"""What an operator's profile says about direct debit. Pure data."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, WithJsonSchema

from coworking.billing.paper_fields import ACCOUNT_NUMBER_WORDS
from coworking.billing.zengin.records import fits
from coworking.kit.profile_fields import Misfit, Table, Words

KANA = Words("{}文字以内の銀行のカナ（カタカナ・英大文字・数字）", "{} characters at most of the banks' kana")


def _in_quotes(count: int) -> Words:
    return Words(f"引用符で囲んだ{count}桁の数字", f"{count} digits in quotes")


CollectorCode = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{10}$"),
    WithJsonSchema({"type": "string", "allowed": list(_in_quotes(10))}),
]
BankCode = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}$"),
    WithJsonSchema({"type": "string", "allowed": list(_in_quotes(4))}),
]
BranchCode = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{3}$"),
    WithJsonSchema({"type": "string", "allowed": list(_in_quotes(3))}),
]
AccountNumber = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{7}$"),
    WithJsonSchema({"type": "string", "allowed": list(ACCOUNT_NUMBER_WORDS)}),
]
BankWords = Annotated[
    str,
    StringConstraints(max_length=40),
    WithJsonSchema({"type": "string", "allowed": ["40文字以内の文字列", "a text of 40 characters at most"]}),
]

LONGEST = {"collector_name": 40, "bank_name": 15, "branch_name": 15}
"""Characters of the banks' set."""


class DirectDebit(Table):
    """The operator as its bank knows it: who debits, and where the money goes."""

    collector_code: CollectorCode
    collector_name: BankWords
    bank_code: BankCode
    bank_name: BankWords
    branch_code: BranchCode
    branch_name: BankWords
    account_kind: Literal["ordinary", "current"]
    account_number: AccountNumber
    file_days_before: Annotated[int, Field(ge=1, le=20)] | None = None
    """Bank business days before the debit date on which the file is written by itself; None: staff have it written."""

    def misfits(self) -> Iterator[Misfit]:
        for key, most in LONGEST.items():
            if not fits(getattr(self, key), most):
                wrong = Words("銀行の文字で書けません", "cannot be written as banks do")
                yield Misfit((key,), wrong, Words(KANA.ja.format(most), KANA.en.format(most)))
