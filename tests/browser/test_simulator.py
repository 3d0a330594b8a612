"""The phone simulator in a browser, over a real sandbox carrier."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.simulator_stand import CALLER, MOBILE

CALLER_CARD, MOBILE_CARD = f"#p{CALLER[1:]}", f"#p{MOBILE[1:]}"
OpenPage = Callable[..., Page]
JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
VIEWS = [(width, dark) for width in (360, 1280) for dark in (False, True)]


def screen(page: Page, card: str) -> Locator:
    return page.locator(f"{card} .scr")


def hurry(page: Page, speed: int = 60) -> None:
    page.get_by_text(f"×{speed}", exact=True).click()


def ring_through(page: Page) -> None:
    """The suggested call, until the mobile rings; the clock stands still then, so nothing is missed."""
    page.locator(f"{CALLER_CARD} [data-act=dial]").click()
    hurry(page, 10)
    expect(screen(page, MOBILE_CARD)).to_contain_text("着信中")
    hurry(page, 1)


def talk(page: Page) -> None:
    ring_through(page)
    page.locator(f"{MOBILE_CARD} [data-act=answer]").click()
    expect(page.locator(f"{MOBILE_CARD} .hear")).to_contain_text("つなぐには1を押してください")
    page.locator(f"{MOBILE_CARD} [data-key='1']").click()
    expect(screen(page, MOBILE_CARD)).to_contain_text("通話中")


def test_a_newcomer_follows_the_hint_and_sees_the_price(site: Any, page: Page, tmp_path: Path) -> None:
    page.goto(f"{site.url}/simulator")
    expect(page.locator(".hints")).to_contain_text("佐藤 携帯が鳴ります")
    expect(page.locator(f"{CALLER_CARD} input")).to_have_value("03-1234-5678")
    talk(page)
    expect(screen(page, CALLER_CARD)).to_contain_text("通話中")
    expect(page.locator("[data-call] svg.legs .g-talk").first).to_be_visible()
    page.locator(f"{CALLER_CARD} [data-act=hang-up]").click()
    receipt = page.locator(".receipt")
    expect(receipt).to_contain_text("税抜")
    expect(receipt).to_contain_text("NEX-09")
    expect(receipt).to_contain_text(re.compile(r"秒 → 60秒×\d+単位 × 32円 = \d+円"))
    expect(page.locator("[data-feed]")).to_contain_text("status completed")
    expect(screen(page, MOBILE_CARD)).to_contain_text("待機")
    page.screenshot(path=tmp_path / "receipt.png")


def test_the_button_in_the_hint_dials(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/simulator")
    page.get_by_role("button", name="03-1234-5678 にかけてみる").click()
    expect(screen(page, CALLER_CARD)).to_contain_text("03-1234-5678 へ")


def test_with_the_keyboard_alone(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/simulator")
    number = page.locator(f"{CALLER_CARD} input")
    number.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("0312345678")
    page.keyboard.press("Enter")
    expect(screen(page, CALLER_CARD)).to_contain_text("03-1234-5678 へ")
    hurry_with_keys(page)
    expect(screen(page, MOBILE_CARD)).to_contain_text("着信中")
    page.locator("[name=speed]:checked").focus()
    page.keyboard.press("ArrowLeft")
    answer = page.locator(f"{MOBILE_CARD} [data-act=answer]")
    answer.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"{MOBILE_CARD} [data-act=hang-up]")).to_be_focused()
    expect(page.locator(f"{MOBILE_CARD} .hear")).to_contain_text("1を押してください")
    page.keyboard.press("1")
    expect(screen(page, MOBILE_CARD)).to_contain_text("通話中")
    page.keyboard.press("Escape")
    expect(screen(page, MOBILE_CARD)).to_contain_text("待機")
    expect(page.locator(f"{MOBILE_CARD} [data-act=dial]")).to_be_focused()


def hurry_with_keys(page: Page) -> None:
    page.locator("[name=speed]:checked").focus()
    page.keyboard.press("ArrowRight")


def test_the_keypad_dials_and_an_empty_number_is_asked_for(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/simulator")
    card = "#p81667421180"
    page.locator(f"{card} [data-act=dial]").click()
    expect(page.locator("[data-toasts]")).to_contain_text("番号を入れて「かける」を押してください。")
    expect(page.locator(f"{card} input")).to_be_focused()
    for key in "090*#":
        page.locator(f"{card} [data-key='{key}']").click()
    expect(page.locator(f"{card} input")).to_have_value("090*#")


def test_a_declined_call(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/simulator")
    ring_through(page)
    page.locator(f"{MOBILE_CARD} [data-act=reject]").click()
    expect(page.locator("[data-call]")).to_contain_text("つながらず")


def test_clock_and_disturbances(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/simulator")
    page.get_by_role("button", name="時計を止める").click()
    expect(page.locator("[data-pause]")).to_have_attribute("aria-pressed", "true")
    stood = page.locator("[data-clock]").text_content()
    hurry(page)
    expect(page.locator("[name=speed][value='60']")).to_be_checked()
    assert page.locator("[data-clock]").text_content() == stood
    chip = page.get_by_role("button", name="重複")
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-told]")).to_contain_text("2回ずつ")
    assert site.stand.sandbox.disturbances.duplicate
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "false")
    assert not site.stand.sandbox.disturbances.duplicate


def test_adding_a_phone(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/simulator")
    page.get_by_role("button", name="電話を足す").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("電話番号").fill("0120-123-456")
    dialog.get_by_role("button", name="足す").click()
    expect(dialog.get_by_label("だれの電話機")).to_be_focused()
    expect(dialog).to_contain_text("固定電話、携帯、050の番号を入れてください")
    dialog.get_by_label("だれの電話機").fill("川辺製作所")
    dialog.get_by_label("電話番号").fill("052-330-7148")
    dialog.get_by_role("button", name="足す").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("heading", name="川辺製作所")).to_be_visible()
    page.get_by_role("button", name="電話を足す").click()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_page_lives_through_a_restart_of_the_server(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/simulator")
    ring_through(page)
    expect(page.locator("[data-feed] li").first).to_be_visible()
    site.stop()
    expect(page.locator("[data-live]")).to_contain_text("途切れています")
    expect(page.locator("[data-toasts]")).to_contain_text("サーバーが戻ると")
    site.start()
    expect(page.locator("[data-live]")).to_contain_text("記録中")
    expect(page.locator("[data-feed] li")).to_have_count(0)
    expect(screen(page, MOBILE_CARD)).to_contain_text("待機")
    page.locator(f"{CALLER_CARD} [data-act=dial]").click()
    expect(screen(page, CALLER_CARD)).to_contain_text("03-1234-5678 へ")


def test_a_hidden_tab_asks_for_nothing_and_catches_up(site: Any, page: Page) -> None:
    page.clock.install()
    page.goto(f"{site.url}/simulator")
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => window.away, configurable: true})")
    page.evaluate("window.away = true")
    page.clock.run_for(2_000)  # what was under way comes to its end
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(60_000)
    assert asked == []
    with page.expect_response("**/simulator/state?*"):
        page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")


@pytest.mark.parametrize(("width", "dark"), VIEWS)
def test_nothing_is_wrong_for_assistive_technology(
    site: Any, open_page: OpenPage, tmp_path: Path, width: int, dark: bool
) -> None:
    page = open_page(width=width, height=4000, dark=dark)
    page.goto(f"{site.url}/simulator")
    talk(page)
    page.get_by_role("button", name="重複").click()
    hurry(page, 1)
    assert Axe().run(page).violations_count == 0
    page.locator(f"{CALLER_CARD} [data-act=hang-up]").click()
    expect(page.locator(".receipt")).to_contain_text("NEX-09")
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    page.screenshot(path=tmp_path / f"simulator-{width}-{'dark' if dark else 'light'}.png")
    page.get_by_role("button", name="電話を足す").click()
    page.get_by_role("dialog").get_by_role("button", name="足す").click()
    expect(page.get_by_role("dialog").get_by_label("だれの電話機")).to_be_focused()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()


def test_the_page_does_not_scroll_sideways_but_the_wall_does(site: Any, open_page: OpenPage) -> None:
    page = open_page(width=360, height=800)
    page.goto(f"{site.url}/simulator")
    talk(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate("document.querySelector('.phones').scrollWidth") > 360
    page.locator(".strip").get_by_role("link", name="山陽書籍").click()
    expect(page.locator("#p81667421180 h3")).to_be_in_viewport()


def test_english_is_whole(site: Any, open_page: OpenPage) -> None:
    page = open_page(locale="en-GB")
    page.goto(f"{site.url}/simulator")
    page.locator(f"{CALLER_CARD} [data-act=dial]").click()
    expect(screen(page, CALLER_CARD)).to_contain_text("to 03-1234-5678")
    hurry(page, 10)
    expect(screen(page, MOBILE_CARD)).to_contain_text("Ringing")
    read = page.evaluate(
        """() => [...document.querySelectorAll('main *')].filter(e => !e.closest('[lang=ja]'))
            .flatMap(e => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data))"""
    )
    for name in [*(phone.name for phone in site.stand.sandbox.phones.values()), "佐藤デザイン事務所"]:
        read = [text.replace(name, "") for text in read]
    assert [text for text in read if JAPANESE.search(text)] == []
