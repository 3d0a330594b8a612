"""The list of member companies, for members only, and the public list of supporters (JSUG-11)."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership.community.preferences import STANDING
from coworking.membership.models import Company, Member
from coworking.membership.profile import MembershipProfile
from coworking.membership.texts import BilingualText

MOST_ROWS = 20_000
# A cell that begins like this is a formula to a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"
"""Spreadsheets read UTF-8 by it."""


@dataclass(frozen=True, slots=True)
class ListedCompany:
    """`plan` is its class, by the profile's name and title."""

    member_id: int
    name: str
    plan: str
    title: BilingualText
    starts_on: date


def member_companies(
    session: Session,
    profile: MembershipProfile,
    *,
    by_staff: bool,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[ListedCompany]:
    """For staff, and for members where the operator shows it to them; empty for others."""
    if not by_staff and not profile.community.company_list:
        return []
    return _companies(session, profile, None, after_id, limit, listing)


def supporters(
    session: Session,
    profile: MembershipProfile,
    *,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[ListedCompany]:
    """Companies on the plans that the profile lists publicly."""
    plans = [name for name, plan in profile.plans.items() if plan.listed_publicly]
    return _companies(session, profile, plans, after_id, limit, listing)


def companies_csv(companies: Iterable[ListedCompany], language: str) -> str:
    """A file for spreadsheets; what would be a formula there is text."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        ("会社名", "種別", "入会日") if language == "ja" else ("company", "class", "member since")
    )
    for company in companies:
        writer.writerow(
            (
                _plain_text(company.name),
                _plain_text(company.title.spoken(language)),
                company.starts_on.isoformat(),
            )
        )
    return out.getvalue()


def _companies(
    session: Session,
    profile: MembershipProfile,
    plans: Collection[str] | None,
    after_id: int,
    limit: int,
    listing: Listing,
) -> Sequence[ListedCompany]:
    statement = listing.part(
        select(Member.id, Company.name, Member.plan, Member.starts_on).join(
            Company, Member.company_id == Company.id
        ),
        Member.id,
        after_id,
        limit,
    ).where(Member.status.in_(STANDING))
    if plans is not None:
        statement = statement.where(Member.plan.in_(plans))
    return [
        ListedCompany(member_id, name, plan, _title(profile, plan), starts_on)
        for member_id, name, plan, starts_on in session.execute(statement)
    ]


def _title(profile: MembershipProfile, plan: str) -> BilingualText:
    """The plan's own name where the profile has it no more."""
    known = profile.plans.get(plan)
    return BilingualText(known.title.ja, known.title.en) if known else BilingualText(plan, plan)


def _plain_text(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
