"""The whole API over a database, with two operators and their members: what the tests of its edges walk through."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.asgi import Answer, request
from app.migrations import metadata
from app.profiles import SHIPPED
from app.settings import OperatorSettings, Settings
from app.wiring import Composition, compose
from coworking.kit.clock import VirtualClock
from coworking.kit.mail_folder import FolderMailer
from coworking.kit.stored_files import Files
from tests.api_tenants import EXAMPLES, SOUND, Tenant, make_tenant
from tests.databases import PutBack, keep_rows, owner_database
from tests.factories.mail_pictures import PICTURE
from tests.factories.membership import NOW, PASSWORD, make_account, make_token
from tests.factories.numbers import make_stock

OPERATORS = ("nex", "other")
EMPLOYEES = """
[membership.plans.employee]
title = { ja = "従業員", en = "Employee" }
kinds = ["person"]
of_company = ["virtual-office"]
"""
"""So that there are companies to pick from."""
ADDRESS = """
[membership.options.address-mail]
title = { ja = "住所利用", en = "Address" }
member_plans = ["rental-office", "virtual-office"]

[membership.options.company-registration]
title = { ja = "登記利用", en = "Registration" }
member_plans = ["rental-office", "virtual-office"]

[billing.options.address-mail]
per = "month"
amount = 2_000
part_month = "whole"

[billing.options.company-registration]
per = "month"
amount = 3_000
part_month = "whole"

[registered_address]
addresses = { tokyo = { ja = "東京都千代田区1-1", en = "1-1 Chiyoda, Tokyo" } }

[registered_address.uses]
address-mail = { kind = "mail", title = { ja = "郵便", en = "Mail" }, option = "address-mail" }
company-registration = { kind = "company", title = { ja = "登記", en = "Office" }, option = "company-registration" }

[registered_address.exit_steps]
address-off-web = { kind = "confirmed", title = { ja = "住所の削除", en = "Address off web pages" } }
keys-and-cards = { kind = "confirmed", title = { ja = "鍵の返却", en = "Keys are back" } }
"""
"""So that an address is lent."""
DOORS = """
[doors]
checked_in_by = ["entrance-code", "qr", "my-number"]
must_check_in = false

[doors.doors.entrance]
title = { ja = "入口", en = "Entrance" }
site = "yokohama"
opened_by = ["app", "card", "my-number"]
"""
"""So that there is a door."""
SPACES = """
[membership.house.lends]
headset = { ja = "ヘッドセット", en = "Headset" }

[reservations]
unstaffed_reservation = "never"
unstaffed_paid_ahead = false

[reservations.spaces.meeting-room]
title = { ja = "会議室", en = "Meeting room" }
kind = "room"
site = "yokohama"
most_people = 8

[[billing.uses."space:meeting-room"]]
title = { ja = "会議室", en = "Meeting room" }
amount = 500
unit_minutes = 30

