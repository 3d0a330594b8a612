"""Operator profiles as a whole: every package's tables, checked against each other.

Shipped profiles stand in the `operators` folder beside the `app` package, in a checkout and in an installed
distribution alike.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, WithJsonSchema

from coworking.billing.profile import BillingProfile
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.profile import (
    Document,
    Problem,
    ProfileError,
    did_you_mean,
    read_document,
    validated,
)
from coworking.kit.profile_fields import Bilingual, Distinct, Misfit, Name, Table, Text, Words, not_among
from coworking.membership.profile import MembershipProfile
from telephony.forwarding.profile import ForwardingProfile
from telephony.metering.profile import CallClass, MeteringProfile, Origin
from telephony.numbers.profile import NumbersProfile, OfficeCapacity

SHIPPED = Path(__file__).resolve().parents[1] / "operators"

_SHIPPED_NAME = re.compile(r"[A-Za-z0-9_-]+")

UNPAID = "unpaid"
"""The reason under which a line is suspended for debt."""

RULE_ID_WORDS = ("規則の番号（例 NEX-09）", "the ID of a rule, such as NEX-09")
RuleId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{2,8}-[0-9]{2,3}$"),
    WithJsonSchema({"type": "string", "allowed": list(RULE_ID_WORDS)}),
]


class OperatorTable(Table):
    """[operator]"""

    name: Name
    title: Bilingual


class ProfileTables(Table):
    """A whole profile file."""

    operator: OperatorTable
    membership: MembershipProfile
    billing: BillingProfile
    numbers: NumbersProfile
    metering: MeteringProfile
    forwarding: ForwardingProfile
    rules: Mapping[RuleId, Distinct[Text]] = Field(default_factory=dict)
    """Rule IDs of a catalogue and the dotted keys that carry them."""

    def misfits(self) -> Iterator[Misfit]:
        yield from self._unknown_member_plans()
        yield from self._quotas_without_capacity()
        yield from self._offices_without_numbers()
        yield from self._line_plans_without_prices()
        yield from self._classes_without_price()
        yield from self._suspension_without_reason()
        yield from self._rules_without_place()

    def _named_member_plans(self) -> Iterator[tuple[tuple[str | int, ...], tuple[str, ...]]]:
        """Every list of member plans in the profile, with its key."""
        for name, line_plan in self.numbers.line_plans.items():
            yield ("numbers", "line_plans", name, "member_plans"), line_plan.member_plans
        yield ("numbers", "last_line_required"), self.numbers.last_line_required
        for index, schedule in enumerate(self.billing.schedules):
            yield ("billing", "schedules", index, "member_plans"), schedule.member_plans
        for index, choice in enumerate(self.billing.payment_choices):
            yield ("billing", "payment_choices", index, "member_plans"), choice.member_plans
        for purpose, fee in self.billing.fees.items():
            yield ("billing", "fees", purpose, "member_plans"), fee.member_plans
        yield ("forwarding", "reception", "member_plans"), self.forwarding.reception.member_plans

    def _unknown_member_plans(self) -> Iterator[Misfit]:
        for key, names in self._named_member_plans():
            for index, name in enumerate(names):
                if name not in self.membership.plans:
                    yield not_among((*key, index), self.membership.plans)
        admitted = {name for plan in self.numbers.line_plans.values() for name in plan.member_plans}
        for name in self.numbers.quotas:
            if name not in admitted:
                yield Misfit(
                    ("numbers", "quotas", name),
                    Words(
                        "回線プランを選べる会員プランではありません", "is no plan that may take a line plan"
                    ),
                    Words(
                        f"次のいずれか: {', '.join(sorted(admitted))}",
                        f"one of {', '.join(sorted(admitted))}",
                    ),
                )

    def _quotas_without_capacity(self) -> Iterator[Misfit]:
        for name, quota in self.numbers.quotas.items():
            plan = self.membership.plans.get(name)
            if isinstance(quota, OfficeCapacity) and plan is not None and not plan.has_private_office:
                yield Misfit(
                    ("numbers", "quotas", name, "kind"),
                    Words(
                        "専用オフィスのないプランには定員がありません",
                        "counts a capacity that this plan does not have",
                    ),
                    Words(
                        f'"fixed-count"、または membership.plans.{name}.has_private_office = true',
                        f'"fixed-count", or membership.plans.{name}.has_private_office = true',
                    ),
                )

    def _offices_without_numbers(self) -> Iterator[Misfit]:
        offered = sorted({code for plan in self.numbers.line_plans.values() for code in plan.area_codes})
        for name, office in self.membership.offices.items():
            if office.area_code not in offered:
                listed = ", ".join(offered)
                yield Misfit(
                    ("membership", "offices", name, "area_code"),
                    Words("どの回線プランにもない市外局番です", "is offered by no line plan"),
                    Words(f"次のいずれか: {listed}", f"one of {listed}"),
                )

    def _line_plans_without_prices(self) -> Iterator[Misfit]:
        for index, card in enumerate(self.metering.rate_cards):
            key = ("metering", "rate_cards", index, "line_plans")
            for name in card.line_plans:
                if name not in self.numbers.line_plans:
                    yield not_among((*key, name), self.numbers.line_plans)
            for name, line_plan in self.numbers.line_plans.items():
                if name not in card.line_plans:
                    yield _unpriced((*key, name))
                    continue
                for call_class in card.line_plans[name]:
                    if call_class.startswith(f"{Origin.DESK}-") and not line_plan.desk_phones:
                        yield Misfit(
                            (*key, name, call_class),
                            Words(
                                "このプランには電話機がありません",
                                "prices a desk phone that this plan does not lend",
                            ),
                            Words(
                                f"この行を消すか numbers.line_plans.{name}.desk_phones = 1",
                                f"no such price, or numbers.line_plans.{name}.desk_phones = 1",
                            ),
                        )

    def _classes_without_price(self) -> Iterator[Misfit]:
        """Whatever may be a destination must have a price on every card."""
        for number_class in self.forwarding.destinations.classes:
            call_class = self.metering.call_class(Origin.FORWARD, number_class)
            if call_class is None:
                yield Misfit(
                    ("metering", "counts_as", number_class),
                    Words(
                        "転送先として使える種類の料金区分がありません",
                        "is missing for an allowed destination class",
                    ),
                    Words('"fixed", "mobile", "ip" のいずれか', 'one of "fixed", "mobile", "ip"'),
                )
                continue
            for index, card in enumerate(self.metering.rate_cards):
                for name, prices in card.line_plans.items():
                    if call_class not in prices:
                        yield _unpriced(("metering", "rate_cards", index, "line_plans", name, call_class))

    def _suspension_without_reason(self) -> Iterator[Misfit]:
        suspends = self.billing.arrears.suspension_after_days is not None
        if suspends and UNPAID not in self.numbers.suspension_reasons:
            yield Misfit(
                ("numbers", "suspension_reasons", UNPAID),
                Words("未払いによる停止の理由がありません", "is missing although unpaid invoices suspend"),
                Words("キー ja, en を持つ表", "a table with the keys ja, en"),
            )

    def _rules_without_place(self) -> Iterator[Misfit]:
        values = self.model_dump(mode="json")
        for rule, places in self.rules.items():
            for index, place in enumerate(places):
                if not _stands(values, place.split(".")):
                    yield Misfit(
                        ("rules", rule, index),
                        Words("そのキーはこのファイルにありません", "is no key of this profile"),
                        Words(
                            "このファイルにあるキー（例 numbers.start）", "a dotted key such as numbers.start"
                        ),
                    )


def _stands(values: Any, path: list[str]) -> bool:
    for part in path:
        if not isinstance(values, dict) or part not in values:
            return False
        values = values[part]
    return True


def _unpriced(key: tuple[str | int, ...]) -> Misfit:
    if isinstance(key[-1], CallClass):
        allowed = Words("unit_seconds と unit_price を持つ表", "a table with unit_seconds and unit_price")
    else:
        allowed = Words("通話種別ごとの料金の表", "a table of prices by call class")
    return Misfit(key, Words("料金がありません", "is missing: it has no price"), allowed)


@dataclass(frozen=True)
class Profile:
    """One version of an operator's rules."""

    tables: ProfileTables

    @property
    def name(self) -> str:
        return self.tables.operator.name

    @property
    def title(self) -> Bilingual:
        return self.tables.operator.title

    @property
    def membership(self) -> MembershipProfile:
        return self.tables.membership

    @property
    def billing(self) -> BillingProfile:
        return self.tables.billing

    @property
    def numbers(self) -> NumbersProfile:
        return self.tables.numbers

    @property
    def metering(self) -> MeteringProfile:
        return self.tables.metering

    @property
    def forwarding(self) -> ForwardingProfile:
        return self.tables.forwarding

    @cached_property
    def document(self) -> dict[str, Any]:
        """All values, defaults included, as JSON holds them."""
        return self.tables.model_dump(mode="json")

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the document as JSON with sorted keys: one for the same rules, however written."""
        canonical = json.dumps(self.document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def calendar(self) -> BusinessCalendar:
        days = self.membership.calendar
        return BusinessCalendar(
            zone=ZoneInfo(days.zone),
            closed_weekdays=frozenset(weekday.number for weekday in days.closed_weekdays),
            closing_days=frozenset(days.closing_days),
            opening_days=frozenset(days.opening_days),
        )

    def rules_at(self, key: str) -> tuple[str, ...]:
        """IDs of the rules that stand at a dotted key or at a table around it."""
        return tuple(
            rule
            for rule, places in self.tables.rules.items()
            if any(key == place or key.startswith(f"{place}.") for place in places)
        )


def shipped_profiles() -> tuple[str, ...]:
    """Names of the profiles that come with this distribution."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


def load_profile(name_or_path: str | Path) -> Profile:
    """A shipped profile by its name, or any by its path. Raises ProfileError that names all its problems."""
    text = str(name_or_path)
    if isinstance(name_or_path, str) and _SHIPPED_NAME.fullmatch(text):
        shipped = shipped_profiles()
        if text not in shipped:
            listed, hint = ", ".join(shipped), did_you_mean(text, shipped)
            wrong = Words(f"同梱の設定にありません{hint.ja}", f"is no shipped profile{hint.en}")
            allowed = Words(f"{listed}、またはファイルのパス", f"{listed}, or the path of a file")
            raise ProfileError(text, [Problem(None, "", "", wrong, allowed)])
        name_or_path = SHIPPED / f"{text}.toml"
    return Profile(validated(ProfileTables, read_document(Path(name_or_path))))


def profile_from_document(document: Mapping[str, Any]) -> Profile:
    """The profile that `Profile.document` was stored from."""
    return Profile(validated(ProfileTables, Document(file="(stored profile)", values=document, lines={})))
