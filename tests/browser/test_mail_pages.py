"""The mail counter, the hand-over and the member's mail in a browser, with a real photo."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page, expect
from sqlalchemy import select

from coworking.kit.notices import Notice
from coworking.kit.typesetting import FONTS
from mail_handling import Choice, MailKind, Wanted, instruct, issue_grant, list_items
from tests.browser.test_staff_pages import Office, office
from tests.console_stand import NOW
from tests.factories.mail import make_item

__all__ = ["office"]

OpenPage = Callable[..., Page]
UNASSIGNED = Wanted(status="unassigned")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
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


def pages_pdf(pages: int) -> bytes:
    page, pdf = Image.new("RGB", (827, 1169), "white"), io.BytesIO()
    page.save(pdf, "PDF", resolution=100, save_all=True, append_images=[page] * (pages - 1))
    return pdf.getvalue()


def enter_mail(office: Office) -> None:
    """For the first member a letter and a parcel to be decided on and a letter to be opened, and one for nobody."""
    stand = office.stand
    with stand.composition.database.transaction(stand.operator_id) as session:
        member = stand.members[0]
        rules = stand.composition.operators[0].mail_rules(office.url)
        for kind, sender in ((MailKind.LETTER, "みなと税務署"), (MailKind.PARCEL, "山陽書籍")):
            make_item(
                session, stand.operator_id, member=member, rules=rules, kind=kind, sender=sender, now=NOW
            )
        make_item(session, stand.operator_id, rules=rules, addressee="宛名 不明", now=NOW)
        opened = make_item(session, stand.operator_id, member=member, rules=rules, now=NOW)
        instruct(session, rules, opened.id, Choice.SCAN, actor=member_of(member.id), by_staff=False, now=NOW)


def member_of(member_id: int) -> str:
    return f"member:{member_id}"


def fault_free(page: Page, width: int, picture: Path) -> None:
    for closed in page.locator("main details").all():
        closed.evaluate("details => details.open = true")
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        result = Axe().run(page)
        assert result.violations_count == 0, f"{page.url}\n{result.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") == width, page.url
        page.screenshot(path=picture.with_stem(f"{picture.stem}-{scheme}"), full_page=True)


@pytest.mark.parametrize(("width", "locale"), [(360, "ja-JP"), (1280, "en-GB")])
def test_nothing_is_wrong_for_assistive_technology(
    office: Office, open_page: OpenPage, tmp_path: Path, width: int, locale: str
) -> None:
    enter_mail(office)
    for role, paths in (
        ("member", ("/mail", "/mail?show=here", "/mail/standing", "/mail/3")),
        (
            "reception",
            (
                "/",
                "/console/mail?work=scan",
                "/console/mail/3",
                "/console/mail/3/scan",
                "/console/hand-over",
                "/console/hand-over?member=1",
            ),
        ),
    ):
        page = open_page(width=width, locale=locale)
        office.sign_in(page, role)
        for place, path in enumerate(paths):
            member_id = office.stand.members[0].id
            item_id = first(
                office, Wanted(instruction="scan") if "scan" in path or role == "member" else UNASSIGNED
            )
            page.goto(office.url + path.replace("=1", f"={member_id}").replace("/3", f"/{item_id}"))
            fault_free(page, width, tmp_path / f"{role}-{place}-{width}.png")


def first(office: Office, wanted: Wanted) -> int:
    with office.stand.composition.database.transaction(office.stand.operator_id) as session:
        return list_items(session, wanted, after_id=0, limit=1)[0].id


def test_today_leads_to_the_pages_of_an_opened_letter(
    office: Office, open_page: OpenPage, tmp_path: Path
) -> None:
    enter_mail(office)
    desk = open_page(width=360)
    office.sign_in(desk, "reception")
    desk.goto(office.url)
    expect(desk.get_by_role("link", name="宛先の確認を待つ郵便物 1件")).to_be_visible()
    desk.get_by_role("link", name="開封・スキャンする郵便物 1件").click()
    desk.get_by_role("region", name="開封・スキャン").get_by_role("link", name="佐藤デザイン事務所").click()
    desk.get_by_role("link", name="開封・スキャン").click()
    expect(desk.get_by_text("会員の指示")).to_be_visible()
    desk.get_by_label("次のページの写真").set_input_files(
        {"name": "page.jpg", "mimeType": "image/jpeg", "buffer": label_photo("第1ページ")}
    )
    desk.get_by_role("button", name="ページを加える", exact=True).click()
    desk.get_by_text("スキャナーのファイルから").click()
    desk.get_by_label("PDFまたは画像").set_input_files(
        {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": pages_pdf(2)}
    )
    desk.get_by_role("button", name="このページを加える").click()
    expect(desk.get_by_role("img", name="3ページ")).to_be_visible()
    fault_free(desk, 360, tmp_path / "pages.png")
    desk.get_by_role("button", name="外す 2ページ").click()
    desk.get_by_role("button", name="2ページで仕上げる").click()
    expect(desk.get_by_text("スキャンを仕上げ、会員に知らせました。")).to_be_visible()
    with office.stand.composition.database.transaction(office.stand.operator_id) as session:
        told = session.scalars(select(Notice.body).where(Notice.kind == "mail-scanned")).one()
    scanned = desk.url.partition("?")[0]
    assert scanned.removeprefix(office.url).replace("/console", "") in told
    desk.goto(f"{scanned}/scan")
    expect(desk.get_by_text("開封しないでください。")).to_be_visible()
    expect(desk.get_by_label("次のページの写真")).to_have_count(0)


CAMERA = """
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d");
    let shade = 0;
    setInterval(() => {
        pen.fillStyle = `rgb(0, ${shade = (shade + 40) % 200}, 90)`;
        pen.fillRect(0, 0, 300, 150);
    }, 40);
    navigator.mediaDevices.getUserMedia = async () => {
        if (window.denied) throw new DOMException("denied");
        return window.stream = canvas.captureStream(10);
    };
    window.BarcodeDetector = class {
        static async getSupportedFormats() { return ["qr_code"]; }
        async detect() { return window.shown ? [{ rawValue: window.shown }] : []; }
    };
