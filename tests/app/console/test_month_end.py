"""The month-end run as billing staff go through it: look, issue, see what was issued."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from coworking.billing.invoice_models import BillingRun, Invoice
from coworking.membership.models import Person
from tests.console_stand import Stand, open_run
from tests.visitor import Visitor

PERIOD = "2026-08"
PAGE = f"/console/runs/{PERIOD}"


@pytest.fixture
def run_day(stand: Stand) -> Stand:
    open_run(stand)
    return stand


def to_issue(page: str) -> int:
    found = re.search(r"(\d+)通を発行する", page)
    return int(found.group(1)) if found else 0


def invoices(stand: Stand) -> list[Invoice]:
    with stand.composition.database.transaction(stand.operator_id) as session:
        return list(session.scalars(select(Invoice).order_by(Invoice.id)))


def test_staff_look_and_issue(run_day: Stand, billing: Visitor) -> None:
    assert billing.get("/console/runs").headers["location"] == PAGE
    page = billing.get(PAGE).text
    count = to_issue(page)
    assert count > 0
    for shown in ("2026年8月", "プレビュー", "通話料", "先月との差", "登録番号 T7000012050002"):
        assert shown in page
    issued = billing.post_form(f"{PAGE}/issue", PAGE, seen="on", count=str(count))
    assert issued.headers["location"] == f"{PAGE}?done=run-issuing"
    run_day.composition.work.perform()
    papers = invoices(run_day)
    assert len(papers) == count
    page = billing.get(PAGE).text
    assert "発行済み" in page
    assert to_issue(page) == 0
    paper = billing.get(f"/console/invoices/{papers[0].number}/pdf")
    assert paper.content.startswith(b"%PDF")


@pytest.mark.parametrize("fields", [{"count": "1"}, {"seen": "on"}, {"seen": "on", "count": "999"}])
def test_who_has_not_looked_issues_nothing(run_day: Stand, billing: Visitor, fields: dict[str, str]) -> None:
    refused = billing.post_form(f"{PAGE}/issue", PAGE, **fields)
    assert refused.status_code in {409, 422}
    assert 'role="alert"' in refused.text
    assert not invoices(run_day)


def test_a_parked_account_waits_and_is_tried_again(run_day: Stand, billing: Visitor) -> None:
    with run_day.composition.database.transaction(run_day.operator_id) as session:
        addresses = dict(session.execute(select(Person.id, Person.email)).all())
        session.execute(update(Person).values(email=""))
    billing.post_form(f"{PAGE}/issue", PAGE, seen="on", count=str(to_issue(billing.get(PAGE).text)))
    run_day.composition.work.perform()
    page = billing.get(PAGE).text
    assert not invoices(run_day)
    assert "請求書の送り先のメールアドレスがありません" in page
    retry = re.search(rf'action="({PAGE}/retry/\d+)"', page)
    assert retry is not None
    with run_day.composition.database.transaction(run_day.operator_id) as session:
        for person_id, email in addresses.items():
            session.execute(update(Person).where(Person.id == person_id).values(email=email))
    assert billing.post_form(retry.group(1), PAGE).headers["location"] == f"{PAGE}?done=account-issued"
    assert {str(paper.member_id) for paper in invoices(run_day)} == {retry.group(1).rpartition("/")[2]}


def test_before_its_day_nothing_is_issued(stand: Stand, billing: Visitor) -> None:
    page = billing.get(PAGE).text
    assert "開始前" in page
    assert to_issue(page) == 0
    assert billing.post_form(f"{PAGE}/issue", PAGE, seen="on", count="0").status_code == 409
    with stand.composition.database.transaction(stand.operator_id) as session:
        assert session.scalar(select(BillingRun.id)) is None


@pytest.mark.parametrize("period", ["2026-13", "x", "2026-8", "9999-12", "2026-08-01"])
def test_what_is_no_month_is_not_there(billing: Visitor, period: str) -> None:
    assert billing.get(f"/console/runs/{period}").status_code == 404


def test_reception_does_not_see_money(run_day: Stand, as_role: Callable[[str], Visitor]) -> None:
    assert as_role("reception").get(PAGE).status_code == 403
    assert PAGE.rpartition("/")[0] not in as_role("reception").get("/").text
