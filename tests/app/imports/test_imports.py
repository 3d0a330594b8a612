"""What operators bring along: taken over as a whole, once, and charged from the month that they name."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.imports.errors import ImportFileUnreadable, ImportHeaderWrong
from app.imports.models import ImportedRow
from app.imports.reading import decoded
from app.imports.running import Report, take_over
from app.imports.taking import Taking
from coworking.billing import bring_up_to_date
from coworking.billing.allocations import advance_of, use_advances
from coworking.billing.books.checks import check_books
from coworking.billing.invoice_models import Invoice
from coworking.billing.invoicing.bookings import account_of
from coworking.billing.invoicing.issuing import issue_accounts
from coworking.billing.invoicing.runs import open_due_runs
from coworking.billing.journal import balances
from coworking.billing.models import Charge
from coworking.billing.payment_models import PaymentMethod
from coworking.kit.audit import AuditEntry
from coworking.kit.operators import store_profile_version
from coworking.membership import MemberRules, contract_of, enter_offices
from coworking.membership.companies import company_of
from coworking.membership.models import Account, Member
from tests.factories.contracts import profile, rules
from tests.factories.membership import NOW, PASSWORDS, make_operator

HASH = PASSWORDS.hash("that nobody knows")
MEMBERS = """reference,kind,name,email,plan,starts_on,charged_from,pay_by,kana,identity_on
M-1,person,佐藤 花子,sato@example.jp,all-day,2024-04-01,2026-06,,さとう はなこ,2024-03-20
M-2,個人,鈴木 一郎,suzuki@example.jp,all-day,2025-10-01,2026-07,,,
"""


@pytest.fixture
def taking(session: Session) -> Taking:
    sakura = profile("sakura")
    operator_id = make_operator(session, "sakura")
    version = store_profile_version(
        session, operator_id, digest=sakura.digest, document=dict(sakura.document), at=NOW
    )
    offices = sakura.membership.offices
    enter_offices(session, operator_id, {name: one.area_code or "" for name, one in offices.items()})
    return Taking(
        session=session,
        operator_id=operator_id,
        member_rules=MemberRules(sakura.membership, sakura.calendar()),
        billing_rules=rules("sakura", version),
        actor="account:1",
        now=NOW,
        password_hash=HASH,
    )


def apply(taking: Taking, kind: str, text: str) -> Report:
    return take_over(taking, kind, text, applies=True)


def refusals(report: Report) -> dict[int, str]:
    return {line.line: line.error.code for line in report.lines if line.error is not None}


def charges(taking: Taking, reference: str) -> list[tuple[str, str, Decimal]]:
    rows = taking.session.scalars(
        select(Charge).where(Charge.member_id == taking.members[reference]).order_by(Charge.id)
    )
    return [(row.what, row.service_month, row.amount) for row in rows]


def counts(session: Session) -> tuple[int, ...]:
    models = (Member, Charge, ImportedRow, AuditEntry, PaymentMethod)
    return tuple(session.scalar(select(func.count()).select_from(model)) or 0 for model in models)


def test_members_come_with_no_first_payment_and_dues_begin_with_their_month(taking: Taking) -> None:
    report = apply(taking, "members", MEMBERS)
    assert (report.applied, report.count("new"), report.count("refused")) == (True, 2, 0)
    later = NOW + timedelta(days=30)
    bring_up_to_date(taking.session, taking.billing_rules, list(taking.members.values()), later)
    assert {month for _, month, _ in charges(taking, "M-1")} == {"2026-06", "2026-07"}
    assert {what for what, _, _ in charges(taking, "M-1")} == {"dues"}
    assert {month for _, month, _ in charges(taking, "M-2")} == {"2026-07"}
    member = taking.session.get_one(Member, taking.members["M-1"])
    account = taking.session.scalars(select(Account).where(Account.member_id == member.id)).one()
    assert (account.sign_in_name, account.password_set_at) == ("sato@example.jp", None)
    assert (member.starts_on, member.status, member.person.kana) == (
        date(2024, 4, 1),
        "active",
        "さとう はなこ",
    )


def test_a_dry_run_writes_nothing_and_a_repetition_changes_nothing(taking: Taking) -> None:
    before = counts(taking.session)
    report = take_over(taking, "members", MEMBERS, applies=False)
    assert (report.applied, report.count("new"), counts(taking.session)) == (False, 2, before)
    apply(taking, "members", MEMBERS)
    members = counts(taking.session)[:3]
    again = apply(taking, "members", MEMBERS)
    assert (again.count("same"), again.count("new"), counts(taking.session)[:3]) == (2, 0, members)


def test_contracts_carry_options_pauses_and_notice(taking: Taking) -> None:
    apply(taking, "members", MEMBERS)
    options = taking.member_rules.profile.options
    option = next(name for name, one in options.items() if "all-day" in one.member_plans and not one.needs)
    text = (
        "番号,会員番号,内容,オプション,開始日,終了日\n"
        f"C-1,M-1,オプション,{option},2025/01/01,\n"
        "C-2,M-1,休会,,2026-06-01,2026-07-31\n"
        "C-3,M-2,退会,,,2026-06-30\n"
    )
    assert refusals(apply(taking, "contracts", text)) == {}
    first = contract_of(taking.session, taking.members["M-1"])
    assert [(one.name, one.starts_on) for one in first.options] == [(option, date(2025, 1, 1))]
    assert [(one.starts_on, one.ends_on) for one in first.pauses] == [(date(2026, 6, 1), date(2026, 7, 31))]
    assert first.status == "suspended"
    second = contract_of(taking.session, taking.members["M-2"])
    assert (second.status, second.ends_on, second.plans[0].ends_on) == (
        "leaving",
        date(2026, 6, 30),
        date(2026, 6, 30),
    )


def test_open_items_are_owed_without_a_sale_and_deposits_are_advances(taking: Taking) -> None:
    apply(taking, "members", MEMBERS)
    owed = (
        "reference,member,what,amount,service_month,due_on,document\n"
        'O-1,M-1,opening-balance,"12,100",2026-04,2026-05-31,INV-0412\n'
    )
    assert refusals(apply(taking, "open-items", owed)) == {}
    assert charges(taking, "M-1") == [("opening-balance", "2026-04", Decimal(12_100))]
    charge = taking.session.scalars(select(Charge)).one()
    assert (charge.key, charge.tax_mode, charge.due_on) == ("import:O-1", "outside", date(2026, 5, 31))
    assert account_of(charge.what) == "opening"
    paid = "reference,member,amount,received_on,means\nD-1,M-1,30000,2026-06-01,銀行振込\n"
    for _ in range(2):
        assert refusals(apply(taking, "deposits", paid)) == {}
    assert advance_of(taking.session, taking.members["M-1"]) == 30_000


def test_the_next_run_invoices_what_was_owed_and_the_advance_pays_it(taking: Taking) -> None:
    """The books balance: what was sold elsewhere is no sale here, and bears no tax again."""
    session, billing = taking.session, taking.billing_rules
    apply(taking, "members", MEMBERS)
    owed = (
        "reference,member,what,amount,service_month,due_on\n"
        "O-1,M-1,opening-balance,12100,2026-04,2026-05-31\n"
    )
    paid = "reference,member,amount,received_on,means\nD-1,M-1,20000,2026-06-01,card\n"
    assert refusals(apply(taking, "open-items", owed)) == {}
    assert refusals(apply(taking, "deposits", paid)) == {}
    run = open_due_runs(session, taking.operator_id, billing, date(2026, 6, 10), NOW)[-1]
    outcome = issue_accounts(session, billing, run, list(taking.members.values()), NOW)
    assert (outcome.parked, [one.total for one in outcome.issued]) == ({}, [Decimal(12_100)])
    invoice = session.scalars(select(Invoice)).one()
    assert (invoice.tax, invoice.due_on) == (Decimal(0), date(2026, 6, 10))
    use_advances(session, billing, invoice.id, NOW)
    assert balances(session) == {
        "opening": Decimal(-12_100),
        "receivable": Decimal(0),
        "money": Decimal(20_000),
        "advance": Decimal(-7_900),
    }
    assert check_books(session, date(2026, 6, 10)) == []


BAD_LINES = {
    "unknown plan": ("M-3,person,a,a@example.jp,no-plan,2026-04-01,2026-06,,,", "plan-not-allowed"),
    "impossible date": ("M-3,person,a,a@example.jp,all-day,2026-02-30,2026-06,,,", "import-value-wrong"),
    "charged too early": ("M-3,person,a,a@example.jp,all-day,2024-04-01,2025-01,,,", "import-value-wrong"),
    "no name": ("M-3,person,,a@example.jp,all-day,2026-04-01,2026-06,,,", "import-value-missing"),
    "no mail address": ("M-3,person,a,nobody,all-day,2026-04-01,2026-06,,,", "import-value-wrong"),
    "other content": ("M-1,person,x,a@example.jp,all-day,2026-04-01,2026-06,,,", "import-reference-reused"),
    "unknown means": ("M-3,person,a,a@example.jp,all-day,2026-04-01,2026-06,gold,,", "import-value-wrong"),
    "too many cells": (
        "M-3,person,a,a@example.jp,all-day,2026-04-01,2026-06,,,,,",
        "import-columns-too-many",
    ),
    "identity ahead": (
        "M-3,person,a,a@example.jp,all-day,2026-04-01,2026-06,,,2027-01-01",
        "import-value-wrong",
    ),
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_one_bad_line_and_nothing_is_taken_over(taking: Taking, name: str) -> None:
    line, code = BAD_LINES[name]
    before = counts(taking.session)
    report = apply(taking, "members", f"{MEMBERS}{line}\n")
    assert refusals(report) == {4: code}
    assert (report.applied, report.count("new"), counts(taking.session)) == (False, 2, before)
    refused = next(one.error for one in report.lines if one.error is not None)
    assert refused.sentence("ja") != refused.sentence("en")


BAD_MONEY = {
    "open-items": {
        "O-1,M-1,opening-balance,-5,2026-04,2026-05-31,": "import-value-wrong",
        "O-1,M-1,opening-balance,0,2026-04,2026-05-31,": "import-value-wrong",
        "O-1,M-1,gold,100,2026-04,2026-05-31,": "import-value-wrong",
        "O-1,M-9,opening-balance,100,2026-04,2026-05-31,": "import-reference-unknown",
        "O-1,M-1,opening-balance,100,2026-13,2026-05-31,": "import-value-wrong",
    },
    "deposits": {
        "D-1,M-1,100,2027-01-01,card,": "import-value-wrong",
        "D-1,M-1,1.5,2026-06-01,card,": "import-value-wrong",
    },
    "contracts": {
        "C-1,M-1,option,no-option,2026-04-01,": "option-unknown",
        "C-1,M-1,pause,,2026-07-01,": "import-value-missing",
        "C-1,M-1,leaving,,,2026-05-01": "import-value-wrong",
        "C-1,M-1,pause,x,2026-07-01,2026-07-31": "import-value-not-taken",
    },
}
HEADERS = {
    "open-items": "reference,member,what,amount,service_month,due_on,document",
    "deposits": "reference,member,amount,received_on,means,note",
    "contracts": "reference,member,entry,option,starts_on,ends_on",
}


@pytest.mark.parametrize("kind", BAD_MONEY)
def test_what_cannot_be_is_refused_with_its_line(taking: Taking, kind: str) -> None:
    apply(taking, "members", MEMBERS)
    for line, code in BAD_MONEY[kind].items():
        assert refusals(apply(taking, kind, f"{HEADERS[kind]}\n{line}\n")) == {2: code}, line


def test_people_belong_to_an_imported_company(session: Session) -> None:
    jsug = profile("jsug")
    operator_id = make_operator(session, "jsug")
    offices = jsug.membership.offices
    enter_offices(session, operator_id, {name: one.area_code or "" for name, one in offices.items()})
    version = store_profile_version(
        session, operator_id, digest=jsug.digest, document=dict(jsug.document), at=NOW
    )
    taking = Taking(
        session,
        operator_id,
        MemberRules(jsug.membership, jsug.calendar()),
        rules("jsug", version),
        "a",
        NOW,
        HASH,
    )
    people_plan, plan = next((name, one) for name, one in jsug.membership.plans.items() if one.of_company)
    assert plan.of_company is not None
    text = (
        "reference,kind,name,representative,email,plan,starts_on,charged_from,company\n"
        f"K,company,株式会社K,田中 一郎,k@example.jp,{plan.of_company[0]},2025-04-01,2026-06,\n"
        f"P,person,佐藤 花子,,p@example.jp,{people_plan},2025-05-01,2026-06,K\n"
    )
    assert refusals(apply(taking, "members", text)) == {}
    assert company_of(session, taking.members["P"]) == taking.members["K"]


def test_files_of_spreadsheets_are_read_and_others_refused(taking: Taking) -> None:
    for encoding in ("utf-8-sig", "cp932", "utf-8"):
        report = take_over(taking, "members", decoded(MEMBERS.encode(encoding)), applies=False)
        assert refusals(report) == {}, encoding
    with pytest.raises(ImportFileUnreadable):
        decoded(b"\xff\xff\x80\x81")
    for text in ("", "reference,name\n", MEMBERS.replace("email", "mail"), 'reference,"kind\n'):
        with pytest.raises((ImportHeaderWrong, ImportFileUnreadable)):
            take_over(taking, "members", text, applies=True)
