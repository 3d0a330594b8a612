"""What imported members have agreed to beside their plan: options, pauses, notice that was given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, cast

from sqlalchemy import func, or_, select, text

from app.imports.columns import Cells, wrong
from app.imports.errors import DaysOverlap, LeavingStands
from app.imports.taking import Taking
from coworking.kit.audit import record
from coworking.kit.profile_fields import Words
from coworking.membership import contract_of
from coworking.membership.contract_errors import OptionSoldOut
from coworking.membership.contract_models import OptionTerm, Pause
from coworking.membership.errors import MembershipNotActive
from coworking.membership.leaving import OVER, present_status
from coworking.membership.models import Member
from coworking.membership.options import LOCK_OF_STOCK, allowed_option
from coworking.membership.terms import cut_all_off

Entry = Literal["option", "pause", "leaving"]
ENTRY_WORDS = {"option": "オプション", "pause": "休会", "leaving": "退会"}
NOT_PAUSED = Words("このプランは休会できません", "nothing, as this plan has no pauses")


@dataclass(frozen=True, slots=True)
class ContractRow:
    """Days are inclusive; `option` is one of the operator's for an option only."""

    member_id: int
    entry: Entry
    option: str | None
    starts_on: date | None
    ends_on: date | None


@dataclass(slots=True)
class _Standing:
    """A member's contract, with the lines that were judged before."""

    plan: str
    starts_on: date
    ends_on: date | None
    options: list[tuple[str, date, date | None]] = field(default_factory=list)
    pauses: list[tuple[date, date]] = field(default_factory=list)

    def own_on(self, day: date) -> list[str]:
        return [name for name, _, ends_on in self.options if ends_on is None or ends_on >= day]


class ContractRows:
    def __init__(self, taking: Taking) -> None:
        self._taking = taking
        self._standing: dict[int, _Standing] = {}
        self._taken: Counter[str] = Counter()
        self._counted: set[str] = set()

    def judge(self, reference: str, cells: Cells) -> ContractRow:
        del reference
        member_id = self._taking.member_of(cells)
        entry = cast("Entry", cells.one_of("entry", ENTRY_WORDS))
        standing = self._standing_of(member_id)
        if entry == "option":
            return self._option(member_id, standing, cells)
        cells.none_of("option")
        if entry == "pause":
            return self._pause(member_id, standing, cells)
        return self._leaving(member_id, standing, cells)

    def write(self, rows: Sequence[tuple[str, ContractRow]]) -> Mapping[str, int]:
        session, now = self._taking.session, self._taking.now
        for _, row in rows:
            member = session.get_one(Member, row.member_id)
            facts = {"operator_id": member.operator_id, "member_id": member.id, "asked_at": now}
            if row.entry == "option":
                assert row.option is not None
                ends_on = row.ends_on or member.ends_on
                session.add(OptionTerm(**facts, option=row.option, starts_on=row.starts_on, ends_on=ends_on))
            elif row.entry == "pause":
                session.add(Pause(**facts, starts_on=row.starts_on, ends_on=row.ends_on))
            else:
                assert row.ends_on is not None
                session.flush()
                member.ends_on = row.ends_on
                cut_all_off(session, member.id, row.ends_on)
            self._record(row)
        session.flush()
        for member_id in {row.member_id for _, row in rows}:
            member = session.get_one(Member, member_id)
            if member.status != "limited":
                member.status = present_status(session, member, self._taking.today)
        session.flush()
        return {reference: row.member_id for reference, row in rows}

    def _option(self, member_id: int, standing: _Standing, cells: Cells) -> ContractRow:
        profile, name = self._taking.member_rules.profile, cells.text("option", longest=60)
        starts_on, ends_on = self._days(standing, cells)
        option = allowed_option(profile, standing.plan, name, standing.own_on(starts_on))
        if option.stock is not None and (ends_on is None or ends_on >= self._taking.today):
            self._count(name)
            if self._taken[name] >= option.stock:
                raise OptionSoldOut(option=name)
            self._taken[name] += 1
        standing.options.append((name, starts_on, ends_on))
        return ContractRow(member_id, "option", name, starts_on, ends_on)

    def _pause(self, member_id: int, standing: _Standing, cells: Cells) -> ContractRow:
        if not self._taking.member_rules.profile.plans[standing.plan].can_pause:
            raise wrong("entry", NOT_PAUSED)
        cells.day("ends_on")
        starts_on, ends_on = self._days(standing, cells)
        assert ends_on is not None
        if any(first <= ends_on and starts_on <= last for first, last in standing.pauses):
            raise DaysOverlap
        standing.pauses.append((starts_on, ends_on))
        return ContractRow(member_id, "pause", None, starts_on, ends_on)

    def _leaving(self, member_id: int, standing: _Standing, cells: Cells) -> ContractRow:
        cells.none_of("starts_on")
        ends_on = cells.day("ends_on")
        if standing.ends_on is not None:
            raise LeavingStands(ends_on=standing.ends_on)
        first = max(standing.starts_on, self._taking.today)
        if ends_on < first:
            raise wrong("ends_on", Words(f"{first} 以降の日付", f"{first} or later"))
        standing.ends_on = ends_on
        return ContractRow(member_id, "leaving", None, None, ends_on)

    def _days(self, standing: _Standing, cells: Cells) -> tuple[date, date | None]:
        """Within the contract, in their order."""
        starts_on, ends_on = cells.day("starts_on"), cells.maybe_day("ends_on")
        last = standing.ends_on
        if starts_on < standing.starts_on or (last is not None and starts_on > last):
            raise wrong(
                "starts_on",
                Words("契約の期間の日付", "a date between the first and the last day of the contract"),
            )
        if ends_on is not None and (ends_on < starts_on or (last is not None and ends_on > last)):
            raise wrong(
                "ends_on",
                Words(
                    "開始日以降で契約の期間の日付", "a date from starts_on to the last day of the contract"
                ),
            )
        return starts_on, ends_on

    def _standing_of(self, member_id: int) -> _Standing:
        if member_id not in self._standing:
            contract = contract_of(self._taking.session, member_id)
            if contract.status in OVER:
                raise MembershipNotActive
            self._standing[member_id] = _Standing(
                contract.plan,
                contract.starts_on,
                contract.ends_on,
                [(option.name, option.starts_on, option.ends_on) for option in contract.options],
                [(pause.starts_on, pause.ends_on or date.max) for pause in contract.pauses],
            )
        return self._standing[member_id]

    def _count(self, option: str) -> None:
        """Nobody else counts the stock until this transaction ends."""
        if option in self._counted:
            return
        session, today = self._taking.session, self._taking.today
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_OF_STOCK})
        self._taken[option] = (
            session.scalar(
                select(func.count(OptionTerm.id)).where(
                    OptionTerm.option == option,
                    or_(OptionTerm.ends_on.is_(None), OptionTerm.ends_on >= today),
                )
            )
            or 0
        )
        self._counted.add(option)

    def _record(self, row: ContractRow) -> None:
        days = {"starts_on": row.starts_on, "ends_on": row.ends_on}
        record(
            self._taking.session,
            operator_id=self._taking.operator_id,
            at=self._taking.now,
            actor=self._taking.actor,
            action=f"{row.entry}.imported",
            subject=f"member:{row.member_id}",
            details={"option": row.option, **{name: day and day.isoformat() for name, day in days.items()}},
        )
