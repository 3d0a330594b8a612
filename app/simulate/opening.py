"""Starts the real application on an empty database, on a virtual clock, with the sandbox as its carrier."""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from app.asgi import request
from app.carriers import buy_numbers, open_sip_domain, sandbox_carrier
from app.in_process import InProcess
from app.operators import OperatorInForce
from app.profiles import Profile
from app.settings import OperatorSettings, Settings
from app.simulate.deployment import Deployment, Upcoming
from app.simulate.my_number_cards import ISSUERS, REVOCATIONS, PeoplesCards
from app.wiring import Composition, asgi_application, compose, make_mailer
from coworking.billing.cards.provider import CardProviders
from coworking.billing.cards.sandbox_cards import SandboxCard, SandboxCards
from coworking.billing.cards.webhooks import SIGNATURE, events_path
from coworking.kit.clock import VirtualClock
from coworking.kit.mail_folder import MOST_KEPT, FolderMailer
from coworking.kit.mailer import Mailer
from coworking.kit.outbox import OutboxTask
from coworking.membership import MemberKind, Passwords, enter_person, open_account
from telephony.carrier import Carrier, Carriers
from telephony.carrier.sandbox import Sandbox, Store
from telephony.forwarding import Callbacks
from telephony.numbers import StockRow

# Both ends of these are inside this process, for the length of one run.
ACCOUNT_SID: Final = "AC" + "5" * 32
AUTH_TOKEN: Final = "sandbox-of-one-run"  # noqa: S105 - no secret
PASSWORD: Final = "scenario-password"  # noqa: S105 - no secret
TOKEN_DAYS: Final = 365

STAFF_ROLES: Final = {"staff": "administrator", "billing": "billing", "reception": "reception"}
"""What a scenario calls staff, and their roles."""


def open_deployment(
    profile: Profile,
    profile_source: str,
    database_url: str,
    starts: datetime,
    loop: asyncio.AbstractEventLoop,
) -> Deployment:
    """`starts` is local time; `profile_source` is where `profile` was loaded from. The hot path lives on `loop`."""
    clock = VirtualClock(profile.calendar().instant(starts.date(), starts.time()))
    stack = AsyncExitStack()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rusuban-simulate-")))
    settings = _settings(profile_source, folder)
    mailer = make_mailer(settings, clock)
    composition = compose(settings, database_url=database_url, clock=clock, mailer=mailer)
    stack.enter_context(contextlib.closing(composition))
    door = InProcess(in_real_time=False)
    [operator] = composition.operators
    sandbox, carrier = _open_sandbox(composition, operator, door, stack)
    door.application = asgi_application(composition)
    composition.hot.answers_first = True
    loop.run_until_complete(stack.enter_async_context(composition.hot.opened()))
    cards, let_through = _listen_to_cards(composition, operator, door, loop)
    stack.callback(cards.close)

    def work() -> None:
        _work(composition, loop)
        let_through()

    def enter_card(reference: str, card: str) -> None:
        cards.enter_card(reference, SandboxCard(card))
        let_through()

    deployment = Deployment(
        application=door.application,
        sandbox=sandbox,
        clock=clock,
        calendar=operator.calendar,
        public_url=settings.public_url,
        operator=profile.name,
        staff=_open_staff_accounts(composition, operator),
        password=PASSWORD,
        token_lasts=timedelta(days=TOKEN_DAYS),
        work=work,
        upcoming=lambda: _upcoming(composition),
        buy_numbers=lambda area_code, count: _stock_file(
            buy_numbers(carrier, settings.public_url, area_code, count)
        ),
        mails_to=lambda address: _mails(composition, address),
        enter_card=enter_card,
        peoples_cards=PeoplesCards(folder, clock),
        **_said_by(profile),
        close=lambda: loop.run_until_complete(stack.aclose()),
    )

    def work_waits(*_: object) -> None:
        deployment.work_waits = True

    composition.hot.stored = work_waits
    composition.database.after_commit = work_waits
    return deployment


def _open_sandbox(
    composition: Composition, operator: OperatorInForce, door: InProcess, stack: AsyncExitStack
) -> tuple[Sandbox, Carrier]:
    """A carrier of this run, which only an operator that lends lines has anything to do with."""
    store = Store()
    stack.callback(store.close)
    sandbox = Sandbox(
        clock=composition.clock,
        account_sid=ACCOUNT_SID,
        auth_token=AUTH_TOKEN,
        deliver=door.deliver,
        store=store,
    )
    carrier = sandbox_carrier(sandbox, ACCOUNT_SID, AUTH_TOKEN)
    if operator.lends_lines:
        composition.resources[Carriers][operator.id] = carrier
        open_sip_domain(sandbox, operator, composition.resources[Callbacks])
    return sandbox, carrier


