"""Staff pages and published pages in a browser, over the whole application with a month of calls."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from coworking.kit.db import Database
from coworking.membership.models import Person
from tests.console_stand import Stand, open_run, open_stand

OpenPage = Callable[..., Page]
RUN = "/console/runs/2026-08"
VIEWS = [(width, dark) for width in (360, 1280) for dark in (False, True)]


class Office:
    """The stand behind a port of its own."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        config = uvicorn.Config(
            stand.app, host="127.0.0.1", port=0, log_level="error", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        bound = config.bind_socket()
        self.url = f"http://localhost:{bound.getsockname()[1]}"
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve([bound])), daemon=True)
        self._thread.start()

    def sign_in(self, page: Page, role: str) -> None:
        page.context.add_cookies([{"name": "session", "value": self.stand.tokens[role], "url": self.url}])

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()


@pytest.fixture
def office(clean_database: Database, tmp_path: Path) -> Iterator[Office]:
    with closing(open_stand(clean_database.url, tmp_path)) as stand:
        running = Office(stand)
        yield running
        running.stop()


def paths(stand: Stand) -> dict[str, str]:
    """Pages by the name of their picture."""
    return {
        "today": "/",
        "calls": "/console/calls",
        "call": f"/console/calls/{stand.call_ids[-9]}",
        "nobody": "/console/calls?q=nobody",
        "reconciliation": "/console/reconciliation",
        "margins": "/console/margins?month=2026-07",
        "what-if": "/console/what-if",
        "anomalies": "/console/anomalies",
        "lines": "/console/lines",
        "line": f"/console/lines/{stand.lines[0].id}",
        "interruptions": "/console/interruptions",
        "numbers": "/console/numbers",
        "reception": "/reception?q=みつ",
        "month-end-before": RUN,
        "prices": "/published/nex/prices",
        "terms": "/published/nex/terms",
    }


@pytest.mark.parametrize(("width", "dark"), VIEWS)
def test_nothing_is_wrong_for_assistive_technology(
    office: Office, open_page: OpenPage, tmp_path: Path, width: int, dark: bool
) -> None:
    page = open_page(width=width, height=4000, dark=dark)
    office.sign_in(page, "administrator")

    def look(name: str) -> None:
        for closed in page.locator("main details.act, main details.more").all():
            closed.evaluate("details => details.open = true")
        result = Axe().run(page)
        assert result.violations_count == 0, f"{name}\n{result.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") == width, name
        page.screenshot(path=tmp_path / f"{name}-{width}-{'dark' if dark else 'light'}.png", full_page=True)

    for name, path in paths(office.stand).items():
        page.goto(office.url + path)
        look(name)
    for name in run_through(office, page):
        look(name)


def run_through(office: Office, page: Page) -> Iterator[str]:
    """The month-end run as it is looked at, refused, and issued but for an account without an address."""
    stand = office.stand
    open_run(stand)
    page.goto(office.url + RUN)
    yield "month-end"
    issue = page.get_by_role("button", name="通を発行する")
    count = re.search(r"\d+", issue.inner_text())
    assert count is not None
    enter_count(page, "99")
    expect(page.get_by_role("alert")).to_be_visible()
    yield "month-end-refused"
    with stand.composition.database.transaction(stand.operator_id) as session:
        session.get_one(Person, stand.members[0].person_id).email = ""
    enter_count(page, count[0])
    stand.composition.work.perform()
    page.goto(office.url + RUN)
    yield "month-end-issued"


def enter_count(page: Page, count: str) -> None:
    page.get_by_label("内容を確認しました").check()
    page.get_by_label("通数を入力してください").fill(count)
    page.get_by_role("button", name="通を発行する").click()


