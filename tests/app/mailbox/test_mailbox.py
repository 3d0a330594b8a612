from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from app.mailbox import mailbox_routes
from coworking.kit.clock import VirtualClock
from coworking.kit.mail_folder import FolderMailer
from coworking.kit.mailer import Attachment, Mail
from coworking.kit.web.pages import build_pages
from coworking.kit.web.security_headers import SecurityHeaders

STARTS_AT = datetime(2026, 7, 14, 4, 8, tzinfo=UTC)


class Demonstration:
    """The mailbox over ASGI, and the folder behind it."""

    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock(STARTS_AT)
        self.mailer = FolderMailer(folder, self.clock)
        pages = build_pages(["app.mailbox"], secret=b"a secret of sixteen bytes", https=False)
        app = Starlette(routes=[*mailbox_routes(pages, self.mailer), pages.static.route()])
        self._transport = httpx.ASGITransport(SecurityHeaders(app, https=False))

    def get(self, path: str, *, accept: str = "text/html") -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://testserver") as client:
                return await client.get(path, headers={"Accept": accept})

        return asyncio.run(ask())

    def send(self, subject: str, body: str = "こんにちは。\n二行目。\n") -> str:
        """The address of the message's page."""
        self.clock.advance_to(self.clock.now() + timedelta(minutes=1))
        self.mailer.send(Mail("notice-1", "hanako@example.jp", subject, body, "ja", STARTS_AT))
        return f"/mailbox/{self.mailer.messages(1)[0].name}"


@pytest.fixture
def demonstration(tmp_path: Path) -> Demonstration:
    return Demonstration(tmp_path / "mail")


def test_an_empty_mailbox_says_so(demonstration: Demonstration) -> None:
    assert "送ったメールはまだありません。" in demonstration.get("/mailbox").text
    assert "No mail has been sent yet." in demonstration.get("/mailbox?lang=en").text


def test_the_newest_message_stands_first(demonstration: Demonstration) -> None:
    demonstration.send("一通目")
    latest = demonstration.send("二通目")
    page = demonstration.get("/mailbox").text
    assert page.index("二通目") < page.index("一通目")
    assert f'href="{latest}"' in page
    assert "7月14日（火）13:10" in page
    assert "hanako@example.jp" in page


def test_a_message_is_shown_as_text(demonstration: Demonstration) -> None:
    path = demonstration.send("転送を止めました", "一行目\n<script>alert(1)</script> & 三\n")
    page = demonstration.get(path).text
    assert "一行目\n&lt;script&gt;alert(1)&lt;/script&gt; &amp; 三" in page
    assert "<script>" not in page
    assert "&lt;notice-1@localhost&gt;" in page


def test_what_is_attached_is_named(demonstration: Demonstration) -> None:
    path = demonstration.send("伝言")
    assert "添付" not in demonstration.get(path).text
    names = ("伝言.wav", "<b>.pdf")
    files = tuple(Attachment(name, "application/octet-stream", b"x") for name in names)
    mail = Mail("notice-2", "hanako@example.jp", "伝言", "本文", "ja", STARTS_AT, files)
    demonstration.clock.advance_to(demonstration.clock.now() + timedelta(minutes=1))
    demonstration.mailer.send(mail)
    path = f"/mailbox/{demonstration.mailer.messages(1)[0].name}"
    for shown in ("添付", "伝言.wav", "&lt;b&gt;.pdf"):
        assert shown in demonstration.get(path).text


def test_markup_in_a_subject_is_text(demonstration: Demonstration) -> None:
    path = demonstration.send("<img src=x>")
    for page in ("/mailbox", path):
        assert "<img" not in demonstration.get(page).text


def test_a_message_without_a_subject_can_be_opened(demonstration: Demonstration) -> None:
    path = demonstration.send("")
    assert "(no subject)" in demonstration.get(f"{path}?lang=en").text
    assert "（件名なし）" in demonstration.get("/mailbox").text


def test_pages_carry_the_policy_and_are_not_kept(demonstration: Demonstration) -> None:
    answer = demonstration.get(demonstration.send("転送を止めました"))
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "name", ["nothing", "20260714T040800000000Z-00000000", "..%2f..%2fetc%2fpasswd", "%00"]
)
def test_what_is_not_there_is_a_page_or_a_problem(demonstration: Demonstration, name: str) -> None:
    assert demonstration.get(f"/mailbox/{name}").status_code == 404
    if "%2f" not in name:
        answer = demonstration.get(f"/mailbox/{name}", accept="application/json")
        assert answer.json()["code"] == "not-found"
