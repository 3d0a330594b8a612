"""Identity records: entered, completed, checked, approved by another person where the operator has it so, refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound, ValidationFailed
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.sealing import LONGEST_VALUE, FieldKeys
from coworking.membership.identity.errors import (
    AddressLetterPending,
    AnotherPersonApproves,
    IdentityIncomplete,
    PaperExpired,
    RecordOpen,
    WrongRecordStatus,
)
from coworking.membership.identity.facts import IdentityFacts, Paper, addressee, missing
from coworking.membership.identity.methods import Method, SubjectKind, method_on
from coworking.membership.identity.models import AddressLetter, IdentityRecord, place_of_facts
from coworking.membership.models import Member
from coworking.membership.rules import MemberRules
from coworking.membership.terms import held

OPEN = ("draft", "checked")


@dataclass(frozen=True)
class IdentityRules:
    """What a check goes by: the operator's rules and the keys that its facts are sealed with."""

    members: MemberRules
    keys: FieldKeys

    def today(self, now: datetime) -> date:
        return self.members.calendar.local_date(now)


def confirm_identity(
    session: Session, member_id: int, *, method: str, operator_id: int, actor: str, now: datetime
) -> IdentityRecord:
    """Take over that a member's identity was confirmed elsewhere, without its facts. Raises `NotFound`."""
    if session.get(Member, member_id) is None:
        raise NotFound
    entry = IdentityRecord(
        operator_id=operator_id,
        member_id=member_id,
        status="approved",
        method=method,
        entered_at=now,
        recorded_by=actor,
        verified_at=now,
        approved_by=actor,
    )
    session.add(entry)
    session.flush()
    _record(session, entry, "confirmed", actor, now, method=method)
    return entry


def has_identity(session: Session, member_id: int) -> bool:
    """Whether the member's identity is confirmed, and that has not expired."""
    found = session.scalar(
        select(IdentityRecord.id)
        .where(IdentityRecord.member_id == member_id, IdentityRecord.status == "approved")
        .limit(1)
    )
    return found is not None


def enter_record(
    session: Session,
    rules: IdentityRules,
    member_id: int,
    method: str,
    facts: IdentityFacts | None,
    *,
    actor: str,
    now: datetime,
) -> IdentityRecord:
    """Enter a check of a member's identity. With complete facts it is checked at once, and approved where nothing else
    is asked for; otherwise it waits as a draft. Raises `NotFound`, `ValidationFailed`, `MethodNotValid`, `RecordOpen`,
    `PaperExpired`."""
    member = held(session, member_id)
    way = method_on(method, _kind(member), rules.today(now))
    if _open_record(session, member_id) is not None:
        raise RecordOpen
    entry = IdentityRecord(
        operator_id=member.operator_id,
        member_id=member_id,
        status="draft",
        method=way.name,
        rule_version=way.rule_version,
        letter=way.letter,
        entered_at=now,
        recorded_by=actor,
    )
    session.add(entry)
    session.flush()
    _record(session, entry, "entered", actor, now, method=way.name, rule_version=way.rule_version)
    if facts is not None:
        _write_facts(session, rules, entry, facts, now)
        if not missing(facts, member.kind):
            _check(session, rules, entry, way, actor, now)
    session.flush()
    return entry


def complete_record(
    session: Session,
    rules: IdentityRules,
    record_id: int,
    facts: IdentityFacts,
    *,
    actor: str,
    now: datetime,
) -> IdentityRecord:
    """What a draft says, as a whole; once complete it is checked. A letter that went to another address proves nothing
    any more. Raises `NotFound`, `ValidationFailed`, `WrongRecordStatus`, `MethodNotValid`, `PaperExpired`."""
    entry, member = held_record(session, record_id)
    _require(entry, "draft")
    if addressee(facts_of(rules.keys, entry), member.kind) != addressee(facts, member.kind):
        own = update(AddressLetter).where(AddressLetter.record_id == entry.id)
        session.execute(own.values(usable_until=now, confirmed_at=None))
    _write_facts(session, rules, entry, facts, now)
    _record(session, entry, "completed", actor, now)
    if not missing(facts, member.kind):
        way = method_on(entry.method, _kind(member), rules.today(now))
        _check(session, rules, entry, way, actor, now)
    session.flush()
    return entry


