"""Members as another system had them. Nothing is asked of them as of applicants, and nothing is paid first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from sqlalchemy import select

from app.imports.columns import Cells, wrong
from app.imports.errors import ReferenceUnknown
from app.imports.taking import Taking
from coworking.billing import PaymentMeans, WayToPay, choose_way_to_pay, month_after
from coworking.billing.dues import MONTHS_LOOKED_BACK
from coworking.billing.dues_models import FirstChargedMonth
from coworking.billing.errors import PaymentMethodNotAllowed
from coworking.kit.audit import record
from coworking.kit.profile_fields import Words
from coworking.membership.accounts import normal_name
from coworking.membership.companies import (
    belong,
    count_people,
    issue_code,
    joins_by_code,
    plan_of_people,
)
from coworking.membership.contract_errors import CompanyNotMember, PlanNotForThis, TooManyPeople
from coworking.membership.contract_models import PlanTerm
from coworking.membership.errors import OfficeUnknown, PlanUnknown
from coworking.membership.identity.models import IdentityRecord
from coworking.membership.leaving import OVER
from coworking.membership.models import Account, Company, Member, Office, Person

USUAL_CAPACITY = 3
MOST_MONTHS_AHEAD = 12
TAKEN_OVER = "taken-over"
"""How the identity of an imported member was confirmed: elsewhere."""
KIND_WORDS = {"person": "個人", "company": "法人"}
LANGUAGE_WORDS = {"ja": "日本語", "en": "英語"}
NOT_LATER = Words("今日までの日付", "a date that is not after today")


@dataclass(frozen=True, slots=True)
class MemberRow:
    """`company` is the reference of the membership that this one belongs to."""

    kind: Literal["person", "company"]
    name: str
    email: str
    plan: str
    office_id: int
    starts_on: date
    charged_from: date
    language: str
    kana: str | None
    address: str | None
    phone: str | None
    birth_date: date | None
    representative: str | None
    company: str | None
    capacity: int | None
    way: WayToPay | None
    identity_on: date | None


@dataclass(slots=True)
class _Seats:
    """A membership that people belong to, with how many there are."""

    plan: str
    people: int


class MemberRows:
    def __init__(self, taking: Taking) -> None:
        self._taking = taking
        self._offices = dict(taking.session.execute(select(Office.name, Office.id)).all())
        self._sign_in_names = set(taking.session.scalars(select(Account.sign_in_name)))
        self._seats: dict[str, _Seats] = {}

    def judge(self, reference: str, cells: Cells) -> MemberRow:
        kind: Literal["person", "company"] = (
            "company" if cells.one_of("kind", KIND_WORDS) == "company" else "person"
        )
        plan = self._plan(cells, kind)
        company = self._company(cells, plan)
        row = MemberRow(
            kind=kind,
            name=cells.text("name", longest=100),
            email=cells.mail("email"),
            plan=plan,
            office_id=self._office(cells),
            starts_on=self._starts_on(cells),
            charged_from=self._charged_from(cells),
            language=cells.one_of("language", LANGUAGE_WORDS)
            if cells.has("language")
            else self._taking.member_rules.profile.language.value,
            kana=cells.maybe("kana", longest=100),
            address=cells.maybe("address"),
            phone=cells.maybe("phone", longest=30),
            birth_date=self._past(cells, "birth_date"),
            representative=self._representative(cells, kind),
            company=company,
            capacity=self._capacity(cells, plan),
            way=self._way(cells, plan, kind),
            identity_on=self._past(cells, "identity_on"),
        )
        if company is not None:
            self._seats[company].people += 1
        if kind == "company" or joins_by_code(self._taking.member_rules.profile, plan):
            self._seats[reference] = _Seats(plan, int(kind == "person"))
        return row

    def write(self, rows: Sequence[tuple[str, MemberRow]]) -> Mapping[str, int]:
        """Companies before the people who belong to them."""
        written: dict[str, int] = {}
        for belongs in (False, True):
            of_pass = [(name, row) for name, row in rows if (row.company is not None) is belongs]
            members = self._enter(of_pass)
            with self._taking.session.no_autoflush:  # one flush for all of them
                for (reference, row), member in zip(of_pass, members, strict=True):
                    self._follow(row, member)
                    written[reference] = self._taking.members[reference] = member.id
            self._taking.session.flush()
        return written

    def _enter(self, rows: Sequence[tuple[str, MemberRow]]) -> list[Member]:
        taking, now = self._taking, self._taking.now
        people = [
            Person(
                operator_id=taking.operator_id,
                name=row.representative or row.name,
                email=row.email,
                language=row.language,
                created_at=now,
                kana=row.kana if row.kind == "person" else None,
                address=row.address if row.kind == "person" else None,
                phone=row.phone if row.kind == "person" else None,
                birth_date=row.birth_date,
            )
            for _, row in rows
        ]
        taking.session.add_all(people)
        taking.session.flush()
        companies = {
            place: Company(
                operator_id=taking.operator_id,
                name=row.name,
                representative_id=people[place].id,
                created_at=now,
                kana=row.kana,
                address=row.address,
                phone=row.phone,
                email=row.email,
            )
            for place, (_, row) in enumerate(rows)
            if row.kind == "company"
        }
        taking.session.add_all(companies.values())
        taking.session.flush()
        members = [
            Member(
                operator_id=taking.operator_id,
                kind=row.kind,
                person=people[place],
                company=companies.get(place),
                plan=row.plan,
                office_id=row.office_id,
                capacity=row.capacity,
                status="active",
                starts_on=row.starts_on,
                created_at=now,
            )
            for place, (_, row) in enumerate(rows)
        ]
        taking.session.add_all(members)
        taking.session.flush()
        return members

    def _follow(self, row: MemberRow, member: Member) -> None:
        """What hangs on the membership."""
        taking, session, now = self._taking, self._taking.session, self._taking.now
        facts = {"operator_id": taking.operator_id, "member_id": member.id}
        session.add(PlanTerm(**facts, plan=row.plan, starts_on=row.starts_on, asked_at=now))
        session.add(FirstChargedMonth(**facts, month=row.charged_from))
        session.add(self._account(row, member))
        if row.company is not None:
            company = session.get_one(Member, taking.members[row.company])
            belong(session, member, company, row.starts_on, now)
        else:
            issue_code(session, taking.member_rules.profile, member, now)
        if row.identity_on is not None:
            confirmed = IdentityRecord(
                operator_id=taking.operator_id,
                member_id=member.id,
                status="approved",
                method=TAKEN_OVER,
                entered_at=now,
                verified_at=taking.member_rules.calendar.instant(row.identity_on, time.min),
                recorded_by=taking.actor,
            )
            session.add(confirmed)
        if row.way is not None:
            choose_way_to_pay(
                session, taking.billing_rules.profile, member.id, row.way, actor=taking.actor, now=now
            )
        record(
            session,
            operator_id=taking.operator_id,
            at=now,
            actor=taking.actor,
            action="member.imported",
            subject=f"member:{member.id}",
            details={"plan": row.plan, "kind": row.kind},
        )

    def _account(self, row: MemberRow, member: Member) -> Account:
        """Under the mail address, or with a number behind it where that is taken."""
        name, number = normal_name(row.email), 2
        while name in self._sign_in_names:
            name, number = f"{normal_name(row.email)}/{number}", number + 1
        self._sign_in_names.add(name)
        return Account(
            operator_id=member.operator_id,
            person_id=member.person_id,
            member_id=member.id,
            sign_in_name=name,
            password_hash=self._taking.password_hash,
            role="member" if row.kind == "person" else "company-representative",
            created_at=self._taking.now,
            confirmed_at=self._taking.now,
        )

    def _plan(self, cells: Cells, kind: str) -> str:
        plans = self._taking.member_rules.profile.plans
        plan = cells.text("plan", longest=60)
        if plan not in plans:
            named = [name for name, one in plans.items() if plan in (one.title.ja, one.title.en)]
            if len(named) != 1:
                raise PlanUnknown(plan=plan, allowed=", ".join(plans))
            plan = named[0]
        if not cells.has("company") and kind not in {one.value for one in plans[plan].kinds}:
            told = ", ".join(
                name for name, one in plans.items() if kind in {each.value for each in one.kinds}
            )
            raise PlanNotForThis(allowed=told)
        return plan

    def _company(self, cells: Cells, plan: str) -> str | None:
        profile = self._taking.member_rules.profile
        if not cells.has("company"):
            if profile.plans[plan].of_company is not None:
                raise CompanyNotMember
            return None
        reference = cells.reference("company")
        seats = self._seats.get(reference) or self._seats_on_record(reference)
        if cells.one_of("kind", KIND_WORDS) != "person":
            raise wrong("kind", Words("所属する人は個人", "person, for who belongs to a company"))
        if plan != (people_plan := plan_of_people(profile, seats.plan)):
            raise PlanNotForThis(allowed=people_plan)
        if joins_by_code(profile, seats.plan) and seats.people >= profile.plans[seats.plan].most_people:
            raise TooManyPeople(most=profile.plans[seats.plan].most_people)
        return reference

    def _seats_on_record(self, reference: str) -> _Seats:
        taking = self._taking
        if reference not in taking.members:
            raise ReferenceUnknown(reference=reference)
        member = taking.session.get_one(Member, taking.members[reference])
        if member.status in OVER:
            raise CompanyNotMember
        self._seats[reference] = _Seats(member.plan, count_people(taking.session, member.id))
        return self._seats[reference]

    def _office(self, cells: Cells) -> int:
        office = cells.maybe("office", longest=60) or self._taking.member_rules.profile.default_office
        if office not in self._offices:
            raise OfficeUnknown(office=office, allowed=", ".join(sorted(self._offices)))
        return self._offices[office]

    def _starts_on(self, cells: Cells) -> date:
        day = cells.day("starts_on")
        latest = month_after(self._taking.today, MOST_MONTHS_AHEAD)
        if day > latest:
            raise wrong("starts_on", Words(f"{latest} までの日付", f"a date up to {latest}"))
        return day

    def _charged_from(self, cells: Cells) -> date:
        """Not before the start, nor before the months that are still made good."""
        month, today = cells.month("charged_from"), self._taking.today
        first = max(cells.day("starts_on").replace(day=1), month_after(today, -MONTHS_LOOKED_BACK))
        last = max(first, month_after(today, MOST_MONTHS_AHEAD))
        if not first <= month <= last:
            raise wrong(
                "charged_from",
                Words(f"{first:%Y-%m} から {last:%Y-%m} まで", f"from {first:%Y-%m} to {last:%Y-%m}"),
            )
        return month

    def _past(self, cells: Cells, column: str) -> date | None:
        day = cells.maybe_day(column)
        if day is not None and day > self._taking.today:
            raise wrong(column, NOT_LATER)
        return day

    def _representative(self, cells: Cells, kind: str) -> str | None:
        if kind == "person":
            cells.none_of("representative")
            return None
        return cells.text("representative", longest=100)

    def _capacity(self, cells: Cells, plan: str) -> int | None:
        if not self._taking.member_rules.profile.plans[plan].has_private_office:
            cells.none_of("capacity")
            return None
        return cells.count("capacity") if cells.has("capacity") else USUAL_CAPACITY

    def _way(self, cells: Cells, plan: str, kind: str) -> WayToPay | None:
        if not cells.has("pay_by"):
            cells.none_of("brand")
            return None
        means = PaymentMeans(cells.one_of("pay_by", MEANS_WORDS))
        brand = cells.maybe("brand", longest=60)
        choices = self._taking.billing_rules.profile.choices_for(plan, kind)
        if not any(one.means is means and (brand is None or brand in one.brands) for one in choices):
            raise PaymentMethodNotAllowed(
                means=means.value, allowed=", ".join(one.means.value for one in choices)
            )
        return WayToPay(means, brand)


MEANS_WORDS = {
    "card": "カード",
    "bank-transfer": "銀行振込",
    "direct-debit": "口座振替",
    "payment-slip": "払込票",
    "counter-cash": "窓口現金",
    "counter-card": "窓口カード",
    "counter-e-money": "窓口電子マネー",
    "counter-qr": "窓口QR決済",
}