[[billing.uses.drop-in]]
title = { ja = "ドロップイン", en = "Drop-in" }
amount = 300
unit_minutes = 30
member_plans = ["spot-use"]
"""
"""So that there is something to reserve."""
TENANTS = {"nex": ("first", "second"), "other": ("foreign",)}
PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True)
class Operation:
    """One operation of the description."""

    method: str
    path: str
    described: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def takes_token(self) -> bool:
        return bool(self.described.get("security"))

    @property
    def takes_json(self) -> bool:
        return "application/json" in self.described.get("requestBody", {}).get("content", {})

    @property
    def takes_sound(self) -> bool:
        return "audio/wav" in self.described.get("requestBody", {}).get("content", {})

    @property
    def takes_picture(self) -> bool:
        return "image/jpeg" in self.described.get("requestBody", {}).get("content", {})

    def parameters(self, place: str) -> dict[str, dict[str, Any]]:
        return {
            one["name"]: one["schema"] for one in self.described.get("parameters", []) if one["in"] == place
        }


@dataclass
class ApiHouse:
    composition: Composition
    staff: dict[str, str]
    """A token of an administrator, by operator."""
    first: Tenant
    second: Tenant
    """Of the first one's operator."""
    foreign: Tenant
    """Of another operator."""
    last_status: int | None = field(default=None, init=False)
    """Of the last answer, also where a defect came out of it."""

    @property
    def clock(self) -> VirtualClock:
        assert isinstance(self.composition.clock, VirtualClock)
        return self.composition.clock

    def description(self) -> dict[str, Any]:
        return self.composition.api.openapi()

    def operations(self) -> Iterator[Operation]:
        for path, methods in self.description()["paths"].items():
            for method, described in methods.items():
                yield Operation(method.upper(), path, described)

    def body_of(self, operation: Operation, tenant: Tenant) -> dict[str, Any] | None:
        """The smallest good body, made of the description's examples, or None where there is no body. Where a member
        shows the password again it is in it."""
        if not operation.takes_json:
            return None
        schema = operation.described["requestBody"]["content"]["application/json"]["schema"]
        described = self.description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        names = set(described.get("required", []))
        if "examples" in described["properties"].get("password", {}):
            names.add("password")
        known = {"member_id": tenant.member_id, "password": PASSWORD}
        return {
            name: known.get(name) or described["properties"][name]["examples"][0] for name in sorted(names)
        }

    def url_of(self, operation: Operation, tenant: Tenant) -> str:
        names = operation.parameters("path")
        return operation.path.format(**{name: getattr(tenant, EXAMPLES[name]) for name in names})

    def rows(self) -> dict[str, int]:
        """How many there are, by table, of all operators."""
        counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in metadata().tables)
        with closing(owner_database(self.composition.database.url)) as owner, owner.transaction() as session:
            return dict(session.execute(text(counts)).all())

    def ask(
        self,
        method: str,
        url: str,
        *,
        token: str | None = None,
        body: object = None,
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request. Errors that are defects come out here."""
        sent = {"content-type": "application/json", **(headers or {})}
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        return asyncio.run(request(self._answering, method, url, headers=sent, body=content))

    async def _answering(self, scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.last_status = message["status"]
            await send(message)

        await self.composition.api(scope, receive, sending)

    def call(self, operation: Operation, tenant: Tenant, *, token: str | None) -> Answer:
        """The operation on what is this tenant's."""
        return self.ask(
            operation.method,
            self.url_of(operation, tenant),
            token=token,
            body=self.body_of(operation, tenant),
            raw=SOUND if operation.takes_sound else PICTURE if operation.takes_picture else None,
        )


def problem(answer: Answer) -> dict[str, Any]:
    assert (answer.header("content-type") or "").startswith(PROBLEM_JSON)
    found: dict[str, Any] = json.loads(answer.body)
    assert found["status"] == answer.status
    assert found["code"]
    return found


@dataclass(frozen=True)
class _Furnished:
    """What was made once for a database, to be put back for each test."""

    put_back: PutBack
    folder: Path
    staff: dict[str, str]
    tenants: dict[str, Tenant]


_furnished: dict[str, _Furnished] = {}
"""By the address of the database."""


def open_house(database_url: str, folder: Path) -> ApiHouse:
    """In an empty database and an empty folder."""
    made = _furnished.get(database_url)
    if made is not None:
        made.put_back()
        shutil.copytree(made.folder, folder, dirs_exist_ok=True)
        return ApiHouse(_composition(database_url, folder), made.staff, **made.tenants)
    _write_profiles(folder)
    composition = _composition(database_url, folder)
    staff, tenants = _furnish(composition)
    kept = folder.with_name(f"furnished-{len(_furnished)}")
    shutil.copytree(folder, kept)
    _furnished[database_url] = _Furnished(keep_rows(database_url), kept, staff, tenants)
    return ApiHouse(composition, staff, **tenants)


def _write_profiles(folder: Path) -> None:
    nex = (SHIPPED / "nex.toml").read_text(encoding="utf-8") + EMPLOYEES + ADDRESS + DOORS + SPACES
    for name in OPERATORS:
        profile = nex.replace('name = "nex"', f'name = "{name}"', 1)
        (folder / f"{name}.toml").write_text(profile, encoding="utf-8")


def _composition(database_url: str, folder: Path) -> Composition:
    settings = Settings(
        var_dir=folder,
        operators=tuple(
            OperatorSettings(
                profile=str(folder / f"{name}.toml"),
                carrier_account_sid=f"AC{index:032}",
                carrier_auth_token="a token of the tests",
            )
            for index, name in enumerate(OPERATORS)
        ),
        argon2_time_cost=1,
        argon2_memory_kib=1024,
        text_reader="off",
    )
    clock = VirtualClock(NOW)
    return compose(
        settings,
        database_url=database_url,
        clock=clock,
        mailer=FolderMailer(folder / "mail", clock, sender="rusuban@localhost"),
    )


def _furnish(composition: Composition) -> tuple[dict[str, str], dict[str, Tenant]]:
    staff: dict[str, str] = {}
    tenants: dict[str, Tenant] = {}
    for serial, name in enumerate(OPERATORS):
        operator = composition.operator(name)
        with composition.database.transaction(operator.id) as session:
            staff[name] = make_token(session, make_account(session, operator.id))
            make_stock(session, operator.id, count=5, first=1000 + 100 * serial)
            for index, tenant in enumerate(TENANTS[name]):
                tenants[tenant] = make_tenant(
                    session,
                    operator.id,
                    operator.profile_version_id,
                    10 * serial + index,
                    composition.resources[Files],
                )
    return staff, tenants
