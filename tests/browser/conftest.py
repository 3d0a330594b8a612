"""A real browser (Debian's Chromium) before a site that runs in this process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from coworking.kit.clock import SystemClock
from tests.simulator_stand import Stand, build_stand

CHROMIUM = "/usr/bin/chromium"
PATIENCE_MS = 15_000

expect.set_options(timeout=PATIENCE_MS)


class Site:
    """The stand behind a port of its own; its loop runs in a thread. It can be stopped and started again."""

    def __init__(self) -> None:
        self.port = 0
        self.stand: Stand
        self._server: uvicorn.Server
        self._thread: threading.Thread
        self.start()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        self.stand = build_stand(SystemClock())
        config = uvicorn.Config(
            self.stand.app, host="127.0.0.1", port=self.port, log_level="error", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        bound = config.bind_socket()
        self.port = bound.getsockname()[1]
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve([bound])), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self.stand.close()


@pytest.fixture
def site() -> Iterator[Site]:
    running = Site()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One per module: while it lives, its loop runs in this thread, and other tests need loops of their own."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`open_page(width=…, height=…, dark=…, locale=…)`: a page whose console must stay free of errors."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opened(
        *,
        width: int = 1280,
        height: int = 900,
        dark: bool = False,
        locale: str = "ja-JP",
        scripts: bool = True,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale=locale,
            reduced_motion="reduce",
            java_script_enabled=scripts,
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security" in said.text else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    return open_page()
