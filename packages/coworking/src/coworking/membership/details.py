"""Members keep their data current (NET-19, SAK-46, JSUG-04); the name of a company is the office's (JSUG-05)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import Language, NotFound, UserError
from coworking.kit.events import tell
from coworking.kit.notices import notify
from coworking.kit.profile_fields import Bilingual
from coworking.membership.contract_errors import OfficeOnly
from coworking.membership.events import NotificationAddressChanged
from coworking.membership.members import get_member
from coworking.membership.models import Company, Member, Person
from coworking.membership.profile import MembershipProfile
from coworking.membership.staff_notices import tell_staff

Value = str | date | None

FIELDS: Final[dict[str, Bilingual]] = {
    "name": Bilingual(ja="氏名", en="name"),
    "kana": Bilingual(ja="ふりがな", en="reading of the name"),
    "address": Bilingual(ja="住所", en="address"),
    "phone": Bilingual(ja="電話番号", en="telephone"),
    "email": Bilingual(ja="メールアドレス", en="mail address"),
    "birth_date": Bilingual(ja="生年月日", en="date of birth"),
    "company_name": Bilingual(ja="会社名", en="name of the company"),
    "company_kana": Bilingual(ja="会社名のふりがな", en="reading of the company's name"),
    "company_address": Bilingual(ja="会社の住所", en="address of the company"),
    "company_phone": Bilingual(ja="会社の電話番号", en="telephone of the company"),
    "company_email": Bilingual(ja="会社のメールアドレス", en="mail address of the company"),
}
OF_COMPANY = "company_"


class AddressByLink(UserError):
    code = "mail-address-by-link"
    status = 409
    ja = "メールアドレスは、アカウントの設定から、新しいアドレスに届くリンクで変更してください。"
    en = "Change the mail address in the settings of the account, by the link that goes to the new one."


class NotACompany(UserError):
    code = "not-a-company"
    ja = "会社としての会員ではありません。個人の項目だけを入力してください。"
    en = "This member is no company. Enter what is the person's only."


@dataclass(frozen=True, slots=True)
class Details:
    """Of the person (a company's representative), and of the company where there is one."""

    member_id: int
    name: str
    kana: str | None
    address: str | None
    phone: str | None
    email: str
    birth_date: date | None
    company_name: str | None
    company_kana: str | None
    company_address: str | None
    company_phone: str | None
    company_email: str | None


def details_of(session: Session, member_id: int) -> Details:
    """Raises `NotFound`."""
    return _details(get_member(session, member_id))


def update_details(
    session: Session,
    profile: MembershipProfile,
    member_id: int,
    changes: Mapping[str, Value],
    *,
    by_staff: bool,
    actor: str,
    now: datetime,
    channel: str = "api",
) -> Details:
    """Set what is named by a key of `FIELDS`; the person's and the company's apart. Audit and staff learn which fields
    changed. A member proves a new mail address of their own by a link; where staff enter one, the old one is told, and
    the name to sign in with stays. Raises `NotFound`, `OfficeOnly`, `AddressByLink`, `NotACompany`."""
    member = session.scalar(select(Member).where(Member.id == member_id).with_for_update(of=Member))
    if member is None:
        raise NotFound
    company = member.company
    # Whoever represents the company is replaced, not renamed.
    offices_own = {"company_name", "name"} if company is not None else {"company_name"}
    if not by_staff and offices_own & changes.keys():
        raise OfficeOnly
    if not by_staff and "email" in changes:
        raise AddressByLink
    if company is None and any(field.startswith(OF_COMPANY) for field in changes):
        raise NotACompany
    old_address = member.person.email
    changed = tuple(
        field for field in FIELDS if field in changes and _set(member.person, company, field, changes[field])
    )
    if changed:
        _tell(session, profile, member, changed, old_address, actor=actor, now=now, channel=channel)
    session.flush()
    return _details(member)


def _set(person: Person, company: Company | None, field: str, value: Value) -> bool:
    """Whether it is another value than before."""
    row: Person | Company = person
    if field.startswith(OF_COMPANY):
        assert company is not None
        row, field = company, field.removeprefix(OF_COMPANY)
    before = getattr(row, field)
    setattr(row, field, value)
    return bool(before != value)


def _tell(
    session: Session,
    profile: MembershipProfile,
    member: Member,
    changed: tuple[str, ...],
    old_address: str,
    *,
    actor: str,
    now: datetime,
    channel: str,
) -> None:
    subject = f"member:{member.id}"
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action="member.details-changed",
        subject=subject,
        details={"fields": list(changed)},
        channel=channel,
    )
    tell_staff(
        session,
        profile,
        "details-changed",
        operator_id=member.operator_id,
        now=now,
        member=member.name,
        fields=", ".join(FIELDS[field].spoken(profile.language.value) for field in changed),
    )
    if "email" in changed:
        tell(session, NotificationAddressChanged(member.id, now))
        notify(
            session,
            operator_id=member.operator_id,
            now=now,
            recipient=subject,
            address=old_address,
            kind="mail-address-entered",
            language=cast("Language", member.person.language),
            member=member.name,
        )


def _details(member: Member) -> Details:
    person, company = member.person, member.company
    return Details(
        member_id=member.id,
        name=person.name,
        kana=person.kana,
        address=person.address,
        phone=person.phone,
        email=person.email,
        birth_date=person.birth_date,
        company_name=company.name if company else None,
        company_kana=company.kana if company else None,
        company_address=company.address if company else None,
        company_phone=company.phone if company else None,
        company_email=company.email if company else None,
    )