def approve_record(
    session: Session, rules: IdentityRules, record_id: int, *, actor: str, now: datetime
) -> IdentityRecord:
    """The check is right: from now on the member may be served. Raises `NotFound`, `IdentityIncomplete`,
    `WrongRecordStatus`, `MethodNotValid`, `PaperExpired`, `AddressLetterPending`, `AnotherPersonApproves`."""
    entry, member = held_record(session, record_id)
    if entry.status == "draft":
        facts = facts_of(rules.keys, entry) or IdentityFacts()
        raise IdentityIncomplete(missing=", ".join(missing(facts, member.kind)))
    _require(entry, "checked")
    way = method_on(entry.method, _kind(member), rules.today(now))
    _require_valid_paper(entry, rules.today(now))
    if _needs_letter(rules, way) and not address_is_confirmed(session, entry.id):
        raise AddressLetterPending
    if rules.members.profile.identity.four_eyes and actor == entry.checked_by:
        raise AnotherPersonApproves
    _approve(session, rules, entry, actor, now)
    return entry


def refuse_record(
    session: Session, record_id: int, reason: str, *, actor: str, now: datetime
) -> IdentityRecord:
    """Nothing is confirmed by it. Raises `NotFound`, `WrongRecordStatus`."""
    entry, _ = held_record(session, record_id)
    if entry.status not in OPEN:
        raise WrongRecordStatus(status=entry.status)
    entry.status, entry.refusal_reason = "refused", reason
    _record(session, entry, "refused", actor, now)
    session.flush()
    return entry


def facts_of(keys: FieldKeys, entry: IdentityRecord) -> IdentityFacts | None:
    """None where nothing was written down, as of what was taken over."""
    if entry.sealed_facts is None:
        return None
    return IdentityFacts.model_validate_json(keys.open(entry.sealed_facts, place=place_of_facts(entry)))


def held_record(session: Session, record_id: int) -> tuple[IdentityRecord, Member]:
    """The record and its member, whose row stays locked until this transaction ends. Raises `NotFound`."""
    entry = session.get(IdentityRecord, record_id)
    if entry is None:
        raise NotFound
    member = held(session, entry.member_id)
    session.refresh(entry)
    return entry, member


def address_is_confirmed(session: Session, record_id: int) -> bool:
    found = session.scalar(
        select(AddressLetter.id)
        .where(AddressLetter.record_id == record_id, AddressLetter.confirmed_at.is_not(None))
        .limit(1)
    )
    return found is not None


def approve_if_nothing_waits(
    session: Session, rules: IdentityRules, entry: IdentityRecord, way: Method, actor: str, now: datetime
) -> None:
    """Without a second pair of eyes a checked record is approved as soon as its address is confirmed."""
    waits = _needs_letter(rules, way) and not address_is_confirmed(session, entry.id)
    if entry.status == "checked" and not waits and not rules.members.profile.identity.four_eyes:
        _approve(session, rules, entry, actor, now)


