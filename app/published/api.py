"""The published price list and terms over HTTP, for anybody."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from app.published.answers import YEN, PublishedText, text_of, with_tax
from app.published.house_answers import (
    DuesAnswer,
    OptionPriceAnswer,
    UsePriceAnswer,
    dues_answer,
    option_answer,
    use_answer,
)
from app.published.operators import OperatorsByName
from app.published.price_list import (
    OtherFee,
    PlanOnSale,
    PricedCard,
    PricedCell,
    PriceList,
    price_list,
)
from app.published.versions import State, editions
from coworking.kit.money import TaxMode, plain
from coworking.membership import doorway_of
from coworking.membership.community.published_terms import terms_editions

router = APIRouter(prefix="/api/published", tags=["published"])

OperatorName = Annotated[str, Path(max_length=60, description="The operator's name, such as nex.")]


class PlanAnswer(BaseModel):
    name: str = Field(examples=["incoming-outgoing"])
    title: PublishedText
    member_plans: list[PublishedText] = Field(description="Whose members may take it.")
    area_codes: list[str]
    desk_phones: int
    setup_fee: str = Field(description=YEN, examples=["2500"])
    setup_fee_with_tax: str = Field(examples=["2750"])
    monthly_fee: str = Field(description=YEN, examples=["2000"])
    monthly_fee_with_tax: str = Field(examples=["2200"])
    monthly_fee_per: Literal["line", "desk-phone"]


class FeeAnswer(BaseModel):
    purpose: str = Field(examples=["registered-phone-change"])
    title: PublishedText
    amount: str | None = Field(description=f"{YEN} Null: at cost.")
    amount_with_tax: str | None
    member_plans: list[PublishedText] = Field(description="Who can be charged it; empty: everybody.")


class NightAnswer(BaseModel):
    starts_at: time
    ends_at: time
    unit_price: str
    unit_price_with_tax: str


class CallPriceAnswer(BaseModel):
    unit_seconds: int = Field(description="A started unit counts whole.", examples=[60])
    unit_price: str = Field(description=YEN, examples=["32"])
    unit_price_with_tax: str = Field(examples=["35.2"])
    minimum_units: int
    free_units: int = Field(description="Of a line and month.")
    night: NightAnswer | None


class PriceVersionAnswer(BaseModel):
    valid_from: date
    valid_until: date | None = Field(description="The last day; null while no other version follows.")
    state: State
    control_free_from_desk_phone: bool
    prices: dict[str, dict[str, CallPriceAnswer]] = Field(
        description="By line plan and class of call; what is not there is not offered."
    )


class PricesAnswer(BaseModel):
    operator: str
    title: PublishedText
    on: date = Field(description="Today, where the operator is.")
    tax_mode: TaxMode
    tax_rate: str = Field(examples=["0.1"])
    dues: list[DuesAnswer]
    options: list[OptionPriceAnswer]
    uses: list[UsePriceAnswer]
    line_plans: list[PlanAnswer] = Field(description="Empty where no lines are lent.")
    fees: list[FeeAnswer]
    versions: list[PriceVersionAnswer] = Field(description="The one in force first.")


class TermsVersionAnswer(BaseModel):
    version: str
    valid_from: date
    valid_until: date | None
    state: State
    changes: PublishedText = Field(description="What it changed in the version before.")


class PublishedHours(BaseModel):
    weekdays: list[str]
    opens_at: time
    closes_at: time
    on_holidays: bool
    staffed: bool = Field(description="Staff are there and answer.")


class TermsAnswer(BaseModel):
    operator: str
    title: PublishedText
    on: date = Field(description="Today, where the operator is.")
    office_hours: list[PublishedHours] = Field(description="When the place is open.")
    versions: list[TermsVersionAnswer] = Field(description="The one in force first.")


@router.get("/{operator}/prices", summary="The price list, each version with its date")
def get_prices(operator: OperatorName, request: Request) -> PricesAnswer:
    doorway = doorway_of(request)
    found = doorway.resources[OperatorsByName].named(operator)
    today = found.calendar.local_date(doorway.clock.now())
    listed = price_list(found.profile, today)
    return PricesAnswer(
        operator=found.profile.name,
        title=text_of(found.profile.title),
        on=today,
        tax_mode=listed.tax_mode,
        tax_rate=plain(listed.tax_rate),
        dues=[dues_answer(dues) for dues in listed.dues],
        options=[option_answer(option) for option in listed.options],
        uses=[use_answer(use) for use in listed.uses],
        line_plans=[_plan(plan) for plan in listed.plans],
        fees=[_fee(fee) for fee in listed.fees],
        versions=[_version(listed, card) for card in listed.cards],
    )


@router.get("/{operator}/terms", summary="The terms, each version with its date and what it changed")
def get_terms(operator: OperatorName, request: Request) -> TermsAnswer:
    doorway = doorway_of(request)
    found = doorway.resources[OperatorsByName].named(operator)
    today = found.calendar.local_date(doorway.clock.now())
    membership = found.profile.membership
    with doorway.database.transaction(found.id) as session:
        versions = terms_editions(session, membership)
    return TermsAnswer(
        operator=found.profile.name,
        title=text_of(found.profile.title),
        on=today,
        office_hours=[
            PublishedHours(
                weekdays=[weekday.value for weekday in hours.weekdays],
                opens_at=hours.opens_at,
                closes_at=hours.closes_at,
                on_holidays=hours.on_holidays,
                staffed=hours.staffed,
            )
            for hours in membership.office_hours
        ],
        versions=[
            TermsVersionAnswer(
                version=edition.version.version,
                valid_from=edition.valid_from,
                valid_until=edition.valid_until,
                state=edition.state,
                changes=text_of(edition.version.changes),
            )
            for edition in editions(versions, today)
        ],
    )


def _plan(on_sale: PlanOnSale) -> PlanAnswer:
    plan = on_sale.plan
    return PlanAnswer(
        name=on_sale.name,
        title=text_of(plan.title),
        member_plans=[text_of(title) for title in on_sale.member_plans],
        area_codes=list(plan.area_codes),
        desk_phones=plan.desk_phones,
        setup_fee=plain(on_sale.setup_fee.kept),
        setup_fee_with_tax=with_tax(on_sale.setup_fee),
        monthly_fee=plain(on_sale.monthly_fee.kept),
        monthly_fee_with_tax=with_tax(on_sale.monthly_fee),
        monthly_fee_per=plan.monthly_fee_per.value,
    )


def _fee(fee: OtherFee) -> FeeAnswer:
    return FeeAnswer(
        purpose=fee.purpose,
        title=text_of(fee.title),
        amount=plain(fee.amount.kept) if fee.amount else None,
        amount_with_tax=with_tax(fee.amount) if fee.amount else None,
        member_plans=[text_of(title) for title in fee.member_plans],
    )


def _version(listed: PriceList, card: PricedCard) -> PriceVersionAnswer:
    return PriceVersionAnswer(
        valid_from=card.edition.valid_from,
        valid_until=card.edition.valid_until,
        state=card.edition.state,
        control_free_from_desk_phone=card.edition.version.control_free_from_desk_phone,
        prices={
            on_sale.name: {
                row.call_class.value: _call_price(cell)
                for row in card.rows
                if (cell := row.cells[column]) is not None
            }
            for column, on_sale in enumerate(listed.plans)
        },
    )


def _call_price(cell: PricedCell) -> CallPriceAnswer:
    price = cell.price
    return CallPriceAnswer(
        unit_seconds=price.unit_seconds,
        unit_price=plain(cell.amount.kept),
        unit_price_with_tax=with_tax(cell.amount),
        minimum_units=price.minimum_units,
        free_units=price.free_units,
        night=NightAnswer(
            starts_at=price.night.starts_at,
            ends_at=price.night.ends_at,
            unit_price=plain(cell.night.kept),
            unit_price_with_tax=with_tax(cell.night),
        )
        if price.night and cell.night
        else None,
    )
