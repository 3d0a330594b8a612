"""Signing in with a browser, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.simulator_stand import EMAIL, PASSWORD

OpenPage = Callable[..., Page]


@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_door_to_the_start_page_and_out(site: Any, open_page: OpenPage, scripts: bool) -> None:
    page = open_page(scripts=scripts)
    page.goto(site.url)
    page.get_by_label("メールアドレス").fill(EMAIL)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    expect(page.get_by_role("link", name="電話の試験")).to_be_visible()
    page.get_by_role("button", name="サインアウト").click()
    expect(page.get_by_role("heading", name="おかえりなさい")).to_be_visible()
    page.goto(site.url)
    expect(page).to_have_url(f"{site.url}/sign-in")


@pytest.mark.parametrize(("width", "dark"), [(360, False), (360, True), (1280, False), (1280, True)])
def test_a_wrong_pair_takes_the_focus_to_the_problem(
    site: Any, open_page: OpenPage, tmp_path: Path, width: int, dark: bool
) -> None:
    page = open_page(width=width, height=1600, dark=dark)
    page.goto(f"{site.url}/sign-in")
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("Tab")
    page.get_by_label("メールアドレス").focus()
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    password = page.get_by_label("パスワード")
    expect(password).to_be_focused()
    expect(password).to_have_attribute("aria-invalid", "true")
    expect(password).to_have_accessible_description(
        "メールアドレスかパスワードが違います。もう一度入力してください。"
    )
    expect(page.get_by_label("メールアドレス")).to_have_value(EMAIL)
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.screenshot(path=tmp_path / f"sign-in-{width}-{'dark' if dark else 'light'}.png")
    password.fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="行き先")).to_be_visible()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()


def test_the_language_is_one_press_away(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/sign-in")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    page.goto(f"{site.url}/simulator")
    expect(page.get_by_role("heading", name="Phone simulator")).to_be_visible()
