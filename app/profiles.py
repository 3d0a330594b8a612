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
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, WithJsonSchema

from app.address_misfits import address_misfits
from app.door_misfits import door_misfits
from app.mail_misfits import mail_misfits
from app.money_misfits import money_misfits
from app.reservation_misfits import reservation_misfits
from app.telephony_misfits import Telephony, telephony_misfits
from coworking.billing.profile import BillingProfile
from coworking.doors import DoorsProfile
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.profile import (
    Document,
    Problem,
    ProfileError,
    did_you_mean,
    read_document,
    validated,
)
from coworking.kit.profile_fields import Bilingual, Distinct, Misfit, Name, Table, Text, Words
from coworking.membership.profile import MembershipProfile
from coworking.reservations.profile import ReservationsProfile
from mail_handling import MailProfile
from telephony.forwarding.profile import ForwardingProfile
from telephony.metering.profile import MeteringProfile
from telephony.numbers import LinesNotLent
from telephony.numbers.profile import NumbersProfile
from virtual_office import RegisteredAddressProfile

SHIPPED = Path(__file__).resolve().parents[1] / "operators"

TelephonyTable = TypeVar("TelephonyTable", NumbersProfile, MeteringProfile, ForwardingProfile)

_SHIPPED_NAME = re.compile(r"[A-Za-z0-9_-]+")

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
    numbers: NumbersProfile | None = None
    """This and the two below: all of them, or none where the operator lends no lines."""
    metering: MeteringProfile | None = None
    forwarding: ForwardingProfile | None = None
    doors: DoorsProfile | None = None
    """None: the operator's doors are no business of the service."""
    mail: MailProfile | None = None
    """None: the operator takes in no mail."""
    reservations: ReservationsProfile | None = None
    """None: there is nothing to reserve."""
    registered_address: RegisteredAddressProfile | None = None
    """None: the operator lends no address."""
    rules: Mapping[RuleId, Distinct[Text]] = Field(default_factory=dict)
    """Rule IDs of a catalogue and the dotted keys that carry them."""

    def misfits(self) -> Iterator[Misfit]:
        yield from money_misfits(self.membership, self.billing)
        if self.registered_address is not None:
            yield from address_misfits(self.membership, self.registered_address)
        if self.reservations is not None:
            yield from reservation_misfits(self.membership, self.billing, self.reservations)
        if self.doors is not None:
            yield from door_misfits(self.membership, self.billing, self.doors)
        if self.mail is not None:
            yield from mail_misfits(self.membership, self.billing, self.mail)
        if self.numbers is not None and self.metering is not None and self.forwarding is not None:
            telephony = Telephony(self.numbers, self.metering, self.forwarding)
            yield from telephony_misfits(self.membership, self.billing, telephony)
        else:
            yield from self._lines_by_halves()
        yield from self._rules_without_place()

    def _lines_by_halves(self) -> Iterator[Misfit]:
        tables = {"numbers": self.numbers, "metering": self.metering, "forwarding": self.forwarding}
        there = ", ".join(f"[{name}]" for name, table in tables.items() if table is not None)
        for name, table in tables.items():
            if there and table is None:
                yield Misfit(
                    (name,),
                    Words(f"{there} があるのにありません", f"is missing although there is {there}"),
                    Words(
                        "[numbers] [metering] [forwarding] の三つとも書く。回線を貸さない運営者は三つとも消す",
                        "all of [numbers], [metering] and [forwarding]; none of them where no lines are lent",
                    ),
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
    def doors(self) -> DoorsProfile | None:
        return self.tables.doors

    @property
    def mail(self) -> MailProfile | None:
        """None where no mail is taken in."""
        return self.tables.mail

    @property
    def reservations(self) -> ReservationsProfile | None:
        return self.tables.reservations

    @property
    def registered_address(self) -> RegisteredAddressProfile | None:
        return self.tables.registered_address

    @property
    def lends_lines(self) -> bool:
        return self.tables.numbers is not None

    @property
    def numbers(self) -> NumbersProfile:
        """Raises `LinesNotLent`."""
        return _lent(self.tables.numbers)

    @property
    def metering(self) -> MeteringProfile:
        """Raises `LinesNotLent`."""
        return _lent(self.tables.metering)

    @property
    def forwarding(self) -> ForwardingProfile:
        """Raises `LinesNotLent`."""
        return _lent(self.tables.forwarding)

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


def _lent(table: TelephonyTable | None) -> TelephonyTable:
    if table is None:
        raise LinesNotLent
    return table


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
