"""Ways through the door and one's own account, in a browser with an authenticator of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.account_site import EMAIL, AccountSite, open_account_site
from tests.factories.membership import PASSWORD

OpenPage = Callable[..., Page]
SIZES = [(360, False), (360, True), (1280, False), (1280, True)]


@pytest.fixture
def site(clean_database: Any, database_url: str, tmp_path: Path) -> Iterator[AccountSite]:
    site = open_account_site(database_url, tmp_path)
    yield site
    site.stop()


def with_authenticator(page: Page) -> None:
    """A platform authenticator that always knows its user."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def sign_in(page: Page, site: AccountSite) -> None:
    page.goto(f"{site.url}/sign-in")
    page.get_by_label("メールアドレス").fill(EMAIL)
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="サインイン", exact=True).click()
    page.wait_for_url(re.compile(r"^(?!.*sign-in)"))


def looked_at(page: Page, folder: Path, name: str) -> None:
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.screenshot(path=folder / f"{name}.png", full_page=True)


@pytest.mark.parametrize("by", ["the browser", "the button"])
def test_a_passkey_is_registered_and_lets_in(site: AccountSite, page: Page, by: str) -> None:
    with_authenticator(page)
    if by == "the button":
        page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")
    sign_in(page, site)
    page.goto(f"{site.url}/account")
    page.get_by_label("パスキーの名前").fill("机のパソコン")
    page.get_by_role("button", name="パスキーを登録").click()
    expect(page.get_by_text("パスキーを登録しました。")).to_be_visible()
    page.get_by_role("button", name="サインアウト").click()
    if by == "the button":
        page.get_by_role("button", name="パスキーでサインイン").click()
    # Otherwise the browser offers it at the field, and this authenticator's user says yes at once.
    page.wait_for_url(f"{site.url}/")
    page.goto(f"{site.url}/account")
    expect(page.get_by_text("机のパソコン", exact=True)).to_be_visible()


def test_a_second_factor_is_set_up_and_asked_for(site: AccountSite, page: Page, tmp_path: Path) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/account")
    page.get_by_role("button", name="設定を始める").click()
    key = page.locator(".key").inner_text()
    looked_at(page, tmp_path, "enrolment")
    page.get_by_label("コード", exact=True).fill(pyotp.TOTP(key).at(site.clock.now()))
    page.get_by_role("button", name="設定する").click()
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("button", name="サインアウト").click()
    page.get_by_label("メールアドレス").fill(EMAIL)
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="サインイン", exact=True).click()
    page.get_by_label("コード", exact=True).fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_label("コード", exact=True)).to_have_attribute("aria-invalid", "true")
    looked_at(page, tmp_path, "code")
    page.get_by_label("コード", exact=True).fill(codes[0])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_forgotten_password_is_chosen_anew(site: AccountSite, open_page: OpenPage, scripts: bool) -> None:
    page = open_page(scripts=scripts)
    page.goto(f"{site.url}/sign-in")
    page.get_by_role("link", name="お忘れですか").click()
    page.get_by_label("メールアドレス").fill(EMAIL)
    page.get_by_role("button", name="リンクを送る").click()
    expect(page.get_by_role("status")).to_contain_text("アカウントごとにリンクをお送りします")
    link = site.link("reset")
    page.goto(link)
    page.get_by_label("新しいパスワード").fill("short")
    page.get_by_role("button", name="パスワードを決める").click()
    expect(page.get_by_label("新しいパスワード")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("新しいパスワード").fill("a new password")
    page.get_by_role("button", name="パスワードを決める").click()
    expect(page.get_by_role("status")).to_contain_text(EMAIL)
    page.goto(link)
    expect(page.get_by_role("alert")).to_contain_text("期限が切れたか")


def test_somebody_registers(site: AccountSite, page: Page) -> None:
    page.goto(f"{site.url}/sign-in")
    page.get_by_role("link", name="メールアドレスの確認から").click()
    page.get_by_label("お名前").fill("鈴木 次郎")
    page.get_by_label("メールアドレス").fill("suzuki@example.jp")
    page.get_by_role("button", name="リンクを送る").click()
    expect(page.get_by_role("status")).to_contain_text("suzuki@example.jp")
    page.goto(site.link("confirm"))
    page.get_by_label("新しいパスワード").fill("a new password")
    page.get_by_role("button", name="完了する").click()
    expect(page.get_by_role("status")).to_contain_text("suzuki@example.jp")


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_every_page_is_whole_at_every_size(
    site: AccountSite, open_page: OpenPage, tmp_path: Path, width: int, dark: bool
) -> None:
    page = open_page(width=width, height=900, dark=dark)
    look = f"{width}-{'dark' if dark else 'light'}"
    for path in ("sign-in", "forgotten", "register", "confirm/x"):
        page.goto(f"{site.url}/{path}")
        looked_at(page, tmp_path, f"{path.partition('/')[0]}-{look}")
        page.goto(f"{site.url}/{path}?lang=en")
        assert not re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", page.inner_text("main").replace("日本語", ""))
        page.goto(f"{site.url}/{path}?lang=ja")
    sign_in(page, site)
    page.goto(f"{site.url}/account")
    looked_at(page, tmp_path, f"account-{look}")
