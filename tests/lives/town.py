"""The place of random lives: the composed application on a virtual clock, without HTTP, whose daily steps are driven by
hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.checker import check_all
from app.operators import OperatorInForce
from app.profiles import load_profile
from app.settings import OperatorSettings, Settings
from app.wiring import Composition, compose
from coworking.billing import BillingRules, post_dues
from coworking.billing.arrears.steps import chase_arrears
from coworking.billing.books.findings import Finding
from coworking.billing.cards.collecting import collect_cards
from coworking.billing.cards.provider import CardProviders
from coworking.billing.cards.sandbox_cards import SandboxCards
from coworking.billing.debits.batches import write_due_debits
from coworking.billing.invoicing.runs import open_runs
from coworking.billing.slips import write_slips
from coworking.kit.clock import VirtualClock
from coworking.kit.errors import UserError
from coworking.kit.mailer import Mail
from coworking.kit.outbox import TASKS, Task, TaskContext, run_due
from coworking.membership import MemberRules, turn_day
from tests.databases import delete_everything

FIRST_DAY: Final = date(2026, 4, 1)
ACTOR: Final = "account:1"
STEPS: Final = (
    (turn_day,),
    (post_dues,),
    (open_runs,),
    (collect_cards, write_slips, write_due_debits),
    (chase_arrears,),
)
"""Daily steps that concern members and money, in their order; those of one time together."""
UNDONE: Final = ("billing.write-letters", "notices.send", "day.begin")
"""Nobody reads what these people are written, and the days are begun by hand."""
TABLES: Final = (
    "charges", "invoices", "invoice_lines", "payments", "allocations", "refunds", "journal_entries", "journal_lines",
    "arrears_steps", "debit_rows", "payment_slips", "card_charges", "audit_entries", "notices", "plan_terms",
    "option_terms", "pauses", "parked_accounts", "billing_runs",
)  # fmt: skip


class NoMail:
    def send(self, mail: Mail) -> None:
        pass


@dataclass
class Town:
    """`members` are references by their place in the lives; None for who has not joined."""

    operator: OperatorInForce
    members: dict[int, int] = field(default_factory=dict)
    _composition: Composition | None = None

    @property
    def rules(self) -> BillingRules:
        return self.operator.billing_rules()

    @property
    def member_rules(self) -> MemberRules:
        return self.operator.member_rules()

    @property
    def composition(self) -> Composition:
        assert self._composition is not None
        return self._composition

    @property
    def now(self) -> datetime:
        return self.composition.clock.now()

    @property
    def today(self) -> date:
        return self.operator.calendar.local_date(self.now)

    @property
    def cards(self) -> SandboxCards:
        provider = self.composition.resources[CardProviders][self.operator.id]
        assert isinstance(provider, SandboxCards)
        return provider

    def go_to(self, day: int, at: time) -> None:
        """The nth day, 0 is the first, at this local time."""
        clock = self.composition.clock
        assert isinstance(clock, VirtualClock)
        clock.advance_to(self.operator.calendar.instant(FIRST_DAY + timedelta(days=day), at))

    @contextmanager
    def session(self) -> Iterator[Session]:
        with self.composition.database.transaction(self.operator.id) as session:
            yield session

    def work(self) -> None:
        run_due(self.composition.database, self.composition.clock, self.composition.resources)

    def take_steps(self) -> None:
        """What the day brings by itself."""
        for steps in STEPS:
            with self.session() as session:
                context = TaskContext(
                    session, self.composition.clock, self.operator.id, self.composition.resources
                )
                for step in steps:
                    step.run(context, day=self.today.isoformat())
            self.work()

    def traces(self) -> dict[str, Any]:
        """What may not change when nothing happens."""
        counts = ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in TABLES)
        rest = (
            "(SELECT string_agg(concat_ws(' ', id, status, plan, ends_on), ', ' ORDER BY id) FROM members),"
            "(SELECT string_agg(concat_ws(' ', invoice_id, paid, credited, status), ', ' ORDER BY invoice_id)"
            " FROM invoice_balances WHERE status <> 'paid')"
        )
        with self.session() as session:
            return dict(session.execute(text(f"SELECT {counts}, {rest}")).mappings().one())

    def findings(self) -> list[Finding]:
        with self.session() as session:
            return check_all(session, self.operator.id, None, self.today, self.now)

    def failures(self) -> list[str]:
        """Work that did not come to its end."""
        with self.session() as session:
            rows = session.execute(
                text("SELECT concat_ws(' ', name, last_error) FROM outbox_tasks WHERE last_error IS NOT NULL")
            )
            return list(rows.scalars())


@contextmanager
def founded(name: str, database_url: str, folder: Path) -> Iterator[Town]:
    """An operator of this profile with nobody in it yet, at noon of the first day."""
    delete_everything(database_url)
    clock = VirtualClock(load_profile(name).calendar().instant(FIRST_DAY, time(0, 0)))
    folder.mkdir()
    settings = Settings(
        var_dir=folder,
        operators=(
            OperatorSettings(profile=name, carrier_account_sid="AC" + "5" * 32, carrier_auth_token="t" * 32),
        ),
        secret_key="0" * 64,
    )
    composition = compose(settings, database_url=database_url, clock=clock, mailer=NoMail())
    unread = {name: TASKS[name] for name in UNDONE}
    TASKS.update({name: Task(name, lambda _context, **_arguments: None) for name in UNDONE})
    try:
        [operator] = composition.operators
        town = Town(operator, {}, composition)
        town.cards.tell = lambda _body, _signature: None
        yield town
    finally:
        TASKS.update(unread)
        town.cards.close()
        composition.close()


@contextmanager
def or_not(session: Session) -> Iterator[None]:
    """What is refused leaves nothing behind."""
    try:
        with session.begin_nested():
            yield
    except UserError:
        pass
