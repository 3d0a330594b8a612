"""What an operator's profile says about its members: plans, offices, calendar, terms. Pure data."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated

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
    """Hours in which staff answer on these weekdays; half-open, local time."""

    weekdays: SomeDistinct[Weekday]
    opens_at: TimeOfDay
    closes_at: TimeOfDay
    on_holidays: bool = False

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
    """A place where members are served; its area code decides the numbers lent there."""

    place: Bilingual
    area_code: AreaCode
    reception_phone: PhoneOrSip | None = None
    """Rings for visitors before the member they ask for does."""


class Plan(Table):
    """What a member can join as."""

    title: Bilingual
    kinds: SomeDistinct[MemberKind]
    has_private_office: bool = False
    """The contract is for a room of its own with a capacity (a head count), which other rules count by."""


class Joining(Table):
    approval_required: bool
    identity_required: bool
    """No service starts before the identity record is complete."""


class TermsVersion(Table):
    """A version of the terms that binds from its date."""

    version: Name
    valid_from: Day
    changes: Bilingual


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
    prohibited_acts: Mapping[Name, Bilingual] = {}
    """The kinds under which staff record them."""
    terms: tuple[TermsVersion, ...] = ()
    """From the oldest to the newest."""

    def misfits(self) -> Iterator[Misfit]:
        if self.default_office not in self.offices:
            yield not_among(("default_office",), self.offices)
        yield from out_of_order("terms", self.terms)
