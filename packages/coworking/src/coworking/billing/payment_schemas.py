from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from coworking.billing.cards.models import Card, CardCharge, CardDispute, CardSetup
from coworking.billing.payment_models import Payment
from coworking.billing.payment_record_models import PaymentSlip, Refund
from coworking.billing.profile import PaymentMeans
from coworking.kit.money import plain
from coworking.kit.paging import LARGEST_ID
from coworking.kit.request_days import Day

MOST_YEN = 999_999_999

MemberId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
WholeYen = Annotated[int, Field(ge=1, le=MOST_YEN, description="Whole yen.", examples=[11000])]
Brand = Annotated[
    str,
    Field(max_length=40, description="One of the operator's list, where it has one.", examples=["visa"]),
]
InvoiceNumber = Annotated[str, Field(max_length=40, examples=["NEX-000001"])]
Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
YEN = Field(description="Whole yen as text.", examples=["11000"])


class PaymentBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    member_id: MemberId
    means: PaymentMeans = Field(examples=["bank-transfer"])
    amount: WholeYen
    brand: Brand | None = None
    received_on: Day | None = Field(default=None, description="Today, unless it came in before.")
    invoice: InvoiceNumber | None = Field(
        default=None,
        description="Pays this invoice first; else those due first. What is left is an advance.",
    )
    note: Text = ""
    key: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$",
            description="Of your own; sending it again records nothing twice.",
        ),
    ] = None


class ReversalBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Literal["bounced", "disputed", "mistaken"] = Field(examples=["bounced"])


class RefundBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    amount: WholeYen | None = Field(default=None, description="All that was paid, unless it is less.")
    reason: Text = ""


class WayToPayBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    means: PaymentMeans = Field(examples=["bank-transfer"])
    brand: Brand | None = None


class WayToPayAnswer(BaseModel):
    member_id: int
    means: str
    brand: str | None
    allowed: list[str] = Field(description="The means that this member can choose.")
    brands: dict[str, list[str]] = Field(description="By means, where a payment names its brand.")


class PaidInvoice(BaseModel):
    number: str
    amount: str = YEN


class PaymentAnswer(BaseModel):
    id: int
    member_id: int
    means: str
    brand: str | None
    amount: str = YEN
    received_on: date
    recorded_at: datetime
    note: str
    reverses_id: int | None
    invoices: list[PaidInvoice]

    @classmethod
    def of(cls, payment: Payment, invoices: list[PaidInvoice]) -> PaymentAnswer:
        return cls(
            id=payment.id,
            member_id=payment.member_id,
            means=payment.means,
            brand=payment.brand,
            amount=plain(payment.amount),
            received_on=payment.received_on,
            recorded_at=payment.recorded_at,
            note=payment.note,
            reverses_id=payment.reverses_id,
            invoices=invoices,
        )


class RefundAnswer(BaseModel):
    id: int
    payment_id: int
    amount: str = YEN
    status: str = Field(description="asked: the card provider has not answered yet; done.")

    @classmethod
    def of(cls, refund: Refund) -> RefundAnswer:
        return cls(
            id=refund.id, payment_id=refund.payment_id, amount=plain(refund.amount), status=refund.status
        )


class CardAnswer(BaseModel):
    brand: str
    last_four: str
    expires: str = Field(examples=["2028-04"])
    registered_at: datetime

    @classmethod
    def of(cls, card: Card) -> CardAnswer:
        return cls(
            brand=card.brand,
            last_four=card.last_four,
            expires=card.expires,
            registered_at=card.registered_at,
        )


class CardSetupAnswer(BaseModel):
    id: int
    status: str = Field(description="asked, open (the card is entered at `address`), done.")
    address: str | None
    reference: str | None

    @classmethod
    def of(cls, setup: CardSetup) -> CardSetupAnswer:
        return cls(id=setup.id, status=setup.status, address=setup.address, reference=setup.reference)


class CardStateAnswer(BaseModel):
    card: CardAnswer | None
    setup: CardSetupAnswer | None = Field(description="The latest attempt to register one.")


class CardChargeAnswer(BaseModel):
    id: int
    member_id: int
    invoice: str
    attempt: int
    amount: str = YEN
    status: str = Field(description="asked, unknown, succeeded, declined.")
    reason: str | None
    asked_at: datetime

    @classmethod
    def of(cls, charge: CardCharge, invoice: str) -> CardChargeAnswer:
        return cls(
            id=charge.id,
            member_id=charge.member_id,
            invoice=invoice,
            attempt=charge.attempt,
            amount=plain(charge.amount),
            status=charge.status,
            reason=charge.reason,
            asked_at=charge.asked_at,
        )


class DisputeAnswer(BaseModel):
    id: int
    member_id: int
    invoice: str
    reason: str
    status: str = Field(description="open, won, lost.")
    opened_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, dispute: CardDispute, invoice: str) -> DisputeAnswer:
        return cls(
            id=dispute.id,
            member_id=dispute.member_id,
            invoice=invoice,
            reason=dispute.reason,
            status=dispute.status,
            opened_at=dispute.opened_at,
            closed_at=dispute.closed_at,
        )


class SlipAnswer(BaseModel):
    id: int
    member_id: int
    invoice: str
    mail_on: date
    mailed_at: datetime | None

    @classmethod
    def of(cls, slip: PaymentSlip, invoice: str) -> SlipAnswer:
        return cls(
            id=slip.id,
            member_id=slip.member_id,
            invoice=invoice,
            mail_on=slip.mail_on,
            mailed_at=slip.mailed_at,
        )
