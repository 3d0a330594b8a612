"""The member's pages in a browser: at both widths, in both themes, with and without scripts, by keyboard."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.factories.membership import PASSWORD
from tests.member_stand import EMAIL, EMPTY_EMAIL, build_member_stand
from tests.undoable import make_change

OpenPage = Callable[..., Page]
PAGES = (
    "/",
    "/calls",
    "/calls/{call}",
    "/forwarding",
    "/forwarding/schedule",
    "/forwarding/callers/block",
    "/forwarding/callers/first",
    "/forwarding/try?caller=03-6666-7777&day=2026-07-15&time=20:00",
    "/forwarding/announcements",
    "/voicemail",
    "/phones",
    "/call-out",
    "/preferences",
    "/more",
)
VIEWS = [(width, dark) for width in (360, 1280) for dark in (False, True)]
# What the member has named, and the other language in its own words.
NAMES = (
    "佐藤 花子",
    "事務所",
    "携帯",
    "丸山会計",
    "しつこい勧誘",
    "日本語",
)
JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


class MemberSite:
    """The application behind a port of its own."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.stand = build_member_stand(database_url, folder)
        config = uvicorn.Config(
            self.stand.app,
            host="127.0.0.1",
            port=0,
            log_level="error",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        bound = config.bind_socket()
        self.url = f"http://localhost:{bound.getsockname()[1]}"
        self._thread = threading.Thread(target=lambda: self._server.run([bound]), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self.stand.close()


@pytest.fixture
def site(clean_database: Any, database_url: str, tmp_path: Path) -> Iterator[MemberSite]:
    with closing(MemberSite(database_url, tmp_path)) as site:
        yield site


def sign_in(page: Page, site: MemberSite, email: str = EMAIL) -> None:
    page.goto(f"{site.url}/sign-in")
    page.locator("#email").fill(email)
    page.locator("#password").fill(PASSWORD)
    page.locator("form button[type=submit]").first.click()
    page.wait_for_url(f"{site.url}/")


def looks_right(page: Page, width: int) -> None:
    """As tall as it is, so that no bar hides what is checked."""
    page.set_viewport_size(
        {"width": width, "height": max(800, page.evaluate("document.documentElement.scrollHeight"))}
    )
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("width", "dark"), VIEWS)
def test_every_page_is_accessible_and_fits(
    site: MemberSite, open_page: OpenPage, width: int, dark: bool
) -> None:
    page = open_page(width=width, height=800, dark=dark)
    sign_in(page, site)
    for path in PAGES:
        answer = page.goto(site.url + path.format(call=site.stand.call_id))
        assert answer is not None
        assert answer.status == 200, path
        looks_right(page, width)


def test_english_is_whole(site: MemberSite, open_page: OpenPage) -> None:
    page = open_page(locale="en-GB")
    sign_in(page, site)
    for path in PAGES:
        page.goto(site.url + path.format(call=site.stand.call_id))
        shown = page.locator("body").inner_text()
        for name in NAMES:
            shown = shown.replace(name, "")
        found = [line for line in shown.splitlines() if JAPANESE.search(line)]
        assert found == [], path


@pytest.mark.parametrize("scripts", [True, False])
def test_the_switch_and_its_undo(site: MemberSite, open_page: OpenPage, scripts: bool) -> None:
    page = open_page(width=360, scripts=scripts)
    sign_in(page, site)
    switch = page.get_by_role("switch", name="電話の転送")
    expect(switch).to_have_attribute("aria-checked", "true")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(page.get_by_text("留守番電話でお受けします")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("転送を止めました。")
    page.get_by_role("button", name="元に戻す").click()
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(page.locator("#toasts")).to_contain_text("転送を始めました。")
    page.reload()
    expect(switch).to_have_attribute("aria-checked", "true")


def test_destinations_are_reordered_by_keyboard(site: MemberSite, open_page: OpenPage) -> None:
    page = open_page(width=360)
    sign_in(page, site)
    page.goto(f"{site.url}/forwarding")
    names = page.locator(".dest .t")
    expect(names).to_have_text(["事務所", "携帯"])
    page.get_by_role("button", name="携帯を上へ").focus()
    page.keyboard.press("Enter")
    expect(names).to_have_text(["携帯", "事務所"])
    expect(page.locator("#toasts")).to_contain_text("1番目にしました。")
    # At the top it can only go down: the focus stays with the phone.
    expect(page.get_by_role("button", name="携帯を下へ")).to_be_focused()
    page.keyboard.press("Enter")
    expect(names).to_have_text(["事務所", "携帯"])
    expect(page.get_by_role("button", name="携帯を上へ")).to_be_focused()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_wrong_number_is_told_at_its_field(site: MemberSite, open_page: OpenPage, scripts: bool) -> None:
    page = open_page(width=360, scripts=scripts)
    sign_in(page, site)
    page.goto(f"{site.url}/forwarding")
    page.locator(".add summary").click()
    number = page.locator("#new-number")
    number.fill("0120-000-110")
    page.locator("button[name=add]").click()
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(number).to_have_value("0120-000-110")
    expect(number).to_be_focused()
    expect(number).to_have_accessible_description(re.compile("0120-000-110"))
    if scripts:
        looks_right(page, 360)
    number.fill("03-1234-0820")
    page.locator("button[name=add]").click()
    expect(page.locator(".dest")).to_have_count(3)


def test_changes_are_counted_and_saved_once(site: MemberSite, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, site)
    page.goto(f"{site.url}/forwarding")
    bar = page.locator(".save")
    expect(bar).to_be_hidden()
    page.locator("#whisper").check()
    page.locator("#withheld").select_option("announcement")
    expect(bar).to_contain_text("2件の変更")
    bar.locator("button[type=submit]").click()
    expect(page.locator("#toasts")).to_contain_text("保存しました。")
    expect(page.locator("#whisper")).to_be_checked()
    expect(page.locator("#withheld")).to_have_value("announcement")
    expect(bar).to_be_hidden()


def test_a_message_is_played_by_the_page(site: MemberSite, open_page: OpenPage) -> None:
    page = open_page(width=360)
    sign_in(page, site)
    expect(page.locator(".tabs .pip")).to_have_count(1)
    page.goto(f"{site.url}/voicemail")
    lasts = page.evaluate(
        """async () => { const audio = document.querySelector('audio'); audio.preload = 'auto'; audio.load();
        if (audio.readyState < 1) await new Promise((done, fail) => {
          audio.addEventListener('loadedmetadata', done);
          audio.addEventListener('error', () => fail(audio.error.message)); });
        return audio.duration; }"""
    )
    assert lasts == pytest.approx(1, abs=0.1)
    page.get_by_role("button", name=re.compile("聞きました")).click()
    expect(page.locator(".tabs .pip")).to_have_count(0)


@pytest.mark.parametrize(("width", "dark"), VIEWS)
def test_a_change_is_undone_by_its_link(
    site: MemberSite, open_page: OpenPage, width: int, dark: bool
) -> None:
    page = open_page(width=width, height=800, dark=dark)
    page.goto(site.url + make_change(site.stand, "forwarding"))
    looks_right(page, width)
    page.get_by_role("button", name="元に戻す").click()
    expect(page.get_by_role("heading", name="変更を取り消しました")).to_be_visible()
    looks_right(page, width)
    page.goto(page.url)
    expect(page.get_by_role("heading", name="取り消しは行いませんでした")).to_be_visible()
    looks_right(page, width)


def test_without_a_line_there_is_one_way_out(site: MemberSite, open_page: OpenPage) -> None:
    page = open_page(width=360)
    sign_in(page, site, EMPTY_EMAIL)
    expect(page.get_by_role("heading", name="回線はまだありません")).to_be_visible()
    looks_right(page, 360)
    for path in ("/forwarding", "/forwarding/schedule", "/phones", "/call-out"):
        page.goto(site.url + path)
        expect(page).to_have_url(f"{site.url}/")
