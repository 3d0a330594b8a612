"""Versions of the terms: published, announced, accepted, binding (NET-23, SAK-38).

A version stands in the profile or was published by staff. It binds from its date without single consent: one that staff
publish is announced to the members first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.membership.community.announcements import NewAnnouncement, announce
from coworking.membership.community.errors import TermsTooSoon, TermsVersionTaken, TermsVersionUnknown
from coworking.membership.community.models import PublishedTerms, TermsAcceptance
from coworking.membership.members import get_member
from coworking.membership.profile import MembershipProfile
from coworking.membership.texts import BilingualText


@dataclass(frozen=True, slots=True)
class TermsEdition:
    """A version that binds from `valid_from`, a local date. `announced_at` is None for those of the profile."""

    version: str
    valid_from: date
    changes: BilingualText
    announced_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MemberTerms:
    """`is_binding` for the one version in force; `accepted_at` is None where the member has not accepted it."""

    edition: TermsEdition
    is_binding: bool
    accepted_at: datetime | None


def terms_editions(session: Session, profile: MembershipProfile) -> Sequence[TermsEdition]:
    """Of the profile and of staff, from the oldest to the newest."""
    editions = [
        TermsEdition(one.version, one.valid_from, BilingualText(one.changes.ja, one.changes.en))
        for one in profile.terms
    ]
    named = {edition.version for edition in editions}
    for row in session.scalars(select(PublishedTerms)):
        if row.version not in named:
            changes = BilingualText(ja=row.changes_ja, en=row.changes_en)
            editions.append(TermsEdition(row.version, row.valid_from, changes, row.published_at))
    return sorted(editions, key=lambda edition: edition.valid_from)


def binding_on(editions: Sequence[TermsEdition], day: date) -> TermsEdition | None:
    """The newest one whose date has come, of editions from the oldest to the newest."""
    return next((edition for edition in reversed(editions) if edition.valid_from <= day), None)


def publish_terms(
    session: Session,
    profile: MembershipProfile,
    new: TermsEdition,
    *,
    today: date,
    operator_id: int,
    actor: str,
    now: datetime,
) -> TermsEdition:
    """Publish a version and announce it to every member. Raises `TermsVersionTaken`, `TermsTooSoon`."""
    for edition in terms_editions(session, profile):
        if new.version == edition.version or new.valid_from == edition.valid_from:
            raise TermsVersionTaken
    if new.valid_from <= today:
        raise TermsTooSoon
    announcement = announce(
        session, profile, _announcement(new), operator_id=operator_id, actor=actor, now=now
    )
    row = PublishedTerms(
        operator_id=operator_id,
        version=new.version,
        valid_from=new.valid_from,
        changes_ja=new.changes.ja,
        changes_en=new.changes.en,
        announcement_id=announcement.id,
        published_at=now,
        published_by=actor,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise TermsVersionTaken from error
    record(
        session,
        operator_id=operator_id,
        at=now,
        actor=actor,
        action="terms.published",
        subject=f"terms:{row.id}",
        details={"version": new.version, "valid_from": new.valid_from.isoformat()},
    )
    return TermsEdition(new.version, new.valid_from, new.changes, now)


def accept_terms(
    session: Session, profile: MembershipProfile, member_id: int, version: str, *, actor: str, now: datetime
) -> None:
    """Record that the member accepts a version; the first time counts. Raises `NotFound`, `TermsVersionUnknown`."""
    member = get_member(session, member_id)
    versions = [edition.version for edition in terms_editions(session, profile)]
    if version not in versions:
        raise TermsVersionUnknown(version=version, allowed=", ".join(versions))
    row = {
        "member_id": member_id,
        "version": version,
        "operator_id": member.operator_id,
        "accepted_at": now,
        "accepted_by": actor,
    }
    accepted = session.execute(
        insert(TermsAcceptance).values(row).on_conflict_do_nothing().returning(TermsAcceptance.version)
    ).first()
    if accepted is not None:
        record(
            session,
            operator_id=member.operator_id,
            at=now,
            actor=actor,
            action="terms.accepted",
            subject=f"member:{member_id}",
            details={"version": version},
        )


def accept_present_terms(
    session: Session, profile: MembershipProfile, member_id: int, *, today: date, actor: str, now: datetime
) -> None:
    """Registering is accepting the terms that are in force; nothing where the operator has none. Raises `NotFound`."""
    present = binding_on(terms_editions(session, profile), today)
    if present is not None:
        accept_terms(session, profile, member_id, present.version, actor=actor, now=now)


def terms_of_member(
    session: Session, profile: MembershipProfile, member_id: int, today: date
) -> Sequence[MemberTerms]:
    """Every version, from the oldest to the newest. Raises `NotFound`."""
    get_member(session, member_id)
    accepted = dict(
        session.execute(
            select(TermsAcceptance.version, TermsAcceptance.accepted_at).where(
                TermsAcceptance.member_id == member_id
            )
        ).all()
    )
    editions = terms_editions(session, profile)
    present = binding_on(editions, today)
    return [MemberTerms(edition, edition == present, accepted.get(edition.version)) for edition in editions]


def _announcement(new: TermsEdition) -> NewAnnouncement:
    day = new.valid_from
    return NewAnnouncement(
        kind="notice",
        subject=BilingualText(
            ja=f"規約の変更のお知らせ（{day:%Y年%m月%d日}から）", en=f"The terms change on {day.isoformat()}"
        ),
        body=BilingualText(
            ja=f"規約の新しい版（{new.version}）は{day:%Y年%m月%d日}から効力を持ちます。\n変更点: {new.changes.ja}\n"
            "個別の同意がなくても、この日から適用されます。",
            en=f"A new version of the terms ({new.version}) is in force from {day.isoformat()}.\n"
            f"What changes: {new.changes.en}\nIt binds from that day without single consent.",
        ),
    )
