from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from coworking.billing.debits.batches import MadeBatch
from coworking.billing.debits.mandates import NewMandate
from coworking.billing.debits.models import DebitBatch, DebitMandate, DebitRow
from coworking.billing.zengin.debit_files import RESULT_WORDS, Result
from coworking.kit.errors import Language
from coworking.kit.money import plain
from coworking.kit.request_days import Day

Kana = Annotated[str, Field(max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]
Reason = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
AccountKind = Literal["ordinary", "current"]
YEN = Field(description="Whole yen as text.", examples=["13750"])


class MandateBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    bank_code: Annotated[str, Field(pattern=r"^[0-9]{4}$")] = Field(examples=["0005"])
    branch_code: Annotated[str, Field(pattern=r"^[0-9]{3}$")] = Field(examples=["331"])
    account_kind: AccountKind = Field(examples=["ordinary"])
    account_number: Annotated[str, Field(pattern=r"^[0-9]{7}$")] = Field(
        description="Kept sealed; answers show its last three digits.", examples=["0012345"]
    )
    holder: Annotated[Kana, Field(min_length=1)] = Field(
        description="In kana, as in the passbook.", examples=["サトウ ハナコ"]
    )
    bank_name: Kana = Field(default="", description="In kana.")
    branch_name: Kana = Field(default="", description="In kana.")
    signed_on: Day | None = Field(default=None, description="The date on the paper; today if left out.")
    is_active: bool = Field(default=False, description="The bank has taken it already.")

    def mandate(self, today: date) -> NewMandate:
        return NewMandate(
            bank_code=self.bank_code,
            branch_code=self.branch_code,
            account_kind=1 if self.account_kind == "ordinary" else 2,
            number=self.account_number,
            holder=self.holder,
            signed_on=self.signed_on or today,
            bank_name=self.bank_name,
            branch_name=self.branch_name,
            is_active=self.is_active,
        )


class ReasonBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Reason = Field(examples=["印鑑相違"])


class MandateAnswer(BaseModel):
    id: int
    member_id: int
    bank_code: str
    bank_name: str
    branch_code: str
    branch_name: str
    account_kind: AccountKind
    account_number: str = Field(description="Its last three digits.", examples=["****345"])
    holder: str
    state: str = Field(description="applied, active, refused, ended.")
    reason: str | None
    signed_on: date
    registered_at: datetime
    changed_at: datetime

    @classmethod
    def of(cls, mandate: DebitMandate, number: str) -> MandateAnswer:
        return cls(
            id=mandate.id,
            member_id=mandate.member_id,
            bank_code=mandate.bank_code,
            bank_name=mandate.bank_name,
            branch_code=mandate.branch_code,
            branch_name=mandate.branch_name,
            account_kind="ordinary" if mandate.account_kind == 1 else "current",
            account_number=f"****{number[-3:]}",
            holder=mandate.holder,
            state=mandate.state,
            reason=mandate.reason,
            signed_on=mandate.signed_on,
            registered_at=mandate.registered_at,
            changed_at=mandate.changed_at,
        )


class ImportAnswer(BaseModel):
    registered: int


class WithoutMandateAnswer(BaseModel):
    member_ids: list[int]


class DebitBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    debit_on: Day = Field(description="A bank business day.", examples=["2026-07-27"])
    also_failed: bool = Field(
        default=False, description="Also invoices that an earlier batch could not collect."
    )


class DebitAnswer(BaseModel):
    id: int
    debit_on: date
    state: str = Field(description="written, settled (its results are read), cancelled.")
    count: int
    amount: str = YEN
    paid_count: int
    paid_amount: str = YEN
    failed_count: int
    failed_amount: str = YEN
    made_at: datetime
    results_at: datetime | None

    @classmethod
    def of(cls, batch: DebitBatch) -> DebitAnswer:
        return cls(
            id=batch.id,
            debit_on=batch.debit_on,
            state=batch.state,
            count=batch.count,
            amount=plain(batch.amount),
            paid_count=batch.paid_count,
            paid_amount=plain(batch.paid_amount),
            failed_count=batch.failed_count,
            failed_amount=plain(batch.failed_amount),
            made_at=batch.made_at,
            results_at=batch.results_at,
        )


class MadeDebitAnswer(BaseModel):
    debit: DebitAnswer
    without_mandate: Sequence[int] = Field(
        description="Members who pay by direct debit and were left out, for want of an active mandate."
    )

    @classmethod
    def of(cls, made: MadeBatch) -> MadeDebitAnswer:
        return cls(debit=DebitAnswer.of(made.batch), without_mandate=list(made.without_mandate))


class DebitRowAnswer(BaseModel):
    id: int = Field(description="The customer number in the bank's files.")
    member_id: int
    invoice: str
    amount: str = YEN
    state: str = Field(description="asked, paid, failed, cancelled.")
    result: str | None = Field(description="The bank's code.")
    result_words: str | None
    payment_id: int | None

    @classmethod
    def of(cls, row: DebitRow, invoice: str, language: Language) -> DebitRowAnswer:
        words = None if row.result is None else getattr(RESULT_WORDS[Result(row.result)], language)
        return cls(
            id=row.id,
            member_id=row.member_id,
            invoice=invoice,
            amount=plain(row.amount),
            state=row.state,
            result=row.result,
            result_words=words,
            payment_id=row.payment_id,
        )
