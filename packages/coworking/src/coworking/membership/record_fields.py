"""What an operator's profile says about the life of its membership and about what happens at the place."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, WithJsonSchema

from coworking.kit.profile_fields import Bilingual, Name, Table, Words

LINK_WORDS = Words("https:// から始まるアドレス", "an address that starts with https://")
Link = Annotated[
    str,
    StringConstraints(pattern=r"^https://[^\s<>\"']{3,400}$"),
    WithJsonSchema({"type": "string", "allowed": list(LINK_WORDS)}),
]
OFFICE_MAIL_WORDS = Words(
    "メールアドレス（例 office@example.jp）", "a mail address such as office@example.jp"
)
OfficeMail = Annotated[
    str,
    StringConstraints(max_length=254, pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}$"),
    WithJsonSchema({"type": "string", "allowed": list(OFFICE_MAIL_WORDS)}),
]


class GroupOfProfile(Table):
    """A group or a regional forum that members can pick."""

    title: Bilingual
    kind: Literal["working-group", "regional-forum"] = "working-group"
    community_link: Link | None = None


class Community(Table):
    company_list: bool = False
    """Members see the list of member companies."""
    groups: Mapping[Name, GroupOfProfile] = {}


class PartnerFacility(Table):
    """A place of somebody else that members can use, under its own rules."""

    title: Bilingual
    rules: Bilingual
    link: Link | None = None


KeptDays = Annotated[int, Field(ge=1, le=3650)]


MonthsKeptDays = Annotated[int, Field(ge=62, le=3650)]
"""What a month's account still hangs on stays at least until the next is over."""


class RetentionDays(Table):
    """For how many days what no law keeps stays, from the day on which it came about."""

    notice_days: KeptDays = 1095
    """What notices said; that they were sent, and when, stays."""
    inquiry_days: KeptDays = 1095
    mailed_link_days: KeptDays = 90
    sign_in_days: KeptDays = 1
    """Sign-ins that were begun."""
    mail_picture_days: KeptDays = 90
    """Pictures of mail that left."""
    mail_scan_days: KeptDays = 365
    mail_item_days: KeptDays = 1095
    """From the day on which an item left: what was written on it, where it was sent, signatures of who took it. That it
    came and went stays."""
    door_event_days: MonthsKeptDays = 365
    """Who was let in or refused where and when, and what door computers told."""
    visit_days: MonthsKeptDays = 1095
    """From the exit; a visit stays at least as long as what happened at doors on it."""
    reservation_days: MonthsKeptDays = 1095
    """From the end of the time that was reserved. What it cost is in the books."""


class Incidents(Table):
    staff_address: OfficeMail | None = None
    """Where staff are told of changes, reports and inquiries; None: every administrator is told."""
    partner_facilities: Mapping[Name, PartnerFacility] = {}