"""


def test_the_camera_reads_the_members_code_where_the_browser_can(
    office: Office, open_page: OpenPage, tmp_path: Path
) -> None:
    enter_mail(office)
    with office.stand.composition.database.transaction(office.stand.operator_id) as session:
        rules = office.stand.composition.operators[0].mail_rules(office.url)
        assert rules is not None
        member_id = office.stand.members[0].id
        code = issue_grant(session, rules, member_id, actor=member_of(member_id), now=NOW).code
    without = open_page(width=360)
    without.add_init_script("delete window.BarcodeDetector")
    office.sign_in(without, "reception")
    without.goto(f"{office.url}/console/hand-over")
    expect(without.get_by_role("textbox", name="受取コード")).to_be_visible()
    expect(without.get_by_role("button", name="カメラで読み取る")).to_be_hidden()

    desk = open_page(width=360)
    desk.add_init_script(CAMERA)
    office.sign_in(desk, "reception")
    answer = desk.goto(f"{office.url}/console/hand-over")
    assert answer is not None
    assert "camera=(self)" in answer.headers["permissions-policy"]
    read = desk.get_by_role("button", name="カメラで読み取る")
    desk.evaluate("window.denied = true")
    read.click()
    expect(desk.get_by_text("カメラを使えません。")).to_be_visible()
    desk.evaluate("window.denied = false")
    read.click()
    stop = desk.get_by_role("button", name="カメラを止める")
    expect(stop).to_be_focused()
    fault_free(desk, 360, tmp_path / "camera.png")
    stop.click()
    expect(read).to_be_focused()
    assert desk.evaluate("window.stream.getTracks().every(track => track.readyState === 'ended')")
    read.click()
    desk.evaluate("code => { window.shown = code; }", code)
    expect(desk.get_by_role("heading", name="佐藤デザイン事務所")).to_be_visible()
    expect(desk.get_by_text("受取コードを確認しました。")).to_be_visible()


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
