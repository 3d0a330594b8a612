"""The door simulator in a browser, over sandbox locks in the database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from tests.door_stand import DoorStand, make_door_stand
from tests.factories.membership import NOW

OpenPage = Callable[..., Page]
JAPANESE = re.compile(r"[぀-ヿ㐀-鿿]")
VIEWS = [(width, dark) for width in (360, 1280) for dark in (False, True)]


@pytest.fixture
def doors(clean_database: Database) -> Iterator[DoorStand]:
    stand = make_door_stand(clean_database, VirtualClock(NOW))
    server, thread = stand.serve()
    yield stand
    server.should_exit = True
    thread.join()


def test_a_door_opens_for_five_seconds_and_the_log_says_why(doors: DoorStand, page: Page) -> None:
    page.goto(doors.url)
    door, log = page.locator(".door"), page.locator(".door-log")
    expect(door).to_contain_text("施錠中")
    expect(log).to_contain_text("まだだれも来ていません")
    doors.come(reason="outside-plan-hours")
    expect(log).to_contain_text("プラン時間外")
    expect(door).to_contain_text("施錠中")
    doors.come()
    expect(door).to_contain_text("開いています")
    expect(log.locator("li")).to_have_count(2)
    expect(log.locator("li").first).to_contain_text("錠が開いた")
    assert isinstance(doors.clock, VirtualClock)
    doors.clock.advance_to(NOW + timedelta(seconds=5))
    expect(door).to_contain_text("施錠中")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_lock_can_be_made_to_refuse(doors: DoorStand, open_page: OpenPage, scripts: bool) -> None:
    page = open_page(scripts=scripts)
    page.goto(doors.url)
    page.get_by_text("錠の不具合を試す").click()
    page.get_by_role("button", name="断る").click()
    expect(page.locator(".door")).to_contain_text("断る")
    doors.come()
    page.reload()
    expect(page.locator(".door-log")).to_contain_text("錠が断った")
    expect(page.locator(".door")).to_contain_text("施錠中")


@pytest.mark.parametrize(("width", "dark"), VIEWS)
def test_everybody_can_use_it(
    doors: DoorStand, open_page: OpenPage, tmp_path: Path, width: int, dark: bool
) -> None:
    doors.come(reason="reservation-required")
    doors.come()
    page = open_page(width=width, dark=dark)
    page.goto(doors.url)
    expect(page.locator(".door")).to_contain_text("開いています")
    page.locator("summary").click()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
    page.screenshot(path=tmp_path / f"doors-{width}-{'dark' if dark else 'light'}.png", full_page=True)


def test_it_speaks_english(doors: DoorStand, open_page: OpenPage) -> None:
    doors.come()
    page = open_page(locale="en-GB")
    page.goto(doors.url)
    expect(page.locator(".door")).to_contain_text("open")
    said = page.locator("main").inner_text()
    assert not JAPANESE.search(said)
