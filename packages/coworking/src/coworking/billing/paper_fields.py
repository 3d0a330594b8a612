"""What an operator's profile says about invoices as papers, and the runs that make them. Pure data."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import StringConstraints, WithJsonSchema
from stdnum.jp import cn

from coworking.billing.day_rules import DayRule
from coworking.kit.profile_fields import Bilingual, Misfit, Table, Words

ACCOUNT_NUMBER_WORDS = Words("7桁の口座番号を引用符で囲んだもの", "an account number of 7 digits in quotes")
REGISTRATION_NUMBER_WORDS = Words(
    "Tと13桁の登録番号（例 T7000012050002）。登録していなければ、このキーを消す",
    "T and the 13 digits of the registration, such as T7000012050002; leave the key out if there is none",
)
SERIES_WORDS = Words(
    "英大文字で始まる8文字以内の英大文字と数字", "capital letters and digits, 8 at most, a letter first"
)
HOLDER_WORDS = Words("カナの口座名義（40文字以内）", "the account holder in kana, 40 characters at most")
PHONE_WORDS = Words("30文字以内の電話番号", "a telephone number of 30 characters at most")

AccountNumber = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{7}$"),
    WithJsonSchema({"type": "string", "allowed": list(ACCOUNT_NUMBER_WORDS)}),
]
RegistrationNumber = Annotated[
    str,
    StringConstraints(pattern=r"^T[1-9][0-9]{12}$"),
    WithJsonSchema({"type": "string", "allowed": list(REGISTRATION_NUMBER_WORDS)}),
]
SeriesName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,7}$"),
    WithJsonSchema({"type": "string", "allowed": list(SERIES_WORDS)}),
]
HolderName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40),
    WithJsonSchema({"type": "string", "allowed": list(HOLDER_WORDS)}),
]
PhoneText = Annotated[
    str, StringConstraints(max_length=30), WithJsonSchema({"type": "string", "allowed": list(PHONE_WORDS)})
]


class IssueMode(StrEnum):
    """When an invoice run issues what it found."""

    BY_ITSELF = "by-itself"
    AFTER_REVIEW = "after-review"


class Runs(Table):
    """A run makes the invoices that fall due in a month."""

    opens: DayRule
    """The day of the run, counted from the month in which its invoices fall due."""
    issues: IssueMode
    """`by-itself` on the day of the run, or only when staff have looked at it."""


class BankAccount(Table):
    """Where members transfer to; shown on invoices."""

    bank: Bilingual
    branch: Bilingual
    kind: Literal["ordinary", "current"]
    number: AccountNumber
    holder_kana: HolderName


class Issuer(Table):
    """Who invoices, as the paper shows it."""

    name: Bilingual
    address: Bilingual
    phone: PhoneText = ""
    registration_number: RegistrationNumber | None = None
    """T and 13 digits of a registered issuer of qualified invoices; None: the papers have no such number."""
    is_corporation: bool = True
    """A corporation's registration number holds its corporate number, whose first digit checks the rest."""
    bank_account: BankAccount | None = None

    def misfits(self) -> Iterator[Misfit]:
        number = self.registration_number
        if number is not None and self.is_corporation and not has_right_check_digit(number[1:]):
            yield Misfit(
                ("registration_number",),
                Words(
                    "法人番号の検査用数字が合いません",
                    "has a check digit that does not fit a corporate number",
                ),
                Words(
                    "国税庁に登録した番号（例 T1234567890123 の形）",
                    "the number registered with the tax agency",
                ),
            )


class InvoicePapers(Table):
    """Numbers and looks of what is issued."""

    issuer: Issuer
    series: SeriesName
    """What invoice numbers begin with: `SAK` gives SAK-000001."""
    outside_tax_words: Bilingual | None = None
    """What a paper says that is outside consumption tax."""


def has_right_check_digit(corporate_number: str) -> bool:
    """Whether 13 digits are a corporate number (Ordinance on corporate numbers, art. 2)."""
    return bool(cn.is_valid(corporate_number))
