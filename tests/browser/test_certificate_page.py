"""The public check of a certificate in a browser: one that holds, and one that no longer does."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from coworking.kit.db import Database
from tests.certificate_stand import CODE, NAME, CertificateStand, open_certificate_stand

OpenPage = Callable[..., Page]


@pytest.fixture
def published(clean_database: Database) -> Iterator[tuple[CertificateStand, str]]:
    """The stand, and its address."""
    stand = open_certificate_stand(clean_database)
    config = uvicorn.Config(
        stand.app, host="127.0.0.1", port=0, log_level="error", timeout_graceful_shutdown=1
    )
    server, bound = uvicorn.Server(config), config.bind_socket()
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([bound])), daemon=True)
    thread.start()
    yield stand, f"http://localhost:{bound.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_nothing_is_wrong_for_assistive_technology(
    published: tuple[CertificateStand, str], open_page: OpenPage, tmp_path: Path
) -> None:
    stand, url = published
    pages = {
        (width, dark): open_page(width=width, dark=dark, locale=locale)
        for width, dark, locale in ((360, True, "ja-JP"), (360, False, "en-GB"), (1280, False, "ja-JP"))
    }
    for state, words in (("holds", "有効です。|holds\\."), ("over", "効力を失っています。|no longer holds")):
        if state == "over":
            stand.end_contract()
        for (width, dark), page in pages.items():
            page.goto(f"{url}/published/sakura/certificates/{CODE}")
            expect(page.locator("#h-state")).to_contain_text(re.compile(words))
            expect(page.get_by_text(NAME).first).to_be_visible()
            result = Axe().run(page)
            assert result.violations_count == 0, result.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth") == width
            name = f"certificate-{state}-{width}-{'dark' if dark else 'light'}.png"
            page.screenshot(path=tmp_path / name, full_page=True)
