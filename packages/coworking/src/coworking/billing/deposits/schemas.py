from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from coworking.billing.deposits.matching import Candidate, Match, Unclear
from coworking.billing.deposits.models import Deposit, DepositFile, PayerName
from coworking.kit.money import plain
from coworking.kit.paging import LARGEST_ID

Status = Literal["unmatched", "assigned", "ignored"]
YEN = Field(description="Whole yen as text.", examples=["13750"])


class AssignBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    member_id: Annotated[int, Field(ge=1, le=LARGEST_ID)] = Field(examples=[1])
    invoice: Annotated[str, Field(max_length=40)] | None = Field(
        default=None, description="Pays this invoice first; else those due first.", examples=["SAK-000001"]
    )
    remember: bool = Field(
        default=True, description="From now on, deposits under this payer's name are this member's."
    )


class IgnoreBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Annotated[
        str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")
    ] = Field(description="Why it is nobody's payment.", examples=["預金利息"])


class DepositFileAnswer(BaseModel):
    id: int
    deposits: int = Field(description="In the file.")
    entered: int = Field(description="Of them new; the others were known from another file.")
    amount: str = YEN
    read_at: datetime

    @classmethod
    def of(cls, file: DepositFile) -> DepositFileAnswer:
        return cls(
            id=file.id,
            deposits=file.deposits,
            entered=file.entered,
            amount=plain(file.amount),
            read_at=file.read_at,
        )


class CandidateAnswer(BaseModel):
    member_id: int
    why: str = Field(description="name, invoice-number, amount.")
    invoice: str | None = Field(description="The invoice that it may pay.")

    @classmethod
    def of(cls, candidate: Candidate) -> CandidateAnswer:
        return cls(member_id=candidate.member_id, why=candidate.ground.value, invoice=candidate.invoice)


class DepositAnswer(BaseModel):
    id: int
    file_id: int
    received_on: date
    amount: str = YEN
    payer: str
    status: Status
    member_id: int | None
    payment_id: int | None
    reason: str | None = Field(description="Why it is ignored.")
    decided_at: datetime | None
    decided_by: str | None = Field(description="`matching`, or who of the staff.")
    doubt: str | None = Field(
        description=(
            "Why an unmatched deposit was left to staff: nobody-of-that-name, several-members, nothing-open, "
            "number-of-another-member, number-alone."
        )
    )
    candidates: list[CandidateAnswer]

    @classmethod
    def of(cls, deposit: Deposit, decision: Match | Unclear | None) -> DepositAnswer:
        """`decision` is what matching says of an unmatched one today."""
        candidates: Sequence[CandidateAnswer] = ()
        if isinstance(decision, Unclear):
            candidates = [CandidateAnswer.of(one) for one in decision.candidates]
        elif isinstance(decision, Match):
            candidates = [CandidateAnswer(member_id=decision.member_id, why="name", invoice=None)]
        return cls(
            id=deposit.id,
            file_id=deposit.file_id,
            received_on=deposit.received_on,
            amount=plain(deposit.amount),
            payer=deposit.payer,
            status=deposit.status,
            member_id=deposit.member_id,
            payment_id=deposit.payment_id,
            reason=deposit.reason,
            decided_at=deposit.decided_at,
            decided_by=deposit.decided_by,
            doubt=decision.doubt.value if isinstance(decision, Unclear) else None,
            candidates=list(candidates),
        )


class PayerNameAnswer(BaseModel):
    id: int
    member_id: int
    name: str = Field(examples=["ﾀﾅｶ ｲﾁﾛｳ"])
    learned_at: datetime

    @classmethod
    def of(cls, name: PayerName) -> PayerNameAnswer:
        return cls(id=name.id, member_id=name.member_id, name=name.name, learned_at=name.learned_at)
