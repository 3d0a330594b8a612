"""The whole application over a database with a month of calls: what the tests of staff pages walk through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.orm import Session
from starlette.types import ASGIApp

from app.pages import page_routes
from app.settings import OperatorSettings, Settings
from app.wiring import Composition, asgi_application, compose
from coworking.billing.invoicing.runs import open_due_runs
from coworking.kit.clock import Clock, SystemClock, VirtualClock
from coworking.kit.daily import begin_day
from coworking.kit.mail_folder import FolderMailer
from coworking.kit.outbox import OutboxTask
from coworking.membership.models import Member
from telephony.carrier.sandbox.real_time import PacedClock
from telephony.forwarding.call_figures import write_figures
from telephony.forwarding.models import Call
from telephony.metering import CallFacts, Leg, LegFacts, settle
from telephony.metering.usage_models import CarrierPrice, ReconciliationCase
from telephony.numbers import Line
from tests.factories.forwarding import call_rules
from tests.factories.membership import make_account, make_member, make_token
from tests.factories.numbers import make_line, make_stock

NOW = datetime(2026, 7, 15, 1, 10, tzinfo=UTC)
"""Wednesday 2026-07-15 10:10 in Tokyo."""
ROLES = ("administrator", "billing", "reception")
CALLERS = ("+81667421180", "+81331884410", "+819034567890", "+81452013399", "+81523307148")
MOBILE, FIXED = "+819012345678", "+81333334444"
_serial = count(1)


@dataclass
class Stand:
    composition: Composition
    app: ASGIApp
    tokens: dict[str, str] = field(default_factory=dict)
    """Session tokens by role."""
    members: list[Member] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    call_ids: list[int] = field(default_factory=list)

    @property
    def operator_id(self) -> int:
        return self.composition.operators[0].id

    def close(self) -> None:
        self.composition.close()


def open_stand(database_url: str, folder: Path, *, clock: Clock | None = None) -> Stand:
    """nex with staff of each role, three members with a line each, and calls of two weeks."""
    clock = clock or VirtualClock(NOW)
    settings = Settings(
        var_dir=folder,
        operators=(
            OperatorSettings(
                profile="nex", carrier_account_sid=f"AC{0:032}", carrier_auth_token="a token of the tests"
            ),
        ),
        secret_key="a secret of the tests, long enough for anything",
        argon2_time_cost=1,
        argon2_memory_kib=1024,
    )
    composition = compose(
        settings,
        database_url=database_url,
        clock=clock,
        mailer=FolderMailer(folder / "mail", clock, sender="rusuban@localhost"),
    )
    app = asgi_application(composition, pages=page_routes(composition, [], PacedClock(SystemClock()), None))
    stand = Stand(composition, app)
    with composition.database.transaction(stand.operator_id) as session:
        _fill(session, stand)
    return stand


def open_run(stand: Stand) -> None:
    """It is 2 August 2026: July's calls have closed, and the run of what falls due in August is open. What a day brings
    by itself does not happen: staff issue."""
    composition, now = stand.composition, NOW + timedelta(days=18)
    assert isinstance(composition.clock, VirtualClock)
    composition.clock.advance_to(now)
    rules = composition.operators[0].billing_rules()
    with composition.database.transaction(stand.operator_id) as session:
        open_due_runs(session, stand.operator_id, rules, rules.calendar.local_date(now), now)
        session.execute(delete(OutboxTask).where(OutboxTask.name == begin_day.name))


def _fill(session: Session, stand: Stand) -> None:
    operator_id = stand.operator_id
    for role in ROLES:
        account = make_account(session, operator_id, role=role, sign_in_name=f"{role}@example.jp")
        stand.tokens[role] = make_token(session, account, now=NOW)
    for serial, (name, plan) in enumerate(
        (
            ("佐藤デザイン事務所", "virtual-office"),
            ("北川行政書士事務所", "coworking"),
            ("株式会社みつば商会", "rental-office"),
        )
    ):
        kind = "company" if name.startswith("株式会社") else "person"
        member = make_member(
            session,
            operator_id,
            kind=kind,
            name=name,
            plan=plan,
            capacity=3 if plan == "rental-office" else None,
            now=NOW - timedelta(days=40),
        )
        stand.members.append(member)
        stand.lines.append(
            make_line(session, operator_id, member=member, serial=serial + 1, now=NOW - timedelta(days=40))
        )
    member_account = make_account(session, operator_id, member=stand.members[0])
    stand.tokens["member"] = make_token(session, member_account, now=NOW)
    told = [_seed_call(session, stand, day, hour) for day in range(15) for hour in range(6)]
    settle_calls(session, stand, [facts for _, facts in told])
    stand.call_ids.extend(call.id for call, _ in told)
    _seed_carriers_side(session, stand)
    make_stock(session, operator_id, "045", count=4, first=100, now=NOW)
    make_stock(session, operator_id, "03", count=6, now=NOW)


def _seed_call(session: Session, stand: Stand, day: int, hour: int) -> tuple[Call, CallFacts]:
    index = day * 6 + hour
    return tell_call(
        session,
        stand.lines[index % 3],
        stand.members[index % 3],
        NOW - timedelta(days=14 - day, hours=hour, minutes=7 * (index % 5)),
        caller=CALLERS[index % 5],
        to=FIXED if index % 4 == 3 else MOBILE,
        seconds=(61, 0, 245, 181, 42, 95, 0, 418)[index % 8],
    )


def settle_calls(session: Session, stand: Stand, facts: Sequence[CallFacts]) -> None:
    """What is owed for these calls is posted, and what staff filter them by is written."""
    rules = call_rules(stand.composition.operators[0].profile_version_id)
    settle(session, rules.tariffs, stand.operator_id, facts, NOW)
    write_figures(session, rules, [one.call_sid for one in facts])


def _seed_carriers_side(session: Session, stand: Stand) -> None:
    """The carrier has priced all but the last five calls, and of three it says something else."""
    legs = session.query(Leg).order_by(Leg.started_at).all()
    for leg in legs[:-10]:
        price = Decimal("2.7") if leg.role == "caller" else Decimal(leg.seconds) / Decimal(5)
        leg.carrier_price = price
        session.add(
            CarrierPrice(
                leg_sid=leg.leg_sid,
                operator_id=leg.operator_id,
                line_id=leg.line_id,
                month="2026-07",
                amount=price,
                currency="JPY",
            )
        )
    for leg, kind, ours, carriers in (
        (legs[-12], "duration", "61 s", "64 s"),
        (legs[-14], "missing", "245 s", None),
        (legs[-16], "price", "9 JPY", "12.5 JPY"),
    ):
        session.add(
            ReconciliationCase(
                operator_id=leg.operator_id,
                month="2026-07",
                leg_sid=leg.leg_sid,
                call_sid=leg.call_sid,
                line_id=leg.line_id,
                kind=kind,
                ours=ours,
                carriers=carriers,
                opened_at=NOW,
            )
        )
    session.flush()


def tell_call(
    session: Session,
    line: Line,
    member: Member,
    starts_at: datetime,
    *,
    caller: str = CALLERS[0],
    to: str = MOBILE,
    seconds: int = 61,
) -> tuple[Call, CallFacts]:
    """An ended call to the line, not settled yet: it rang 9 s and lasted `seconds`, or nobody answered (0)."""
    sid = f"CA{next(_serial):032}"
    bridged_at = starts_at + timedelta(seconds=9)
    ended_at = bridged_at + timedelta(seconds=seconds)
    call = Call(
        operator_id=line.operator_id,
        line_id=line.id,
        member_id=member.id,
        carrier_sid=sid,
        direction="in",
        status="ended",
        outcome="answered" if seconds else "no-answer",
        decided_by="forward",
        from_number=caller,
        to_number=line.number,
        started_at=starts_at,
        answered_at=bridged_at if seconds else None,
        ended_at=ended_at,
    )
    session.add(call)
    session.flush()
    talked = bridged_at if seconds else None
    legs = (
        LegFacts(sid, "caller", line.number, "completed", starts_at, talked, None, ended_at, seconds),
        LegFacts(
            f"{sid}-1",
            "forward",
            to,
            "completed" if seconds else "no-answer",
            starts_at + timedelta(seconds=1),
            talked,
            talked,
            ended_at,
            seconds,
        ),
    )
    return call, CallFacts(sid, "in", line.id, line.line_plan, member.id, member.plan, legs)