def records_of(
    session: Session,
    *,
    member_id: int | None,
    status: str | None,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[IdentityRecord]:
    statement = listing.part(select(IdentityRecord), IdentityRecord.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(IdentityRecord.member_id == member_id)
    if status is not None:
        statement = statement.where(IdentityRecord.status == status)
    return session.scalars(statement).all()


def _check(
    session: Session, rules: IdentityRules, entry: IdentityRecord, way: Method, actor: str, now: datetime
) -> None:
    _require_valid_paper(entry, rules.today(now))
    entry.status, entry.checked_at, entry.checked_by = "checked", now, actor
    _record(session, entry, "checked", actor, now)
    approve_if_nothing_waits(session, rules, entry, way, actor, now)


def _approve(
    session: Session, rules: IdentityRules, entry: IdentityRecord, actor: str, now: datetime
) -> None:
    entry.status, entry.verified_at, entry.approved_by = "approved", now, actor
    entry.repeat_on = _repeat_on(rules, entry, rules.today(now))
    _record(session, entry, "confirmed", actor, now, method=entry.method)
    session.flush()


def _repeat_on(rules: IdentityRules, entry: IdentityRecord, today: date) -> date | None:
    """By the operator's years, or when the paper expires, whichever is first."""
    years = rules.members.profile.identity.repeat_years
    days = [entry.paper_expires_on] if entry.paper_expires_on is not None else []
    if years is not None:
        days.append(years_after(today, years))
    return min(days, default=None)


def years_after(day: date, years: int) -> date:
    """The same day of the year; of a leap day, the day after."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _write_facts(
    session: Session, rules: IdentityRules, entry: IdentityRecord, facts: IdentityFacts, now: datetime
) -> None:
    today = rules.today(now)
    acting, paper = facts.acting, _seen(facts.paper, today)
    if acting is not None:
        _require_way_of_acting(acting.method, today)
        acting = acting.model_copy(update={"paper": _seen(acting.paper, today)})
    facts = facts.model_copy(update={"paper": paper, "acting": acting})
    text = facts.model_dump_json(exclude_defaults=True)
    if len(text.encode()) > LONGEST_VALUE:
        raise ValidationFailed([{"field": "facts", "message": f"at most {LONGEST_VALUE} bytes in all"}])
    entry.sealed_facts = rules.keys.seal(text, place=place_of_facts(entry))
    entry.paper_expires_on = _first_expiry([paper, acting.paper if acting is not None else None])
    session.flush()


def _seen(paper: Paper | None, today: date) -> Paper | None:
    """Today where no day is given."""
    if paper is None or paper.seen_on is not None:
        return paper
    return paper.model_copy(update={"seen_on": today})


def _first_expiry(papers: Sequence[Paper | None]) -> date | None:
    days = [paper.expires_on for paper in papers if paper is not None and paper.expires_on is not None]
    return min(days, default=None)


def _require_way_of_acting(method: str | None, today: date) -> None:
    """One without a letter, as the record's goes to the member. Raises `ValidationFailed`, `MethodNotValid`."""
    if method is not None and method_on(method, "person", today).needs_address_letter:
        raise ValidationFailed([{"field": "facts.acting.method", "message": "a way that needs no letter"}])


def _needs_letter(rules: IdentityRules, way: Method) -> bool:
    return way.needs_address_letter or rules.members.profile.identity.address_letter_always


def _require_valid_paper(entry: IdentityRecord, today: date) -> None:
    if entry.paper_expires_on is not None and entry.paper_expires_on < today:
        raise PaperExpired(expires_on=entry.paper_expires_on.isoformat())


def _require(entry: IdentityRecord, status: str) -> None:
    if entry.status != status:
        raise WrongRecordStatus(status=entry.status)


def _open_record(session: Session, member_id: int) -> IdentityRecord | None:
    return session.scalar(
        select(IdentityRecord).where(IdentityRecord.member_id == member_id, IdentityRecord.status.in_(OPEN))
    )


def _kind(member: Member) -> SubjectKind:
    return "company" if member.kind == "company" else "person"


def _record(
    session: Session, entry: IdentityRecord, action: str, actor: str, now: datetime, **details: str
) -> None:
    record(
        session,
        operator_id=entry.operator_id,
        at=now,
        actor=actor,
        action=f"identity.{action}",
        subject=f"member:{entry.member_id}",
        details={"record": entry.id, **details},
    )
