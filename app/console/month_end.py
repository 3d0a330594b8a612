"""The month-end run: what it would issue, how that differs from last month, what waits, and issuing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from app.console.desk import MONEY, Desk, DeskVisit, go, id_in
from app.console.errors import CountOfInvoicesWrong, NotSeen
from app.console.months import spoken_month
from coworking.billing.books.findings import faults_that_stop
from coworking.billing.invoice_models import Invoice
from coworking.billing.invoicing.errors import AddresseeMissing, NoWayToPay
from coworking.billing.invoicing.month_figures import figures_by_kind
from coworking.billing.invoicing.preview import PreviewedAccount, chosen, preview, rows_of, totals_of
from coworking.billing.invoicing.preview import PreviewFilter as Wanted
from coworking.billing.invoicing.run_routes import HEADER
from coworking.billing.invoicing.runs import (
    RunFacts,
    day_of_run,
    issue_run,
    list_runs,
    newest_period,
    retry_account,
)
from coworking.billing.paper_fields import IssueMode
from coworking.billing.papers import invoice_pdf
from coworking.billing.titles import title_of
from coworking.kit.errors import NotFound, UserError
from coworking.kit.spreadsheets import csv_file
from coworking.kit.web.forms import Form

PATH = "/console/runs"
MOST_SHOWN = 50
RUNS_OFFERED = 13
ORDERS = ("difference", "rise", "fall")
_TROUBLES: dict[str, type[UserError]] = {error.code: error for error in (AddresseeMissing, NoWayToPay)}


@dataclass(frozen=True, slots=True)
class AccountRow:
    """`cause` is the kind that differs most."""

    account: PreviewedAccount
    cause: str | None


def month_end_routes(desk: Desk) -> list[BaseRoute]:
    return [
        desk.page(PATH, show_newest, name="console-runs", roles=MONEY),
        desk.page(PATH + "/{period}", show_run, name="console-run", roles=MONEY),
        desk.page(PATH + "/{period}/preview.csv", give_preview, name="console-run-preview", roles=MONEY),
        desk.page("/console/invoices/{number}/pdf", give_paper, name="console-invoice-pdf", roles=MONEY),
        desk.form(
            PATH + "/{period}/issue", issue, name="console-run-issue", roles=MONEY, refused=show_refused
        ),
        desk.form(
            PATH + "/{period}/retry/{member_id}", retry, name="console-run-retry", roles=MONEY,
            refused=show_refused,
        ),
    ]  # fmt: skip


def show_newest(visit: DeskVisit) -> Response:
    return RedirectResponse(f"{PATH}/{newest_period(visit.operator.billing_rules(), visit.today)}", 303)


def show_run(visit: DeskVisit, *, error: UserError | None = None) -> Response:
    period, rules = _period(visit), visit.operator.billing_rules()
    accounts = preview(visit.session, rules, period, visit.now)
    runs = list_runs(visit.session, limit=RUNS_OFFERED)
    run = next((facts for facts in runs if facts.run.period == period), None)
    order = visit.query.get("order", ORDERS[0])
    month = date.fromisoformat(f"{period}-01")
    kinds = figures_by_kind(visit.session, rules, period, accounts)
    ready = [account for account in accounts if account.parked is None]
    return visit.render(
        "console/month_end.html",
        at="runs",
        status=error.status if error else 200,
        error=error.sentence(visit.reader.language) if error else None,
        period=period,
        periods=sorted({facts.run.period for facts in runs} | {period}, reverse=True),
        spoken_month=spoken_month,
        run=run,
        opens_on=day_of_run(rules, month),
        step=_step(run),
        totals=totals_of(accounts),
        ready=totals_of(ready),
        last_total=sum((kind.last for kind in kinds), Decimal(0)),
        kinds=kinds,
        largest=max((abs(kind.difference) for kind in kinds), default=Decimal(0)) or Decimal(1),
        parked=[account for account in accounts if account.parked is not None],
        rows=[AccountRow(one, _cause(one)) for one in _ordered(accounts, order)[:MOST_SHOWN]],
        orders=ORDERS,
        order=order,
        issued=_issued(visit, run),
        due_days=sorted({invoice.due_on for account in ready for invoice in account.invoices}),
        reminder_after=timedelta(days=rules.profile.arrears.reminder_after_days),
        faults=faults_that_stop(visit.session),
        by_itself=rules.profile.runs.issues is IssueMode.BY_ITSELF,
        issuer=rules.profile.papers.issuer,
        why=lambda reason: _why(reason, visit),
        title=lambda what: title_of(rules, what).spoken(visit.reader.language),
    )


def show_refused(visit: DeskVisit, form: Form, error: UserError) -> Response:
    return show_run(visit, error=error)


def give_preview(visit: DeskVisit) -> Response:
    period = _period(visit)
    accounts = preview(visit.session, visit.operator.billing_rules(), period, visit.now)
    return Response(
        csv_file(HEADER, rows_of(accounts)),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="preview-{period}.csv"'},
    )


def give_paper(visit: DeskVisit) -> Response:
    number = visit.request.path_params["number"]
    invoice = visit.session.scalar(select(Invoice).where(Invoice.number == number))
    if invoice is None:
        raise NotFound
    return Response(
        invoice_pdf(visit.session, visit.operator.billing_rules(), invoice),
        media_type="application/pdf",
        headers={"content-disposition": f'inline; filename="{invoice.number}.pdf"'},
    )


def issue(visit: DeskVisit, form: Form) -> Response:
    """Raises `NotSeen`, `CountOfInvoicesWrong` where staff have not looked at what stands there now."""
    period = _period(visit)
    accounts = preview(visit.session, visit.operator.billing_rules(), period, visit.now)
    count = _to_issue(accounts)
    if form.get("seen") != "on":
        raise NotSeen
    if form.get("count", "").strip() != str(count):
        raise CountOfInvoicesWrong(count=count)
    issue_run(visit.session, period, actor=visit.actor.reference, now=visit.now)
    return go(f"{PATH}/{period}", done="run-issuing")


def retry(visit: DeskVisit, form: Form) -> Response:
    period = _period(visit)
    retry_account(
        visit.session,
        visit.operator.billing_rules(),
        period,
        id_in(visit.request.path_params["member_id"]),
        actor=visit.actor.reference,
        now=visit.now,
    )
    return go(f"{PATH}/{period}", done="account-issued")


def _why(reason: str, visit: DeskVisit) -> str:
    """The sentence of a known trouble; any other as it was kept."""
    error = _TROUBLES.get(reason)
    return error().sentence(visit.reader.language) if error else reason


def _to_issue(accounts: Sequence[PreviewedAccount]) -> int:
    """How many invoices an issue would make now; parked accounts are tried again and may add theirs."""
    return totals_of([one for one in accounts if one.parked is None]).invoices


def _period(visit: DeskVisit) -> str:
    text = visit.request.path_params["period"]
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise NotFound from error
    if f"{month:%Y-%m}" != text or not 2000 <= month.year <= 2100:
        raise NotFound
    return str(text)


def _step(run: RunFacts | None) -> int:
    """1 gathering, 2 looking, 3 issuing, 4 sent."""
    return {"open": 2, "issuing": 3, "issued": 4}[run.run.status] if run else 1


def _ordered(accounts: Sequence[PreviewedAccount], order: str) -> list[PreviewedAccount]:
    if order == "rise":
        return chosen(accounts, Wanted(), "difference", descending=True)
    if order == "fall":
        return chosen(accounts, Wanted(), "difference", descending=False)
    return sorted(accounts, key=lambda account: (-abs(account.difference), account.member_id))


def _cause(account: PreviewedAccount) -> str | None:
    if not account.differences:
        return None
    return max(account.differences, key=lambda what: abs(account.differences[what]))


def _issued(visit: DeskVisit, run: RunFacts | None) -> Sequence[Invoice]:
    if run is None:
        return ()
    statement = select(Invoice).where(Invoice.run_id == run.run.id).order_by(Invoice.id.desc())
    return visit.session.scalars(statement.limit(MOST_SHOWN)).all()
