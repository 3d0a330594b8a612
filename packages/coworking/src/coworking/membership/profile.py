"""What an operator's profile says about its members: plans, offices, calendar, terms. Pure data."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from coworking.kit.profile_fields import (
    AreaCode,
    Bilingual,
    Day,
    Distinct,
    Misfit,
    Name,
    SomeDistinct,
    Table,
    TimeOfDay,
    Weekday,
    Words,
    ZoneName,
    distinct,
    not_among,
    out_of_order,
)
from coworking.membership.identity_fields import IdentityChecks
from coworking.membership.record_fields import Community, Incidents, RetentionDays


class Language(StrEnum):
    JAPANESE = "ja"
    ENGLISH = "en"


class MemberKind(StrEnum):
    PERSON = "person"
    COMPANY = "company"


class Calendar(Table):
    """Which days count: a business day is no closed weekday, no national holiday and no closing day."""

    zone: ZoneName
    closed_weekdays: Annotated[tuple[Weekday, ...], Field(max_length=6), AfterValidator(distinct)]
    closing_days: Distinct[Day] = ()
    """Closed although neither a closed weekday nor a holiday."""
    opening_days: Distinct[Day] = ()
    """Open although a closed weekday or a holiday."""

    def misfits(self) -> Iterator[Misfit]:
        for index, day in enumerate(self.opening_days):
            if day in self.closing_days:
                yield Misfit(
                    ("opening_days", index),
                    Words("休業日にも書かれています", "is a closing day as well"),
                    Words("closing_days にない日付", "a date that is not in closing_days"),
                )


class OfficeHours(Table):
    """Hours in which the place is open on these weekdays; half-open, local time."""

    weekdays: SomeDistinct[Weekday]
    opens_at: TimeOfDay
    closes_at: TimeOfDay
    on_holidays: bool = False
    staffed: bool = True
    """Staff are there and answer."""

    def misfits(self) -> Iterator[Misfit]:
        if self.closes_at <= self.opens_at:
            yield Misfit(
                ("closes_at",),
                Words("始業時刻より後ではありません", "is not after opens_at"),
                Words(f"{self.opens_at} より後の時刻", f"a time after {self.opens_at}"),
            )


PHONE_OR_SIP_WORDS = Words(
    "+から始まる国際表記の電話番号（例 +81312345678）、またはSIPアドレス（例 sip:reception@desk.example）",
    "a telephone number that starts with + and the country code, such as +81312345678, or a SIP address such as "
    "sip:reception@desk.example",
)
PhoneOrSip = Annotated[
    str,
    StringConstraints(pattern=r"^(\+[1-9][0-9]{6,14}|sips?:[^\s@:<>]{1,64}@[^\s@<>]{1,180})$"),
    WithJsonSchema({"type": "string", "allowed": list(PHONE_OR_SIP_WORDS)}),
]
"""E.164 or a SIP address."""


class Office(Table):
    """A place where members are served."""

    place: Bilingual
    area_code: AreaCode | None = None
    """Decides the numbers lent there; None only where the operator lends none."""
    reception_phone: PhoneOrSip | None = None
    """Rings for visitors before the member they ask for does."""


class UseHours(Table):
    """Hours in which a plan may use the place on these weekdays; half-open, local time."""

    weekdays: SomeDistinct[Weekday]
    from_at: TimeOfDay
    until_at: TimeOfDay

    def misfits(self) -> Iterator[Misfit]:
        if self.until_at <= self.from_at:
            yield Misfit(
                ("until_at",),
                Words("開始時刻より後ではありません", "is not after from_at"),
                Words(f"{self.from_at} より後の時刻", f"a time after {self.from_at}"),
            )


class Plan(Table):
    """What a member can join as."""

    title: Bilingual
    kinds: SomeDistinct[MemberKind]
    has_private_office: bool = False
    """The contract is for a room of its own with a capacity (a head count), which other rules count by."""
    has_contract: bool = True
    """Runs from month to month (or year to year) until it is ended; a plan without one is an account that pays by
    use."""
    most_people: Annotated[int, Field(ge=1, le=1000)] = 1
    """Who may use it at once."""
    hours: tuple[UseHours, ...] = ()
    """Empty: no hours of its own, every use is paid as it comes."""
    hours_a_month: Annotated[int, Field(ge=1, le=744)] | None = None
    """None: as long as its hours allow."""
    free_space_hours: Annotated[int, Field(ge=0, le=744)] = 0
    """Hours of reserved spaces a month without charge."""
    evidence: Bilingual | None = None
    """What an applicant has to show to be eligible."""
    of_company: SomeDistinct[Name] | None = None
    """People who belong to a company on one of these plans, and join by it; None: members in their own right."""
    linked_card_required: bool = False
    """Only with a linked My Number Card."""
    can_pause: bool = False
    """Its contract can be suspended."""
    office_changes_only: bool = False
    """Only the office moves a member to or from this plan."""
    includes: Distinct[Name] = ()
    """Options that are in it without a price of their own."""
    listed_publicly: bool = False
    """Its companies stand on the list that anybody sees."""


class Option(Table):
    """What a member can add to a plan."""

    title: Bilingual
    member_plans: SomeDistinct[Name]
    needs: Distinct[Name] = ()
    """Options that must stand before this one can be taken."""
    most_per_member: Annotated[int, Field(ge=1, le=100)] = 1
    stock: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """How many there are in all; None: as many as wanted."""
    identity_required: bool = False
    """A member adds it with a confirmed identity only: it lends an address, or another service that the law names."""


class Deadline(Table):
    """A moment of a month, which itself still counts as in time; without `at` the whole day does."""

    day: Annotated[int, Field(ge=1, le=28)]
    at: TimeOfDay | None = None


class LeavingByDeadline(Table):
    """Asked by the deadline of a month, a contract ends with that month, otherwise with the next one."""

    kind: Literal["month-end-by-deadline"]
    deadline: Deadline
    may_name_later_month: bool = False


class LeavingAtOnce(Table):
    """A contract ends on the day on which the member says so."""

    kind: Literal["at-once"]


Leaving = Annotated[LeavingByDeadline | LeavingAtOnce, Field(discriminator="kind")]


class PlanChange(Table):
    """Asked by the deadline of the month before, another plan begins on the 1st."""

    deadline: Deadline
    upgrade_at_once: bool
    """A plan with higher dues can begin during the month."""


class Pause(Table):
    """Suspension of a contract without dues, from the 1st of the month after the one in whose deadline it was asked."""

    deadline: Deadline
    least_months: Annotated[int, Field(ge=1, le=24)] = 1
    most_months: Annotated[int, Field(ge=1, le=24)]
    answer_days: Annotated[int, Field(ge=1, le=90)]
    """Who has not come back is asked; without an answer for so many days the contract ends."""

    def misfits(self) -> Iterator[Misfit]:
        if self.most_months < self.least_months:
            yield Misfit(
                ("most_months",),
                Words("最短の月数より短い", "is less than least_months"),
                Words(f"{self.least_months} 以上の整数", f"a whole number of {self.least_months} or more"),
            )


class Contracts(Table):
    leaving: Leaving
    plan_change: PlanChange | None = None
    """None: plans are not changed."""
    pause: Pause | None = None
    """None: contracts are not suspended."""
    until_address_moved: Distinct[Name] = ()
    """Options that lend an address: who had one, in the plan or beside it, goes on paying by the month after the end
    until the address is proven to have moved."""


class Joining(Table):
    approval_required: bool
    identity_required: bool
    """No service starts before the identity record is complete."""
    confirmation_required: bool = False
    """An account is complete when the link in its first mail was opened."""
    least_age: Annotated[int, Field(ge=0, le=30)] | None = None
    declarations: Mapping[Name, Bilingual] = {}
    """What every applicant declares."""
    refusal_reasons: Annotated[Mapping[Name, Bilingual], Field(min_length=1)]
    reason_disclosed: bool = True
    """A refused applicant is told the reason."""


class TermsVersion(Table):
    """A version of the terms that binds from its date."""

    version: Name
    valid_from: Day
    changes: Bilingual


class House(Table):
    """What members read on their own page about the use of the place."""

    free_talk: tuple[UseHours, ...] = ()
    """Hours in which one may talk at the seats."""
    notes: Mapping[Name, Bilingual] = {}
    lends: Mapping[Name, Bilingual] = {}
    """Things that are lent free of charge and come back."""


class LeftThings(Table):
    """What is left behind at the place is kept so long, from the day it was found."""

    kept_months: Annotated[int, Field(ge=1, le=24)] = 1


class MembershipProfile(Table):
    """[membership]"""

    language: Language
    """The operator's first language, also the one that callers hear."""
    default_office: Name
    calendar: Calendar
    office_hours: Annotated[tuple[OfficeHours, ...], Field(min_length=1)]
    joining: Joining
    offices: Annotated[Mapping[Name, Office], Field(min_length=1)]
    plans: Annotated[Mapping[Name, Plan], Field(min_length=1)]
    options: Mapping[Name, Option] = {}
    contracts: Contracts
    prohibited_acts: Mapping[Name, Bilingual] = {}
    """The kinds under which staff record them."""
    limit_reasons: Mapping[Name, Bilingual] = {}
    """For which staff limit a member's use or strike the registration."""
    inquiry_categories: Mapping[Name, Bilingual] = {}
    """What an inquiry can be about."""
    left_things: LeftThings = LeftThings()
    house: House = House()
    terms: tuple[TermsVersion, ...] = ()
    """From the oldest to the newest."""
    community: Community = Community()
    incidents: Incidents = Incidents()
    identity: IdentityChecks = IdentityChecks()
    retention: RetentionDays = RetentionDays()

    def misfits(self) -> Iterator[Misfit]:
        if self.default_office not in self.offices:
            yield not_among(("default_office",), self.offices)
        yield from out_of_order("terms", self.terms)
        yield from self._plans_without_base()
        yield from self._options_without_base()

    def _plans_without_base(self) -> Iterator[Misfit]:
        for name, plan in self.plans.items():
            for index, company_plan in enumerate(plan.of_company or ()):
                companies = [other for other, base in self.plans.items() if MemberKind.COMPANY in base.kinds]
                if company_plan not in companies:
                    yield not_among(("plans", name, "of_company", index), companies)
            for index, option in enumerate(plan.includes):
                if option not in self.options:
                    yield not_among(("plans", name, "includes", index), self.options)
            if plan.can_pause and self.contracts.pause is None:
                yield Misfit(
                    ("plans", name, "can_pause"),
                    Words("休会の定めがありません", "is true although nothing is said about pauses"),
                    Words(
                        "false、または membership.contracts.pause の表",
                        "false, or a table membership.contracts.pause",
                    ),
                )

    def _options_without_base(self) -> Iterator[Misfit]:
        for index, kept in enumerate(self.contracts.until_address_moved):
            if kept not in self.options:
                yield not_among(("contracts", "until_address_moved", index), self.options)
        for name, option in self.options.items():
            for index, plan_name in enumerate(option.member_plans):
                if plan_name not in self.plans:
                    yield not_among(("options", name, "member_plans", index), self.plans)
            for index, needed in enumerate(option.needs):
                if needed not in self.options or needed == name:
                    others = tuple(other for other in self.options if other != name)
                    yield not_among(("options", name, "needs", index), others)
