"""Anybody who holds a certificate of use checks it, on the page and over the API."""

from __future__ import annotations

import pytest

from coworking.kit.db import Database
from coworking.kit.errors import NotFound
from tests.certificate_stand import CODE, NAME, open_certificate_stand
from tests.visitor import Visitor


def test_a_certificate_is_checked_by_whoever_holds_it(clean_database: Database) -> None:
    stand = open_certificate_stand(clean_database)
    visitor = Visitor(stand.app)

    page = visitor.get(f"/published/sakura/certificates/{CODE}").text
    assert "この証明書は有効です。" in page
    assert NAME in page
    assert "@" not in page.split("<main", 1)[1]
    path = "/api/published/sakura/address-certificates/"
    answer = visitor.get(path + CODE.lower())
    assert (answer.status_code, answer.json()["state"]) == (200, "valid")
    assert set(answer.json()) == {
        "state", "name", "registered_name", "use_ja", "use_en", "address_ja", "address_en", "issued_on", "valid_until",
    }  # fmt: skip
    stand.end_contract()
    assert "この証明書は効力を失っています。" in visitor.get(f"/published/sakura/certificates/{CODE}").text
    assert visitor.get(path + CODE).json()["state"] == "ended"
    for wrong in (f"sakura/certificates/{CODE[:-1]}", f"nobody/certificates/{CODE}"):
        assert visitor.get(f"/published/{wrong}").status_code == 404, wrong
    with pytest.raises(NotFound):
        visitor.get(f"{path}{CODE[:-1]}")
