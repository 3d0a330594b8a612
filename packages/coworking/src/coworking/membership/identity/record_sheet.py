"""An identity record as a sheet, with the fields of the record that Article 20 of the ordinance asks for: as CSV and as
PDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from coworking.kit.calendars import BusinessCalendar
from coworking.kit.profile_fields import Words
from coworking.kit.spreadsheets import csv_file
from coworking.kit.typesetting import typeset
from coworking.membership.identity.facts import (
    ActingPerson,
    BeneficialOwner,
    IdentityFacts,
    NaturalPerson,
    Paper,
)
from coworking.membership.identity.methods import SubjectKind, title_of_method, title_on
from coworking.membership.identity.models import IdentityRecord

TEMPLATE = Path(__file__).parent / "papers" / "record_sheet.typ"
TITLE = Words("確認記録", "Record of the identity check")
NONE = Words("なし", "none")
COLUMNS = (Words("区分", "Section"), Words("項目", "Field"), Words("内容", "Value"))
TOLD = Words("取引の任に当たる者の申告", "Told by who acts for the member")
YES = Words("該当する", "yes")
AUTHORITIES = {
    "registered-representative": Words("登記されている代表者", "Representative on the registry"),
    "power-of-attorney": Words("委任状", "Letter of attorney"),
    "confirmed-by-call": Words("本店への電話などで確認", "Confirmed with the company"),
    "other": Words("その他", "Other"),
}
GROUNDS = {
    "over-half": Words("議決権の過半数", "Over half of the votes"),
    "over-quarter": Words("議決権の4分の1超", "Over a quarter of the votes"),
    "dominating-influence": Words("支配的な影響力", "Dominating influence"),
    "represents": Words("代表し業務を執行", "Represents and runs it"),
}

Rows = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Sections with their rows of label and value, in one language."""

    language: str
    reference: str
    sections: Sequence[tuple[str, Rows]]


def record_sheet(
    entry: IdentityRecord,
    facts: IdentityFacts | None,
    calendar: BusinessCalendar,
    *,
    letters: Sequence[datetime],
    language: str,
) -> Sheet:
    """`letters` are the times at which letters to the address were written."""
    writing = _Writing(language, calendar)
    kind: SubjectKind = "company" if facts is not None and facts.company is not None else "person"
    sections = [
        (Words("確認", "The check"), writing.check(entry, kind, letters)),
        (Words("顧客", "The member"), writing.subject(facts or IdentityFacts())),
        (Words("取引", "The contract"), writing.contract(entry, facts or IdentityFacts())),
    ]
    if facts is not None and facts.acting is not None:
        sections.append(
            (Words("取引の任に当たる者", "Who acts for the member"), writing.acting(entry, facts.acting))
        )
    owners = facts.owners if facts is not None else ()
    sections += [(Words("実質的支配者", "Beneficial owner"), writing.owner(owner)) for owner in owners]
    reference = f"{entry.member_id}-{entry.id}"
    return Sheet(language, reference, [(title.spoken(language), list(rows)) for title, rows in sections])


def sheet_csv(sheet: Sheet) -> bytes:
    """Section, field, value; UTF-8 with a byte order mark."""
    header = [word.spoken(sheet.language) for word in COLUMNS]
    return csv_file(header, ((title, *row) for title, rows in sheet.sections for row in rows))


def sheet_pdf(sheet: Sheet, operator: str, *, now: datetime) -> bytes:
    facts: dict[str, Any] = {
        "lang": sheet.language,
        "title": TITLE.spoken(sheet.language),
        "operator": operator,
        "reference": sheet.reference,
        "sections": [{"title": title, "rows": [list(row) for row in rows]} for title, rows in sheet.sections],
    }
    return typeset(TEMPLATE, facts, written_at=now)


