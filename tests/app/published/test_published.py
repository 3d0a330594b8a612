from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from app.operators import OperatorInForce
from app.published import OperatorsByName, published_routes
from app.published.api import router
from app.settings import OperatorSettings
from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.outbox import Resources
from coworking.kit.web.pages import build_pages
from coworking.kit.web.security_headers import SecurityHeaders
from coworking.membership import Doorway
from tests.factories.membership import nex
from tests.visitor import Visitor

JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
CLOCK = VirtualClock(datetime(2026, 7, 14, 16, tzinfo=UTC))  # the 15th in Tokyo


@pytest.fixture
def visitor(clean_database: Database) -> Visitor:
    settings = OperatorSettings(
        profile="nex", carrier_account_sid=f"AC{0:032}", carrier_auth_token="a token of the tests"
    )
    operators = OperatorsByName.of([OperatorInForce(1, settings, nex(), 1, nex().calendar())])
    api = FastAPI()
    api.state.doorway = Doorway(clean_database, CLOCK, Resources(operators))
    api.include_router(router)
    pages = build_pages(["app.published"], secret=b"a secret of sixteen bytes", https=False)
    routes = [
        *published_routes(pages, operators, CLOCK, clean_database),
        pages.static.route(),
        Mount("/", api),
    ]
    return Visitor(SecurityHeaders(Starlette(routes=routes), https=False))


def test_the_price_list_is_for_anybody(visitor: Visitor) -> None:
    page = visitor.get("/published/nex/prices")
    assert page.status_code == 200
    for shown in (
        "税抜",
        "32円",
        "税込 35.2円",
        "3分ごと",
        "2019年10月1日から",
        "本日有効",
        "月〜金 10:00–18:30",
    ):
        assert shown in page.text
    english = visitor.get("/published/nex/prices?lang=en").text.replace("日本語", "")
    assert not JAPANESE.search(english)
    assert "per started 3 minutes" in english


def test_the_terms_say_what_changed(visitor: Visitor) -> None:
    page = visitor.get("/published/nex/terms").text
    for shown in ("terms-2025-01-10", "2025年1月10日から", "第8条2項に(4)を追加", "月〜金 10:00–18:30"):
        assert shown in page
    assert not JAPANESE.search(visitor.get("/published/nex/terms?lang=en").text.replace("日本語", ""))


def test_programs_read_the_same(visitor: Visitor) -> None:
    prices = visitor.get("/api/published/nex/prices").json()
    assert (prices["on"], prices["tax_mode"], prices["tax_rate"]) == ("2026-07-15", "excluded", "0.1")
    (version,) = prices["versions"]
    assert (version["valid_from"], version["state"]) == ("2019-10-01", "in-force")
    price = version["prices"]["incoming-outgoing"]["forward-to-mobile"]
    assert (price["unit_seconds"], price["unit_price"], price["unit_price_with_tax"]) == (60, "32", "35.2")
    assert "desk-to-fixed" not in version["prices"]["incoming-outgoing"]
    terms = visitor.get("/api/published/nex/terms").json()
    assert [one["version"] for one in terms["versions"]] == ["terms-2025-01-10"]
    assert terms["office_hours"][0]["opens_at"] == "10:00:00"


@pytest.mark.parametrize("name", ["other", "NEX", "%00", "x" * 61])
@pytest.mark.parametrize("path", ["/published/{}/prices", "/published/{}/terms"])
def test_an_unknown_operator_is_not_there(visitor: Visitor, path: str, name: str) -> None:
    answer = visitor.get(path.format(name), headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "見つかりません" in answer.text
