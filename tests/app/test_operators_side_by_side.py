"""One deployment serves an operator that lends lines and one that does not (R26)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp

from app.pages import page_routes
from app.settings import OperatorSettings, Settings
from app.wiring import Composition, asgi_application, compose, reach_carriers
from coworking.kit.clock import SystemClock, VirtualClock
from coworking.kit.mail_folder import FolderMailer
from coworking.kit.stored_files import Files
from coworking.membership import NewMember, Passwords, join
from telephony.carrier import Carriers
from telephony.carrier.sandbox.real_time import PacedClock
from telephony.numbers import RulesOfLines
from tests.api_house import ApiHouse
from tests.api_tenants import EXAMPLES, Tenant, make_tenant
from tests.factories.membership import NOW, PASSWORD, make_account, make_token
from tests.visitor import Visitor

STAFF, MEMBER = "staff@sakura.example.jp", "sato@sakura.example.jp"
OF_LINES = ["/calls", "/forwarding", "/voicemail", "/phones", "/call-out"]
OF_STAFF = ["/console/calls", "/console/lines", "/console/numbers", "/reception", "/console/interruptions"]


@dataclass
class SideBySide:
    composition: Composition
    app: ASGIApp
    house: ApiHouse
    staff: str
    member: str
    """Tokens of people of the operator without lines."""
    nex: Tenant

    def signed_in(self, email: str) -> Visitor:
        visitor = Visitor(self.app)
        answer = visitor.post_form("/sign-in?lang=en", "/sign-in?lang=en", email=email, password=PASSWORD)
        assert answer.status_code == 303
        return visitor


@pytest.fixture
def both(clean_database: Any, database_url: str, tmp_path: Path) -> Iterator[SideBySide]:
    clock = VirtualClock(NOW)
    settings = Settings(
        var_dir=tmp_path,
        operators=(
            OperatorSettings(
                profile="nex", carrier_account_sid=f"AC{0:032}", carrier_auth_token="a token of the tests"
            ),
            OperatorSettings(profile="sakura"),
        ),
        secret_key="a secret of the tests, long enough for anything",
        argon2_time_cost=1,
        argon2_memory_kib=1024,
    )
    mailer = FolderMailer(tmp_path / "mail", clock, sender="rusuban@localhost")
    with closing(compose(settings, database_url=database_url, clock=clock, mailer=mailer)) as composition:
        yield _filled(composition)


def _filled(composition: Composition) -> SideBySide:
    nex, sakura = composition.operator("nex"), composition.operator("sakura")
    with composition.database.transaction(nex.id) as session:
        tenant = make_tenant(session, nex.id, nex.profile_version_id, 1, composition.resources[Files])
        nex_staff = make_token(session, make_account(session, nex.id))
    with composition.database.transaction(sakura.id) as session:
        wanted = NewMember(
            kind="person",
            name="佐藤 花子",
            email=MEMBER,
            plan="all-day",
            office="toyama",
            starts_on=sakura.calendar.local_date(NOW),
        )
        member = join(
            session,
            sakura.profile.membership,
            wanted,
            operator_id=sakura.id,
            actor="account:1",
            now=NOW,
        )
        accounts = [
            make_account(session, sakura.id, sign_in_name=STAFF),
            make_account(session, sakura.id, member=member, sign_in_name=MEMBER),
        ]
        for account in accounts:
            account.password_hash = composition.resources[Passwords].hash(PASSWORD)
        tokens = [make_token(session, account) for account in accounts]
    app = asgi_application(composition, pages=page_routes(composition, (), PacedClock(SystemClock()), None))
    house = ApiHouse(composition, {"nex": nex_staff, "sakura": tokens[0]}, tenant, tenant, tenant)
    return SideBySide(composition, app, house, tokens[0], tokens[1], tenant)


def test_only_who_lends_lines_has_a_carrier_and_rules_of_lines(both: SideBySide) -> None:
    nex, sakura = (both.composition.operator(name) for name in ("nex", "sakura"))
    assert list(both.composition.resources[RulesOfLines]) == [nex.id]
    # nex's is a sandbox inside the server; sakura misses none.
    assert reach_carriers(both.composition) == ["nex"]
    assert sakura.id not in both.composition.resources[Carriers]


def test_nobody_without_lines_breaks_the_api_or_sees_what_is_anothers(both: SideBySide) -> None:
    # That every parameter has an example is for tests/app/test_api.py to say.
    asked = [one for one in both.house.operations() if one.parameters("path").keys() <= EXAMPLES.keys()]
    assert len(asked) > 100
    for operation in asked:
        for token in (both.staff, both.member):
            answer = both.house.call(operation, both.nex, token=token)
            assert answer.status < 500, operation.name
            assert both.nex.number.encode() not in answer.body, operation.name


def test_a_line_is_refused_with_a_stable_code(both: SideBySide) -> None:
    for method, url, body in (
        ("GET", "/api/area-codes", None),
        ("POST", "/api/lines", {"line_plan": "incoming-outgoing", "member_id": both.nex.member_id}),
        ("GET", "/api/calls", None),
        ("GET", "/api/numbers/for-sale", None),
    ):
        answer = both.house.ask(method, url, token=both.staff, body=body)
        assert (answer.status, b"plan-not-allowed" in answer.body) == (422, True), url


def test_a_member_without_lines_sees_no_telephone(both: SideBySide) -> None:
    member = both.signed_in(MEMBER)
    home = member.get("/")
    assert home.status_code == 200
    assert "12:30" in home.text
    assert not any(f'href="{path}"' in home.text for path in OF_LINES)
    assert [member.get(path).status_code for path in ("/more", "/preferences")] == [200, 200]
    for path in OF_LINES:
        assert member.get(path).status_code == 422


def test_staff_without_lines_see_no_telephone(both: SideBySide) -> None:
    staff = both.signed_in(STAFF)
    today = staff.get("/")
    assert today.status_code == 200
    assert not any(f'href="{path}"' in today.text for path in OF_STAFF)
    for path in OF_STAFF:
        assert staff.get(path).status_code == 422


def test_each_publishes_its_own_prices_and_terms(both: SideBySide) -> None:
    visitor = Visitor(both.app)
    sakura = visitor.get("/published/sakura/prices?lang=en")
    assert sakura.status_code == 200
    for words in ("All day", "13,750", "Locker, small", "Meeting room", "425", "Admission fee"):
        assert words in sakura.text
    assert "Incoming/outgoing" not in sakura.text
    prices = visitor.get("/api/published/sakura/prices").json()
    assert (prices["line_plans"], prices["versions"]) == ([], [])
    assert {one["plan"]: one["amount"] for one in prices["dues"]}["group-10"] == "93500"
    assert visitor.get("/published/sakura/terms?lang=en").status_code == 200
    assert "Incoming/outgoing" in visitor.get("/published/nex/prices?lang=en").text