@dataclass(frozen=True, slots=True)
class _Writing:
    language: str
    calendar: BusinessCalendar

    def check(
        self, entry: IdentityRecord, kind: SubjectKind, letters: Sequence[datetime]
    ) -> Iterator[tuple[str, str]]:
        method = title_of_method(entry.method, kind, entry.rule_version)
        yield self._row("確認を行った者", "Checked by", entry.checked_by or entry.recorded_by)
        yield self._row("記録を作成した者", "Recorded by", entry.recorded_by)
        yield self._row("承認した者", "Approved by", entry.approved_by)
        yield self._row("確認の日時", "Checked at", self._time(entry.checked_at))
        yield self._row("承認の日時", "Approved at", self._time(entry.verified_at))
        yield self._row("確認の方法", "Way of the check", method.spoken(self.language))
        yield self._row("施行規則第6条の号", "Letter of Article 6", entry.letter)
        yield self._row("規則の版", "Version of the rules", entry.rule_version)
        sent = ", ".join(self._time(at) for at in letters)
        yield self._row("取引関係文書を送付した日時", "Letters to the address", sent)

    def subject(self, facts: IdentityFacts) -> Iterator[tuple[str, str]]:
        if facts.company is not None:
            company = facts.company
            yield self._row("名称", "Name", company.name)
            yield self._row("本店または主たる事務所の所在地", "Head office", company.address)
            yield self._row("法人番号", "Corporate number", company.corporate_number)
            yield self._row("事業の内容", "Business", company.business)
            yield self._row("事業の内容を確認した書類", "Where the business was read", company.business_paper)
        if facts.person is not None:
            yield from self._person(facts.person)
            yield self._row("職業", "Occupation", facts.occupation)
        yield from self._paper(facts.paper)
        official = YES if facts.is_foreign_official else NONE
        yield self._row("外国の重要な公的地位", "High public office abroad", official.spoken(self.language))
        yield self._row("その理由", "Ground", facts.foreign_official_reason)
        yield self._row("異なる名義", "Another name", facts.other_name)
        yield self._row("その理由", "Ground", facts.other_name_reason)

    def contract(self, entry: IdentityRecord, facts: IdentityFacts) -> Iterator[tuple[str, str]]:
        kind = Words("会員契約（住所の利用・郵便・電話の転送）", "Membership: address, mail, forwarded calls")
        yield self._row("取引の種類", "Kind of contract", kind.spoken(self.language))
        yield self._row("取引の目的", "Purpose", facts.purpose)
        yield self._row("取引記録を検索する番号", "Finds the records", f"member:{entry.member_id}")
        yield self._row("備考", "Notes", facts.notes)

    def acting(self, entry: IdentityRecord, acting: ActingPerson) -> Iterator[tuple[str, str]]:
        yield from self._person(acting)
        yield self._row("顧客との関係", "Relation", acting.relation)
        authority = AUTHORITIES[acting.authority].spoken(self.language)
        yield self._row("任に当たっていると認めた理由", "Why the person may act", authority)
        yield self._row("補足", "Note", acting.authority_note)
        if acting.method is not None:
            day = self.calendar.local_date(entry.checked_at or entry.entered_at)
            way = title_on(acting.method, "person", day)
            yield self._row("確認の方法", "Way of the check", way.spoken(self.language))
        yield from self._paper(acting.paper)

    def owner(self, owner: BeneficialOwner) -> Iterator[tuple[str, str]]:
        yield from self._person(owner)
        yield self._row("顧客との関係", "Relation", GROUNDS[owner.ground].spoken(self.language))
        told = owner.confirmed_by or TOLD.spoken(self.language)
        yield self._row("確認の方法と書類", "Way of the check and paper", told)

    def _paper(self, paper: Paper | None) -> Iterator[tuple[str, str]]:
        if paper is None:
            return
        yield self._row("本人確認書類の名称", "Paper", paper.title)
        yield self._row("記号番号など", "Its number", paper.number)
        yield self._row("発行者", "Issued by", paper.issued_by)
        seen_on = paper.seen_on.isoformat() if paper.seen_on else None
        yield self._row("提示または送付を受けた日", "Shown or received on", seen_on)
        expires_on = paper.expires_on.isoformat() if paper.expires_on else None
        yield self._row("有効期限", "Valid until", expires_on)

    def _person(self, person: NaturalPerson) -> Iterator[tuple[str, str]]:
        yield self._row("氏名", "Name", person.name)
        yield self._row("フリガナ", "Kana", person.kana)
        yield self._row("住居", "Address", person.address)
        yield self._row("生年月日", "Date of birth", person.birth_date.isoformat())
        yield self._row("国籍", "Nationality", person.nationality)

    def _row(self, ja: str, en: str, value: str | None) -> tuple[str, str]:
        return Words(ja, en).spoken(self.language), value or "-"

    def _time(self, at: datetime | None) -> str:
        return f"{self.calendar.local(at):%Y-%m-%d %H:%M}" if at is not None else "-"
