"""The whole API over a database, with two operators and their members: what the tests of its edges walk through."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.asgi import Answer, request
from app.migrations import metadata
from app.profiles import SHIPPED
from app.settings import OperatorSettings, Settings
from app.wiring import Composition, compose
from coworking.billing import Posting, post
from coworking.kit.clock import VirtualClock
from coworking.kit.mail_folder import FolderMailer
from coworking.kit.money import TaxMode
from coworking.kit.notices import Notice
from coworking.kit.sealing import FieldKeys
from coworking.membership.models import Member
from telephony.forwarding.calling_out.models import CallAttempt
from telephony.forwarding.control.models import ControlSession
from telephony.forwarding.member_webhooks.setting import set_webhook
from telephony.forwarding.models import Call
from telephony.numbers import Line
from tests.databases import owner_database
from tests.factories.bank_records import BankIds, make_bank_records
from tests.factories.community import CommunityIds, make_community
from tests.factories.invoices import make_run
from tests.factories.line_records import make_line_records
from tests.factories.membership import NOW, make_account, make_member, make_token
from tests.factories.metering import make_cap_event, make_case
from tests.factories.numbers import ACTOR, make_line, make_stock
from tests.factories.paid import make_paid
from tests.factories.passkeys import make_passkey
from tests.factories.voicemail import make_caller_rule, make_message
from tests.telephony.forwarding.voicemail.mail_room import wav_file

OPERATORS = ("nex", "other")
SOUND = wav_file(1)
TENANTS = {"nex": ("first", "second"), "other": ("foreign",)}
EXAMPLES = {
    "member_id": "member_id",
    "line_id": "line_id",
    "call": "call",
    "number": "phone",
    "operator": "operator",
    "attempt_key": "attempt_key",
    "message_id": "message_id",
    "rule_id": "rule_id",
    "kind": "kind",
    "stock_number_id": "stock_number_id",
    "halt_id": "halt_id",
    "purchase_id": "purchase_id",
    "cap_event_id": "cap_event_id",
    "case_id": "case_id",
    "passkey_id": "passkey_id",
    "account_id": "account_id",
    "person_id": "person_id",
    "payment_id": "payment_id",
    "slip_id": "slip_id",
    "invoice_number": "invoice_number",
    "period": "period",
    "month": "month",
    **{field.name: field.name for ids in (CommunityIds, BankIds) for field in fields(ids)},
}

# What the house's members, lines and numbers are in no state for; the terms of nex let no line go to somebody else.
REFUSED_HERE = {
    "POST /api/members/{member_id}/uses",
    "POST /api/members/{member_id}/prints",
    "POST /api/members/{member_id}/hand-backs",
    # A passkey and a code come from a device; a password, from who knows it.
    "POST /api/account/passkeys",
    "POST /api/account/second-factor/confirm",
    "POST /api/account/step-up",
    "POST /api/members/{member_id}/representative",
    "POST /api/invoices/{invoice_number}/refund",
    "POST /api/members/{member_id}/applications",
    "POST /api/members/{member_id}/evidence",
    "POST /api/members/{member_id}/change-plan",
    "POST /api/members/{member_id}/options",
    "POST /api/members/{member_id}/drop-option",
    "POST /api/members/{member_id}/pause",
    "POST /api/members/{member_id}/return",
    "POST /api/members/{member_id}/address-moved",
    "POST /api/members/{member_id}/leave-company",
    "POST /api/members/{member_id}/approve",
    "POST /api/members/{member_id}/refuse",
    "POST /api/lines/{line_id}/transfer",
    "POST /api/lines/{line_id}/lift-suspension",
    "POST /api/lines/{line_id}/confirm-number-removed",
    "POST /api/restrictions/{halt_id}/end",
    "POST /api/numbers/import",
    "POST /api/calls/{call}/reinstate",
    "POST /api/people/{person_id}/erase",
    "POST /api/imports",
    "POST /api/what-if",
}
PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True)
class Tenant(CommunityIds, BankIds):
    """A member with one of everything; ids as a request names them."""

    operator_id: int
    token: str
    member_id: int
    line_id: int
    call: str
    phone: str
    number: str
    attempt_key: str
    message_id: int
    rule_id: int
    stock_number_id: int
    halt_id: int
    purchase_id: int
    cap_event_id: int
    case_id: int
    passkey_id: int
    account_id: int
    """Of a member of staff."""
    person_id: int
    payment_id: int
    slip_id: int
    invoice_number: str
    operator: str = "nex"
    period: str = "2026-06"
    month: str = "2026-05"
    kind: str = "unanswered"


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
        return {
            name: tenant.member_id if name == "member_id" else described["properties"][name]["examples"][0]
            for name in sorted(names)
        }

    def url_of(self, operation: Operation, tenant: Tenant) -> str:
        names = operation.parameters("path")
        return operation.path.format(**{name: getattr(tenant, EXAMPLES[name]) for name in names})

    def rows(self) -> dict[str, int]:
        """How many there are, by table, of all operators."""
        with closing(owner_database(self.composition.database.url)) as owner, owner.transaction() as session:
            return {name: session.query(table).count() for name, table in metadata().tables.items()}

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
            raw=SOUND if operation.takes_sound else None,
        )


def problem(answer: Answer) -> dict[str, Any]:
    assert (answer.header("content-type") or "").startswith(PROBLEM_JSON)
    found: dict[str, Any] = json.loads(answer.body)
    assert found["status"] == answer.status
    assert found["code"]
    return found


def open_house(database_url: str, folder: Path) -> ApiHouse:
    other = folder / "other.toml"
    nex = (SHIPPED / "nex.toml").read_text(encoding="utf-8")
    other.write_text(nex.replace('name = "nex"', 'name = "other"', 1), encoding="utf-8")
    settings = Settings(
        var_dir=folder,
        operators=tuple(
            OperatorSettings(
                profile=profile,
                carrier_account_sid=f"AC{index:032}",
                carrier_auth_token="a token of the tests",
            )
            for index, profile in enumerate(("nex", str(other)))
        ),
        argon2_time_cost=1,
        argon2_memory_kib=1024,
    )
    clock = VirtualClock(NOW)
    composition = compose(
        settings,
        database_url=database_url,
        clock=clock,
        mailer=FolderMailer(folder / "mail", clock, sender="rusuban@localhost"),
    )
    staff: dict[str, str] = {}
    tenants: dict[str, Tenant] = {}
    for serial, name in enumerate(OPERATORS):
        operator = composition.operator(name)
        with composition.database.transaction(operator.id) as session:
            staff[name] = make_token(session, make_account(session, operator.id))
            make_stock(session, operator.id, count=5, first=1000 + 100 * serial)
            for index, tenant in enumerate(TENANTS[name]):
                tenants[tenant] = _tenant(
                    session,
                    operator.id,
                    operator.profile_version_id,
                    10 * serial + index,
                    composition.resources[FieldKeys],
                )
    return ApiHouse(composition, staff, **tenants)


def _tenant(
    session: Session, operator_id: int, profile_version_id: int, serial: int, keys: FieldKeys
) -> Tenant:
    # A rental office keeps its last line; this one has two and room for another.
    member = make_member(session, operator_id, plan="rental-office", capacity=3)
    line, other = (
        make_line(session, operator_id, member=member, line_plan=line_plan, serial=2 * serial + n)
        for n, line_plan in enumerate(("fixed-phone", "incoming-outgoing"))
    )
    sid = f"CA{serial:032}"
    session.add(_call(line, sid))
    session.add(_notice(member))
    session.add(_attempt(line, sid))
    session.add(_control_session(line, sid))
    post(session, operator_id, [_posting(member, sid, profile_version_id)], NOW)
    session.flush()
    set_webhook(session, line, "https://hooks.example.jp/rusuban", actor=ACTOR, now=NOW)
    records = make_line_records(session, line, member, serial)
    account = make_account(session, operator_id, member=member)
    paid = make_paid(session, member)
    make_run(session, operator_id)
    return Tenant(
        operator_id=operator_id,
        token=make_token(session, account),
        member_id=member.id,
        line_id=line.id,
        call=sid,
        phone="090-1234-5678",
        number=line.number,
        message_id=make_message(session, line, sid, wav=SOUND).id,
        rule_id=make_caller_rule(session, line, prefix="+442079460018").id,
        attempt_key=sid,
        stock_number_id=records.stock_number_id,
        halt_id=records.halt_id,
        purchase_id=records.purchase_id,
        cap_event_id=make_cap_event(session, other).id,
        case_id=make_case(session, line).id,
        passkey_id=make_passkey(session, account).id,
        account_id=make_account(session, operator_id, role="reception").id,
        person_id=member.person_id,
        payment_id=paid.payment_id,
        slip_id=paid.slip_id,
        invoice_number=paid.invoice_number,
        **asdict(make_community(session, member)),
        **asdict(make_bank_records(session, member, keys)),
    )


def _control_session(line: Line, sid: str) -> ControlSession:
    return ControlSession(
        operator_id=line.operator_id,
        carrier_sid=sid,
        channel="ivr",
        from_number="+819012345678",
        line_id=line.id,
        language="ja",
        state="ended",
        step=2,
        failures=0,
        outcome="changed",
        started_at=NOW,
        ended_at=NOW,
    )


def _attempt(line: Line, sid: str) -> CallAttempt:
    return CallAttempt(
        operator_id=line.operator_id,
        line_id=line.id,
        key=sid,
        kind="out",
        phone="+819012345678",
        callee="+81366667777",
        state="failed",
        asked_at=NOW,
    )


def _call(line: Line, sid: str) -> Call:
    return Call(
        operator_id=line.operator_id,
        line_id=line.id,
        member_id=line.member_id,
        carrier_sid=sid,
        direction="in",
        status="ended",
        outcome="no-answer",
        from_number="+81366667777",
        to_number=line.number,
        started_at=NOW,
        ended_at=NOW,
    )


def _notice(member: Member) -> Notice:
    return Notice(
        operator_id=member.operator_id,
        recipient=f"member:{member.id}",
        address=member.person.email,
        kind="welcome",
        channel="mail",
        language="ja",
        subject="ようこそ",
        body="ようこそ\n",
        created_at=NOW,
    )


def _posting(member: Member, sid: str, profile_version_id: int) -> Posting:
    return Posting(
        key=f"test:{sid}",
        member_id=member.id,
        what="call",
        quantity=2,
        unit_price=Decimal(32),
        amount=Decimal(64),
        tax_mode=TaxMode.EXCLUDED,
        service_month="2026-06",
        service_on=date(2026, 6, 10),
        closes_on=date(2026, 6, 30),
        due_on=date(2026, 7, 31),
        reason={"rule": "NEX-09"},
        profile_version_id=profile_version_id,
    )
