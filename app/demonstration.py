"""An example to try things on: an operator's staff, a member with a line, phones to call with; and a place with doors,
where members come and have mail.

Loaded into operators that have no members, once. The passwords are made for this installation and kept in
`var/demonstration.json`, so that every start can print them. The numbers come from the sandbox carrier's stock.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from app.carriers import OperatorsCarrier, buy_numbers
from app.demonstration_accounts import ACTOR, DemonstrationAccount, Example
from app.demonstration_place import load_place
from app.operators import OperatorInForce
from app.settings import DEFAULT, EffectiveSettings, OperatorSettings, Settings
from app.wiring import Composition
from coworking.kit.phone import parse_phone
from coworking.membership import list_members
from telephony.carrier.sandbox import Phone
from telephony.forwarding import Change, WantedDestination, set_forwarding
from telephony.numbers import enter, list_stock, make_control_number, register_phone, rent_line

STOCK_PER_AREA_CODE = 5
FILE = "demonstration.json"
PLACE = "sakura"
NAMED_OPERATOR = "operators[0].profile"

# Outside phones to call from and to; numbers that the plan assigns to nobody in particular.
OUTSIDE_PHONES = (
    ("03-6666-7777", "丸山会計事務所", "fixed"),
    ("090-1234-5678", "佐藤 携帯", "mobile"),
    ("045-670-1234", "佐藤 事務所", "fixed"),
    ("080-2345-6789", "田中 携帯", "mobile"),
)


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What a newcomer needs to know: sign-ins, the number to dial (E.164), the phones that ring."""

    operator: str
    accounts: tuple[DemonstrationAccount, ...]
    number: str
    rings: tuple[str, ...]
    control_number: str | None = None
    """Which members call to steer their lines."""

    @property
    def number_national(self) -> str:
        return parse_phone(self.number).national

    @property
    def rings_national(self) -> str:
        return ", ".join(parse_phone(number).national for number in self.rings)


def load_demonstration(
    composition: Composition, carriers: Sequence[OperatorsCarrier]
) -> Demonstration | None:
    """The demonstration of the first operator on a sandbox: loaded now, or as it was loaded before. None where there is
    no sandbox, or where the operator has members of its own."""
    on_sandbox = next((one for one in carriers if one.sandbox is not None), None)
    if on_sandbox is None or on_sandbox.sandbox is None:
        return None
    for number, name, kind in OUTSIDE_PHONES:
        on_sandbox.sandbox.add_phone(
            Phone(parse_phone(number).e164, name, "mobile" if kind == "mobile" else "fixed")
        )
    file = composition.settings.var_dir / FILE
    operator = on_sandbox.operator
    with composition.database.transaction(operator.id) as session:
        has_members = bool(list_members(session, limit=1))
    if has_members:
        return _read(file)
    bought = {
        area_code: buy_numbers(
            on_sandbox.carrier, composition.settings.public_url, area_code, STOCK_PER_AREA_CODE
        )
        for area_code in _area_codes(operator)
    }
    of_places = [account for place in _places(composition) for account in load_place(composition, place)]
    with composition.database.transaction(operator.id) as session:
        now = composition.clock.now()
        enter(session, operator.id, [row for rows in bought.values() for row in rows], actor=ACTOR, now=now)
        shown = _load(Example(session, composition, operator, now))
        shown = replace(shown, accounts=(*shown.accounts, *of_places))
        _write(file, shown)
    return shown


def _places(composition: Composition) -> list[OperatorInForce]:
    return [operator for operator in composition.operators if not operator.lends_lines]


def with_a_place(effective: EffectiveSettings) -> Settings:
    """A place with doors and mail beside the telephone service, where nobody has named operators."""
    settings = effective.settings
    if effective.origins[NAMED_OPERATOR] != DEFAULT:
        return settings
    operators = (*settings.operators, OperatorSettings(profile=PLACE))
    return settings.model_copy(update={"operators": operators})


def _load(example: Example) -> Demonstration:
    accounts = [*example.open_staff(), example.account("member", "sato")]
    control_number = _make_control_number(example)
    number, rings = _load_member(example, accounts[-1])
    name = example.operator.profile.name
    return Demonstration(name, tuple(accounts), number, rings, control_number)


def _make_control_number(example: Example) -> str:
    """The last number of the stock: members are lent the first ones."""
    last = list_stock(example.session, status="available")[-1]
    return make_control_number(example.session, last.id, actor=ACTOR, now=example.now).number


def _load_member(example: Example, account: DemonstrationAccount) -> tuple[str, tuple[str, ...]]:
    """A member with one line that forwards to a mobile; the line's number and the phones that ring."""
    session, operator, now = example.session, example.operator, example.now
    profile = operator.profile
    plan = next(name for name in profile.membership.plans if profile.numbers.line_plans_for(name))
    member = example.join(account, "佐藤 花子", plan)
    line = rent_line(
        session,
        operator.line_rules(),
        member_id=member.id,
        line_plan=profile.numbers.line_plans_for(plan)[-1],
        area_code=None,
        starts_month=None,
        base_address=None,
        actor=ACTOR,
        now=now,
    )
    mobile = OUTSIDE_PHONES[1][0]
    register_phone(session, operator.line_rules(), line, mobile, actor=ACTOR, now=now)
    set_forwarding(
        session,
        operator.call_rules(),
        line,
        Change(is_on=True, destinations=[WantedDestination(mobile)], unanswered="voicemail"),
        actor=ACTOR,
        channel="task",
        now=now,
    )
    return line.number, (parse_phone(mobile).e164,)


def _area_codes(operator: OperatorInForce) -> list[str]:
    offered = {code for plan in operator.profile.numbers.line_plans.values() for code in plan.area_codes}
    return sorted(offered)


def _write(file: Path, shown: Demonstration) -> None:
    partial = file.with_suffix(".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as out:
        json.dump(asdict(shown), out, ensure_ascii=False, indent=1)
    partial.replace(file)


def _read(file: Path) -> Demonstration | None:
    """As it was written; None where it is gone or is none: the service does without."""
    try:
        kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return Demonstration(
            operator=kept["operator"],
            accounts=tuple(DemonstrationAccount(**account) for account in kept["accounts"]),
            number=kept["number"],
            rings=tuple(kept["rings"]),
            control_number=kept.get("control_number"),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
