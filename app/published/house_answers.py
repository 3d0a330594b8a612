"""What plans, options and uses cost, as the API answers it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from app.published.answers import YEN, PublishedText, text_of, with_tax
from app.published.house_prices import Dues, OptionOnSale, UseOnSale
from coworking.kit.money import plain


class DuesAnswer(BaseModel):
    plan: str = Field(examples=["all-day"])
    title: PublishedText
    charged_as: Literal["dues", "contribution"]
    amount: str = Field(description=YEN, examples=["13750"])
    amount_with_tax: str
    per: Literal["month", "year"]
    is_by_day: bool = Field(description="Part of a month costs its days only.")


class OptionPriceAnswer(BaseModel):
    option: str = Field(examples=["locker-small"])
    title: PublishedText
    amount: str = Field(description=f"A month. {YEN}", examples=["660"])
    amount_with_tax: str
    is_by_day: bool = Field(description="Part of a month costs its days only.")
    member_plans: list[PublishedText] = Field(description="Whose members can have it; empty: everybody's.")


class UsePriceAnswer(BaseModel):
    purpose: str = Field(examples=["space:meeting-room"])
    title: PublishedText
    amount: str = Field(description=f"Of each started unit. {YEN}", examples=["425"])
    amount_with_tax: str
    unit_minutes: int | None = Field(description="Null: by the piece.")
    most_a_day: str | None = Field(description=f"What a day costs at most. {YEN}")
    member_plans: list[PublishedText] = Field(
        description="Whose price it is; empty: everybody's that no other price of this purpose is for."
    )


def dues_answer(dues: Dues) -> DuesAnswer:
    return DuesAnswer(
        plan=dues.name,
        title=text_of(dues.title),
        charged_as="contribution" if dues.charged_as == "contribution" else "dues",
        amount=plain(dues.amount.kept),
        amount_with_tax=with_tax(dues.amount),
        per="year" if dues.per == "year" else "month",
        is_by_day=dues.is_by_day,
    )


def option_answer(option: OptionOnSale) -> OptionPriceAnswer:
    return OptionPriceAnswer(
        option=option.name,
        title=text_of(option.title),
        amount=plain(option.amount.kept),
        amount_with_tax=with_tax(option.amount),
        is_by_day=option.is_by_day,
        member_plans=[text_of(title) for title in option.member_plans],
    )


def use_answer(use: UseOnSale) -> UsePriceAnswer:
    return UsePriceAnswer(
        purpose=use.purpose,
        title=text_of(use.title),
        amount=plain(use.amount.kept),
        amount_with_tax=with_tax(use.amount),
        unit_minutes=use.unit_minutes,
        most_a_day=plain(use.most_a_day.kept) if use.most_a_day else None,
        member_plans=[text_of(title) for title in use.member_plans],
    )
