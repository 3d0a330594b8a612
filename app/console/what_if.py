"""A month that was, under prices that are only thought of: what each member would have paid."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from app.console.call_classes import class_words
from app.console.desk import MONEY, Desk, DeskVisit
from app.console.member_search import names_of
from app.console.months import chosen_month, months_offered, spoken_month
from coworking.kit.errors import UserError, ValidationFailed
from coworking.kit.money import plain
from coworking.kit.web.forms import MOST_FIELDS, Form
from telephony.metering.profile import CallClass, RateCard
from telephony.metering.what_if import Outlook, read_rate_card, what_if

PATH = "/console/what-if"
MOST_SHOWN = 500
LONGEST_CARD = 8_000
OTHER_FIELDS = 6
"""Of the form, beside the prices: token, month, the pasted card, and some to spare."""


@dataclass(frozen=True, slots=True)
class PriceField:
    """One price on the form; `name` is the field's, to which "-s" is added for its seconds."""

    name: str
    line_plan: str
    call_class: str
    unit_seconds: str
    unit_price: str


@dataclass(frozen=True, slots=True)
class MemberOutlook:
    """A member's month now and then; `classes` are what it is made of."""

    name: str
    now: Decimal
    then: Decimal
    classes: Sequence[Outlook]

    @property
    def difference(self) -> Decimal:
        return self.then - self.now


def what_if_routes(desk: Desk) -> list[BaseRoute]:
    return [
        desk.page(PATH, show_form, name="console-what-if", roles=MONEY),
        desk.form(PATH, reckon, name="console-what-if-form", roles=MONEY, refused=_refused),
    ]


def show_form(visit: DeskVisit) -> Response:
    return _page(visit, chosen_month(visit.query, visit.today), {})


def reckon(visit: DeskVisit, form: Form) -> Response:
    """Shows the differences; nothing is stored, so there is nowhere to go to."""
    month = chosen_month(form, visit.today)
    card = _card(visit, form)
    found = what_if(visit.session, visit.operator.call_rules().tariffs, month, card)
    return _page(visit, month, form, outlooks=_by_member(visit, found))


def _refused(visit: DeskVisit, form: Form, error: UserError) -> Response:
    problem = error.sentence(visit.reader.language)
    return _page(visit, chosen_month(form, visit.today), form, problem=problem, status=error.status)


def _page(
    visit: DeskVisit,
    month: str,
    form: Form,
    *,
    outlooks: Sequence[MemberOutlook] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    fields = _fields(visit, form)
    return visit.render(
        "console/what_if.html",
        at="calls",
        status=status,
        tab="what-if",
        month=month,
        months=months_offered(visit.today),
        spoken_month=spoken_month,
        fields=fields if 2 * len(fields) + OTHER_FIELDS <= MOST_FIELDS else [],
        plan_titles={
            name: plan.title.spoken(visit.reader.language)
            for name, plan in visit.operator.profile.numbers.line_plans.items()
        },
        class_words=class_words,
        pasted=form.get("card", ""),
        longest_card=LONGEST_CARD,
        example=_document(visit),
        outlooks=outlooks,
        most_shown=MOST_SHOWN,
        problem=problem,
        path=PATH,
    )


def _in_force(visit: DeskVisit) -> RateCard:
    metering = visit.operator.profile.metering
    return metering.rate_card_on(visit.today) or metering.rate_cards[-1]


def _fields(visit: DeskVisit, form: Form) -> list[PriceField]:
    """The prices in force, or what was entered for them."""
    card = _in_force(visit)
    fields = []
    for line_plan, prices in card.line_plans.items():
        for call_class in CallClass:
            price = prices.get(call_class)
            if price is not None:
                name = f"{line_plan}:{call_class.value}"
                fields.append(
                    PriceField(
                        name,
                        line_plan,
                        call_class.value,
                        form.get(f"{name}-s", str(price.unit_seconds)),
                        form.get(name, plain(price.unit_price)),
                    )
                )
    return fields


def _card(visit: DeskVisit, form: Form) -> RateCard:
    pasted = form.get("card", "").strip()
    if pasted:
        return read_rate_card(_parsed(pasted))
    document = _in_force(visit).model_dump(mode="json")
    for price in _fields(visit, form):
        row = document["line_plans"][price.line_plan][price.call_class]
        row["unit_seconds"] = _whole(price)
        row["unit_price"] = price.unit_price.strip()
    return read_rate_card(document)


def _whole(price: PriceField) -> int:
    text = price.unit_seconds.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise ValidationFailed([{"field": f"{price.name}-s", "message": "a whole number of seconds"}])
    return int(text)


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text[:LONGEST_CARD])
    except (ValueError, RecursionError) as error:
        raise ValidationFailed([{"field": "rate_card", "message": "JSON"}]) from error
    if not isinstance(document, dict):
        raise ValidationFailed([{"field": "rate_card", "message": "an object"}])
    return document


def _document(visit: DeskVisit) -> str:
    document = _in_force(visit).model_dump(mode="json", exclude_defaults=True)
    return json.dumps(document, ensure_ascii=False, indent=1)


def _by_member(visit: DeskVisit, found: Sequence[Outlook]) -> list[MemberOutlook]:
    """The largest differences first."""
    by_member: dict[int, list[Outlook]] = defaultdict(list)
    for outlook in found:
        by_member[outlook.member_id].append(outlook)
    names = names_of(visit.session, by_member.keys())
    outlooks = [
        MemberOutlook(
            names.get(member_id, ""),
            sum((one.amount_now for one in classes), start=Decimal(0)),
            sum((one.amount_then for one in classes), start=Decimal(0)),
            classes,
        )
        for member_id, classes in by_member.items()
    ]
    return sorted(outlooks, key=lambda one: (-abs(one.difference), one.name))