def test_typing_filters_and_the_address_follows(office: Office, page: Page) -> None:
    office.sign_in(page, "billing")
    page.goto(f"{office.url}/console/calls")
    expect(page.locator("#h-list")).to_contain_text("90件のうち50件")
    page.get_by_label("会員、番号、末尾4桁").fill("みつば")
    expect(page.locator("#h-list")).to_contain_text("30件のうち30件")
    expect(page).to_have_url(re.compile(r"q=%E3%81%BF%E3%81%A4%E3%81%B0"))
    expect(page.get_by_label("会員、番号、末尾4桁")).to_be_focused()
    page.get_by_label("結果").select_option("不在")
    expect(page).to_have_url(re.compile("outcome=no-answer"))
    expect(page.locator("#h-list")).not_to_contain_text("30件")
    page.go_back()
    expect(page.locator("#h-list")).to_contain_text("30件のうち30件")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_call_opens_beside_the_list_by_keyboard(office: Office, open_page: OpenPage, width: int) -> None:
    page = open_page(width=width)
    office.sign_in(page, "billing")
    page.goto(f"{office.url}/console/calls")
    call = page.locator("tbody a[hx-target='#panel']").nth(4)
    call.focus()
    page.keyboard.press("Enter")
    panel = page.locator("#panel[data-call]")
    expect(panel).to_be_in_viewport()
    expect(panel).to_contain_text("料金の理由")
    expect(page.locator("tr[aria-selected=true]")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/console/calls/\d+"))
    page.reload()
    expect(page.locator("#panel[data-call]")).to_contain_text("料金の理由")
    page.locator("#panel").get_by_label("閉じる").click()
    expect(page).to_have_url(f"{office.url}/console/calls")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_charge_is_taken_back_with_a_reason(office: Office, open_page: OpenPage, scripts: bool) -> None:
    page = open_page(scripts=scripts)
    office.sign_in(page, "billing")
    page.goto(f"{office.url}/console/calls")
    page.get_by_label("会員、番号、末尾4桁").fill("佐藤")
    page.get_by_role("button", name="絞り込む").click()
    expect(page.locator("#h-list")).to_contain_text("30件のうち30件")
    page.locator("tbody a[hx-target='#panel']").first.click()
    panel = page.locator("#panel")
    panel.get_by_text("料金を取り消す").click()
    panel.get_by_role("textbox", name="理由").fill("接続の不具合")
    panel.get_by_role("button", name="円を取り消す").click()
    expect(page.get_by_text("料金を取り消しました。")).to_be_visible()
    expect(page.locator("#panel")).to_contain_text("接続の不具合")
    expect(page.locator("#h-list")).to_contain_text("30件のうち30件")


def test_the_menu_leads_everywhere_and_out(office: Office, page: Page) -> None:
    office.sign_in(page, "reception")
    page.goto(office.url)
    expect(page.get_by_role("heading", name="きょう")).to_be_visible()
    menu = page.get_by_role("navigation", name="運営メニュー")
    for name in ("通話・利用", "回線", "番号", "障害・中断", "受付の電話"):
        menu.get_by_role("link", name=name, exact=True).click()
        expect(menu.get_by_role("link", name=name, exact=True)).to_have_attribute("aria-current", "page")
    page.get_by_role("button", name="サインアウト").click()
    expect(page).to_have_url(f"{office.url}/sign-in")


def test_a_visitor_rings_a_member(office: Office, open_page: OpenPage) -> None:
    page = open_page(width=1024, height=768)
    office.sign_in(page, "reception")
    page.goto(f"{office.url}/reception")
    page.keyboard.type("みつば")
    page.get_by_role("button", name="株式会社みつば商会").click()
    expect(page.get_by_role("heading", name="株式会社みつば商会")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("受付の電話がまもなく鳴ります")
    with page.expect_response("**/reception/calls/*"):
        pass  # it asks again by itself


def test_a_stock_file_is_entered_line_by_line(office: Office, page: Page) -> None:
    office.sign_in(page, "administrator")
    page.goto(f"{office.url}/console/numbers")
    page.get_by_label("CSVファイル").set_input_files(
        {
            "name": "stock.csv",
            "mimeType": "text/csv",
            "buffer": "number\n06-6670-0001\n番号\n".encode("cp932"),
        }
    )
    page.get_by_role("button", name="番号を登録する").click()
    expect(page.get_by_role("heading", name="ファイルの各行の結果")).to_be_visible()
    expect(page.get_by_text("電話番号として読めません")).to_be_visible()
    assert Axe().run(page).violations_count == 0
