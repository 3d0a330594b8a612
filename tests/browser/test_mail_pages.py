"""The mail counter, the hand-over and the member's mail in a browser, with a real photo."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page, expect

from coworking.kit.typesetting import FONTS
from mail_handling import MailKind, Wanted, list_items
from tests.browser.test_staff_pages import Office, office
from tests.console_stand import NOW
from tests.factories.mail import make_item

__all__ = ["office"]

OpenPage = Callable[..., Page]
FONT = next(iter(sorted(FONTS.glob("*.[ot]tf"))))


def label_photo(*lines: str) -> bytes:
    """A label in black on white, as a camera would send it."""
    photo = Image.new("RGB", (1400, 900), "#efe9dc")
    draw = ImageDraw.Draw(photo)
    draw.rectangle((90, 90, 1310, 810), fill="white", outline="#999")
    font = ImageFont.truetype(str(FONT), 64)
    for place, line in enumerate(lines):
        draw.text((160, 170 + 120 * place), line, font=font, fill="black")
    jpeg = io.BytesIO()
    photo.save(jpeg, "JPEG", quality=88)
    return jpeg.getvalue()


def enter_mail(office: Office) -> None:
    """Two items for the first member, one of them to be decided on, and one for nobody."""
    stand = office.stand
    with stand.composition.database.transaction(stand.operator_id) as session:
        member = stand.members[0]
        rules = stand.composition.operators[0].mail_rules()
        for kind, sender in ((MailKind.LETTER, "みなと税務署"), (MailKind.PARCEL, "山陽書籍")):
            make_item(
                session, stand.operator_id, member=member, rules=rules, kind=kind, sender=sender, now=NOW
            )
        make_item(session, stand.operator_id, rules=rules, addressee="宛名 不明", now=NOW)


def fault_free(page: Page, width: int, picture: Path) -> None:
    for closed in page.locator("main details").all():
        closed.evaluate("details => details.open = true")
    result = Axe().run(page)
    assert result.violations_count == 0, f"{page.url}\n{result.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") == width, page.url
    page.screenshot(path=picture, full_page=True)


@pytest.mark.parametrize(("width", "locale"), [(360, "ja-JP"), (1280, "en-GB")])
def test_nothing_is_wrong_for_assistive_technology(
    office: Office, open_page: OpenPage, tmp_path: Path, width: int, locale: str
) -> None:
    enter_mail(office)
    for role, paths in (
        ("member", ("/mail", "/mail?show=here", "/mail/standing")),
        (
            "reception",
            ("/console/mail", "/console/mail/3", "/console/hand-over", "/console/hand-over?member=1"),
        ),
    ):
        page = open_page(width=width, locale=locale)
        office.sign_in(page, role)
        for place, path in enumerate(paths):
            member_id, item_id = office.stand.members[0].id, first_unassigned(office)
            page.goto(office.url + path.replace("=1", f"={member_id}").replace("/3", f"/{item_id}"))
            fault_free(page, width, tmp_path / f"{role}-{place}-{width}.png")


def first_unassigned(office: Office) -> int:
    with office.stand.composition.database.transaction(office.stand.operator_id) as session:
        return list_items(session, Wanted(status="unassigned"), after_id=0, limit=1)[0].id


def test_from_the_photo_to_the_hand_over(office: Office, open_page: OpenPage, tmp_path: Path) -> None:
    desk = open_page(width=820, height=1100)
    office.sign_in(desk, "reception")
    desk.goto(f"{office.url}/console/mail")
    photo = label_photo("〒220-0011 横浜市西区高島1-1", "佐藤デザイン事務所 御中")
    desk.get_by_label("宛名の写真").set_input_files(
        {"name": "label.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )
    desk.get_by_role("button", name="宛名を読み取る").click()
    expect(desk.get_by_role("radio", name="佐藤デザイン事務所")).to_be_checked()
    desk.get_by_label("差出人（記載のまま）").fill("みなと税務署")
    desk.get_by_label("棚").fill("A-3")
    desk.screenshot(path=tmp_path / "intake.png", full_page=True)
    desk.get_by_role("button", name="受け付ける").click()
    expect(desk.get_by_text("会員に知らせ、保管しています。")).to_be_visible()

    phone = open_page(width=360)
    office.sign_in(phone, "member")
    phone.goto(f"{office.url}/mail")
    expect(phone.get_by_role("img", name="の外観")).to_be_visible()
    phone.get_by_text("窓口で受け取る", exact=True).last.click()
    phone.screenshot(path=tmp_path / "member.png", full_page=True)
    phone.get_by_role("button", name="この内容で指示する").click()
    expect(phone.get_by_text("ご指示を受け付けました。")).to_be_visible()
    phone.get_by_role("button", name="窓口で受け取る").click()
    expect(phone.get_by_role("img", name="受け取り用QRコード")).to_be_visible()
    phone.screenshot(path=tmp_path / "code.png", full_page=True)
    phone.get_by_text("読み取れないとき").click()
    code = phone.locator(".code-text").inner_text()

    desk.goto(f"{office.url}/console/hand-over")
    desk.get_by_role("textbox", name="受取コード").fill(code)
    desk.get_by_role("button", name="確かめる").click()
    expect(desk.get_by_role("heading", name="佐藤デザイン事務所")).to_be_visible()
    pad = desk.locator("canvas")
    box = pad.bounding_box()
    assert box is not None
    desk.mouse.move(box["x"] + 30, box["y"] + 40)
    desk.mouse.down()
    desk.mouse.move(box["x"] + 200, box["y"] + 90, steps=5)
    desk.mouse.up()
    desk.screenshot(path=tmp_path / "hand-over.png", full_page=True)
    desk.get_by_role("button", name="お渡し済み").click()
    expect(desk.get_by_text("お渡しを記録し、会員に知らせました。")).to_be_visible()
    phone.goto(f"{office.url}/mail?show=done")
    expect(phone.get_by_text("お渡し済み")).to_be_visible()