def _said_by(profile: Profile) -> dict[str, Any]:
    """What a deployment holds of the operator's profile."""
    membership, plans = profile.membership, profile.membership.plans
    address = profile.registered_address
    return {
        "lends_lines": profile.lends_lines,
        "default_office": membership.default_office,
        "declarations": list(membership.joining.declarations),
        "company_plans": {
            name for name, plan in plans.items() if all(kind is MemberKind.COMPANY for kind in plan.kinds)
        },
        "evidence_plans": {name for name, plan in plans.items() if plan.evidence is not None},
        "card_plans": {name for name, plan in plans.items() if plan.linked_card_required},
        "area_codes": {name: office.area_code or "" for name, office in membership.offices.items()},
        "interruption_reasons": list(profile.forwarding.interruption_reasons) if profile.lends_lines else [],
        "suspension_reasons": list(profile.numbers.suspension_reasons) if profile.lends_lines else [],
        "refusal_reasons": list(membership.joining.refusal_reasons),
        "prohibited_acts": list(membership.prohibited_acts),
        "address_uses": {name: use.kind for name, use in address.uses.items()} if address else {},
        "payment_changed_by_office": profile.billing.payment_changed_by == "office",
        "debits_accounts": profile.billing.direct_debit is not None,
    }


def _work(composition: Composition, loop: asyncio.AbstractEventLoop) -> None:
    loop.run_until_complete(composition.hot.store().flush())
    composition.work.perform()


def _listen_to_cards(
    composition: Composition, operator: OperatorInForce, door: InProcess, loop: asyncio.AbstractEventLoop
) -> tuple[SandboxCards, Callable[[], None]]:
    """The provider's sandbox, whose messages wait until they are let through; and what lets them through."""
    cards = composition.resources[CardProviders][operator.id]
    assert isinstance(cards, SandboxCards)
    messages: list[tuple[bytes, str]] = []
    cards.tell = lambda body, signature: messages.append((body, signature))
    url = f"{composition.settings.public_url}{events_path(operator.id)}"

    def let_through() -> None:
        while messages:
            body, signature = messages.pop(0)
            assert door.application is not None
            answer = loop.run_until_complete(
                request(door.application, "POST", url, headers={SIGNATURE: signature}, body=body)
            )
            if answer.status >= HTTPStatus.BAD_REQUEST:
                raise RuntimeError(f"a message of the card sandbox was answered with {answer.status}")
            composition.work.perform()

    return cards, let_through


def _mails(composition: Composition, address: str) -> list[str]:
    mailer = composition.resources[Mailer]  # type: ignore[type-abstract]  # a Protocol as a key
    assert isinstance(mailer, FolderMailer)
    return [mail.body for mail in mailer.messages(MOST_KEPT) if mail.to == address]


def _settings(profile_source: str, folder: Path) -> Settings:
    return Settings(
        var_dir=folder,
        operators=(
            OperatorSettings(
                profile=profile_source, carrier_account_sid=ACCOUNT_SID, carrier_auth_token=AUTH_TOKEN
            ),
        ),
        secret_key="0" * 64,
        # Nobody guesses the passwords of people who exist for one run.
        argon2_time_cost=1,
        argon2_memory_kib=1024,
        token_days=TOKEN_DAYS,
        my_number_issuers=folder / ISSUERS,
        my_number_revocations=folder / REVOCATIONS,
    )


def _open_staff_accounts(composition: Composition, operator: OperatorInForce) -> dict[str, str]:
    now = composition.clock.now()
    password_hash = composition.resources[Passwords].hash(PASSWORD)
    names = {called: f"{called}@{operator.profile.name}.example.jp" for called in STAFF_ROLES}
    with composition.database.transaction(operator.id) as session:
        for called, role in STAFF_ROLES.items():
            person = enter_person(
                session,
                operator_id=operator.id,
                name=called,
                email=names[called],
                language=operator.profile.membership.language.value,
                now=now,
            )
            open_account(
                session,
                person=person,
                member_id=None,
                sign_in_name=names[called],
                password_hash=password_hash,
                role=role,
                now=now,
            )
    return names


UPCOMING = select(
    func.min(OutboxTask.due_at).filter(OutboxTask.parked_at.is_(None)),
    func.max(OutboxTask.name + ": " + OutboxTask.last_error),
)


def _upcoming(composition: Composition) -> Upcoming:
    with composition.database.transaction() as session:
        due_at, failure = session.execute(UPCOMING).one()
    return Upcoming(due_at, failure)


def _stock_file(bought: list[StockRow]) -> str:
    rows = [f"{row.number.e164},{row.carrier_sid or ''}" for row in bought]
    return "\n".join(["number,carrier_sid", *rows]) + "\n"
