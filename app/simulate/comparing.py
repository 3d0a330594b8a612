"""What each member would pay more or less under another profile: a scenario's charges and invoices, month by month."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TextIO

from app.simulate.errors import Sentences
from app.simulate.report import aligned
from app.simulate.results import Result
from app.simulate.scenario import Scenario
from coworking.kit.money import plain

CHECK = "expect"


@dataclass(frozen=True, slots=True)
class Paid:
    """Yen of one member and month: charges by the month of service, invoices by the month of issue."""

    charges: Decimal = Decimal(0)
    invoices: Decimal = Decimal(0)


Months = Mapping[tuple[str, str], Paid]
"""By member and month."""


@dataclass(frozen=True, slots=True)
class Difference:
    member: str
    month: str
    usual: Paid
    compared: Paid


TITLE = Sentences(
    "{scenario}: {usual} と {compared} の差（円）", "{scenario}: {usual} compared with {compared} (yen)"
)
SAME = Sentences("差はありません。", "There is no difference.")
COLUMNS = (
    Sentences("会員", "member"),
    Sentences("月", "month"),
    Sentences("料金", "charges"),
    Sentences("比較", "compared"),
    Sentences("差", "difference"),
    Sentences("請求書", "invoices"),
    Sentences("比較", "compared"),
    Sentences("差", "difference"),
)


def paid_by_month(result: Result) -> Months:
    charges: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    invoices: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in result.collection("charges").entries():
        charges[entry["member"], entry["service_month"]] += Decimal(entry["amount"])
    for entry in result.collection("invoices").entries():
        invoices[entry["member"], str(entry["issued_on"])[:7]] += Decimal(entry["total"])
    return {key: Paid(charges[key], invoices[key]) for key in {*charges, *invoices}}


def differences(usual: Months, compared: Months) -> Iterator[Difference]:
    """Only where something differs, by member and month."""
    for member, month in sorted({*usual, *compared}):
        one, other = usual.get((member, month), Paid()), compared.get((member, month), Paid())
        if one != other:
            yield Difference(member, month, one, other)


def without_checks(scenario: Scenario) -> Scenario:
    """The same life; what it is expected to come to, and what is refused, is said for its own profile only."""
    steps = (
        replace(step, either_way=step.refused is not None) for step in scenario.steps if step.do != CHECK
    )
    return replace(scenario, steps=tuple(steps), expect=())


def write_differences(
    found: list[Difference],
    out: TextIO,
    *,
    scenario: str,
    usual: str,
    compared: str,
    as_json: bool,
    language: str,
) -> None:
    if as_json:
        rows = [
            {
                "member": one.member,
                "month": one.month,
                "charges": plain(one.usual.charges),
                "charges_compared": plain(one.compared.charges),
                "invoices": plain(one.usual.invoices),
                "invoices_compared": plain(one.compared.invoices),
            }
            for one in found
        ]
        answer = {"scenario": scenario, "operator": usual, "compared_with": compared, "differences": rows}
        out.write(json.dumps(answer, ensure_ascii=False) + "\n")
        return
    out.write(TITLE.say(language).format(scenario=scenario, usual=usual, compared=compared) + "\n")
    if not found:
        out.write(SAME.say(language) + "\n")
        return
    header = [column.say(language) for column in COLUMNS]
    out.write("\n".join(aligned([header, *map(_row, found)])) + "\n")


def _row(one: Difference) -> list[str]:
    return [
        one.member,
        one.month,
        plain(one.usual.charges),
        plain(one.compared.charges),
        _signed(one.compared.charges - one.usual.charges),
        plain(one.usual.invoices),
        plain(one.compared.invoices),
        _signed(one.compared.invoices - one.usual.invoices),
    ]


def _signed(amount: Decimal) -> str:
    return f"+{plain(amount)}" if amount > 0 else plain(amount)
