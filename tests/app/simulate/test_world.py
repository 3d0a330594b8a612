"""The clock of a run: what is done when, in which order, and how steps, repetitions and calls share it."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.simulate import runner
from app.simulate.actions.declaration import Refused
from app.simulate.deployment import Deployment, Upcoming
from app.simulate.document import parse_document
from app.simulate.errors import FailedRun, Place
from app.simulate.my_number_cards import PeoplesCards
from app.simulate.reading import _Reader
from app.simulate.scenario import Scenario
from app.simulate.world import World
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.clock import VirtualClock

STARTS_AT = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)  # 09:00 in Tokyo
SECOND = timedelta(seconds=1)


class Carrier:
    """A carrier that knows only when calls end; `log` says what happened at which second of the run."""

    def __init__(self, clock: VirtualClock, log: list[tuple[int, str]]) -> None:
        self.clock = clock
        self.log = log
        self.due: list[tuple[datetime, str]] = []
        self.phones: dict[str, Any] = {}
        self.dialled: list[dict[str, Any]] = []
        self.told: Callable[[], None] = lambda: None

    @property
    def exchange(self) -> Any:
        return SimpleNamespace(live=[what for _, what in self.due if what.startswith("end")])

    def next_due_at(self) -> datetime | None:
        return min(self.due)[0] if self.due else None

    async def advance(self, to: datetime) -> None:
        for at, what in sorted(self.due):
            if at <= to:
                self.due.remove((at, what))
                self.clock.advance_to(max(at, self.clock.now()))
                self.note(what)
                self.told()
        self.clock.advance_to(to)

    def add_phone(self, phone: Any) -> None:
        self.phones[phone.number] = phone

    def dial(self, phone: str, to: str, **how: Any) -> str:
        self.dialled.append({"from": phone, "to": to, **how})
        number = len(self.dialled)
        self.note(f"dial {number}")
        seconds = how["behaviour"].talks_seconds or 0
        self.due.append((self.clock.now() + seconds * SECOND, f"end {number}"))
        return f"CA{number}"

    def note(self, what: str) -> None:
        self.log.append((int((self.clock.now() - STARTS_AT).total_seconds()), what))


class Stage:
    """A deployment without a database, and all that was asked of it."""

    def __init__(self, cards_folder: Path) -> None:
        self.log: list[tuple[int, str]] = []
        self.clock = VirtualClock(STARTS_AT)
        self.carrier = Carrier(self.clock, self.log)
        self.work_at: list[datetime] = []
        self.failed: str | None = None
        self.asked: list[tuple[str, str, str | None]] = []
        self.deployment = Deployment(
            application=Starlette(
                routes=[Route("/{rest:path}", self._answer, methods=["GET", "POST", "PUT", "DELETE"])]
            ),
            sandbox=self.carrier,
            clock=self.clock,
            calendar=BusinessCalendar(
                zone=ZoneInfo("Asia/Tokyo"),
                closed_weekdays=frozenset({5, 6}),
                closing_days=frozenset(),
                opening_days=frozenset(),
            ),
            public_url="http://localhost:8000",
            operator="nex",
            staff={"staff": "staff@example.jp", "billing": "billing@example.jp"},
            password="a password",
            token_lasts=timedelta(days=365),
            work=self._work,
            upcoming=lambda: Upcoming(min(self.work_at, default=None), self.failed),
            buy_numbers=lambda area_code, count: f"{count} of {area_code}",
            lends_lines=True,
            default_office="tokyo",
            declarations=(),
            company_plans=(),
            evidence_plans=(),
            card_plans=(),
            address_uses={},
            area_codes={"tokyo": "03"},
            interruption_reasons=("maintenance",),
            suspension_reasons=("unpaid",),
            refusal_reasons=(),
            prohibited_acts=(),
            mails_to=lambda address: (),
            peoples_cards=PeoplesCards(cards_folder, self.clock),
            enter_card=lambda reference, card: None,
            payment_changed_by_office=False,
            debits_accounts=False,
            close=lambda: None,
            sweeps=(lambda: self.carrier.note("sweep"),),
        )
        self.carrier.told = self._told
        self.loop = asyncio.new_event_loop()
        self.world = World(self.deployment, self.loop, Place("s.yaml", 1))

    def _told(self) -> None:
        self.deployment.work_waits = True

    def _work(self) -> None:
        self.work_at = [at for at in self.work_at if at > self.clock.now()]
        self.carrier.note("work")

    async def _answer(self, request: Request) -> Response:
        self.asked.append((request.method, request.url.path, request.headers.get("authorization")))
        match request.path_params["rest"]:
            case "api/sign-in":
                return JSONResponse({"token": f"token-of-{(await request.json())['email']}"})
            case "api/numbers":
                self.carrier.note((await request.json())["csv"])
                return JSONResponse({}, status_code=201)
            case "api/invoices":
                return JSONResponse({"items": []})
            case "refused":
                return JSONResponse({"code": "plan-not-allowed", "detail": "駄目です"}, status_code=422)
            case "broken":
                return PlainTextResponse("oh no", status_code=500)
            case "odd":
                return PlainTextResponse("nothing here", status_code=404)
            case "empty":
                return Response(status_code=204)
            case _:
                return JSONResponse({})

    def run(self, steps: str, expect: str = "") -> None:
        text = f"scenario: t\noperator: nex\nstarts: 2026-06-01T09:00\nsteps:\n{steps}{expect}"
        scenario: Scenario = _Reader("s.yaml").scenario(parse_document(text.encode(), "s.yaml"))
        runner.run(self.world, scenario)

    def events(self, *kinds: str) -> list[tuple[int, str]]:
        return [(at, what) for at, what in self.log if what.split()[0] in kinds]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.loop.close()


def test_due_things_are_done_in_the_order_of_their_times(stage: Stage) -> None:
    stage.carrier.due = [(STARTS_AT + 50 * SECOND, "end 1"), (STARTS_AT + 10 * SECOND, "ring")]
    stage.work_at = [STARTS_AT + 30 * SECOND, STARTS_AT + 70 * SECOND]
    stage.world = World(stage.deployment, stage.loop, Place("s.yaml", 1))
    stage.world.advance_to(STARTS_AT + 60 * SECOND)
    assert stage.log == [(10, "ring"), (30, "work"), (50, "end 1")]
    assert stage.work_at == [STARTS_AT + 70 * SECOND]
    assert stage.world.now == STARTS_AT + 60 * SECOND


def test_sweeps_run_every_day_at_their_local_times(stage: Stage) -> None:
    stage.world.advance_to(STARTS_AT + timedelta(days=2))
    calendar = stage.deployment.calendar
    today = calendar.local_date(STARTS_AT)
    due = [(0, time(23, 30)), (1, time(3, 0)), (1, time(23, 30)), (2, time(3, 0))]
    instants = [calendar.instant(today + timedelta(days=days), at) for days, at in due]
    assert stage.events("sweep") == [(int((at - STARTS_AT).total_seconds()), "sweep") for at in instants]


def test_what_callers_cause_is_worked_off_together(stage: Stage) -> None:
    stage.carrier.due = [(STARTS_AT + 5 * SECOND, "ring"), (STARTS_AT + 9 * SECOND, "ring")]
    stage.world.advance_to(STARTS_AT + 5000 * SECOND)
    assert stage.events("work") == [(5 + 60, "work")]


def test_under_load_it_may_wait_longer(stage: Stage) -> None:
    stage.world.under_load = True
    stage.carrier.due = [(STARTS_AT + 5 * SECOND, "ring")]
    stage.world.advance_to(STARTS_AT + 5000 * SECOND)
    assert stage.events("work") == [(5 + 3600, "work")]


def test_what_callers_cause_is_worked_off_on_their_day(stage: Stage) -> None:
    until_midnight = 15 * 3600
    stage.carrier.due = [(STARTS_AT + (until_midnight - 30) * SECOND, "ring")]
    stage.world.advance_to(STARTS_AT + (until_midnight + 60) * SECOND)
    assert stage.events("work") == [(until_midnight - 1, "work")]


def test_what_callers_cause_is_worked_off_before_anybody_looks(stage: Stage) -> None:
    stage.carrier.due = [(STARTS_AT + 5 * SECOND, "ring")]
    stage.world.advance_to(STARTS_AT + 6 * SECOND)
    stage.world.api("GET", "/api/x", None, by="staff")
    assert stage.events("work") == [(6, "work")]


def test_the_clock_never_goes_back(stage: Stage) -> None:
    with pytest.raises(FailedRun) as failed:
        stage.world.advance_to(STARTS_AT - SECOND)
    assert failed.value.code == "clock-back"
    assert "2026-06-01T08:59:59" in failed.value.sentence("ja")


def test_work_that_fails_fails_the_run(stage: Stage) -> None:
    stage.failed = "RuntimeError"
    stage.work_at = [STARTS_AT + SECOND]
    stage.world = World(stage.deployment, stage.loop, Place("s.yaml", 1))
    with pytest.raises(FailedRun) as failed:
        stage.world.advance_to(STARTS_AT + SECOND)
    assert failed.value.code == "work-failed"
    assert failed.value.exit_code == 1


CALL = 'do: call, from: "03-6666-7777", to: "045-111-2222", answered_by: "090-1234-5678"'


def test_a_call_ends_before_the_next_step(stage: Stage) -> None:
    stage.run(f"  - {{{CALL}, talks: 61}}\n  - {{{CALL}, talks: 10}}\n")
    assert stage.events("dial", "end") == [(0, "dial 1"), (61, "end 1"), (61, "dial 2"), (71, "end 2")]


def test_a_step_with_a_time_of_its_own_may_overlap_a_call(stage: Stage) -> None:
    stage.run(f"  - {{{CALL}, talks: 61}}\n  - {{at: 2026-06-01T09:00:30, {CALL}, talks: 61}}\n")
    assert stage.events("dial", "end") == [(0, "dial 1"), (30, "dial 2"), (61, "end 1"), (91, "end 2")]


def test_relative_moves_start_from_the_end_of_the_call(stage: Stage) -> None:
    stage.run(f"  - {{{CALL}, talks: 61}}\n  - {{after_hours: 0.5, {CALL}, talks: 1}}\n")
    assert stage.events("dial") == [(0, "dial 1"), (61 + 1800, "dial 2")]


def test_repetitions_with_a_spacing_overlap(stage: Stage) -> None:
    stage.run(f"  - {{{CALL}, as: c, talks: 61, repeat: {{times: 3, every: 30s}}}}\n")
    assert stage.events("dial", "end") == [
        (0, "dial 1"),
        (30, "dial 2"),
        (60, "dial 3"),
        (61, "end 1"),
        (91, "end 2"),
        (121, "end 3"),
    ]
    assert stage.world.references.names("call") == ["c.1", "c.2", "c.3"]
    assert stage.world.references.reference("call", "c.2") == "CA2"
    assert stage.world.references.name("call", "CA3") == "c.3"
    assert stage.world.references.name("call", "CA9") == "CA9"


def test_repetitions_without_a_spacing_follow_each_other(stage: Stage) -> None:
    stage.run(f"  - {{{CALL}, talks: 61, repeat: {{times: 2}}}}\n")
    assert stage.events("dial") == [(0, "dial 1"), (61, "dial 2")]


def test_waiting(stage: Stage) -> None:
    stage.run("  - {do: wait, days: 2, hours: 1.5}\n  - {do: wait, until: 2026-07-01}\n")
    assert stage.world.local_text(stage.world.now) == "2026-07-01T00:00"


def test_waiting_backwards_fails_with_its_place(stage: Stage) -> None:
    with pytest.raises(FailedRun) as failed:
        stage.run("  - {do: wait, days: 2}\n  - {do: wait, until: 2026-06-02}\n")
    assert failed.value.sentence("en").startswith("s.yaml:6: 2026-06-02T00:00 is before the present")


def test_how_phones_behave_in_a_call(stage: Stage) -> None:
    stage.run(
        f"  - {{{CALL}, after: 8, talks: 61}}\n"
        f"  - {{{CALL}, talks: 5, hangs_up: callee, accepts: false}}\n"
        '  - {do: call, from: anonymous, to: "+81 45 111 2222"}\n'
    )
    first, second, third = stage.carrier.dialled
    assert (first["from"], first["to"], first["withheld"]) == ("+81366667777", "+81451112222", None)
    mobile = first["behaviours"]["+819012345678"]
    assert (mobile.answers_after_seconds, mobile.presses, mobile.hangs_up) == (8, "1", False)
    assert first["behaviour"].talks_seconds == 61
    mobile = second["behaviours"]["+819012345678"]
    assert (mobile.presses, mobile.talks_seconds, mobile.hangs_up) == (None, 5, True)
    assert second["behaviour"].talks_seconds is None
    assert (third["withheld"], third["behaviours"]) == ("anonymous", {})
    assert stage.carrier.phones["+819012345678"].kind == "mobile"
    assert stage.carrier.phones["+81366667777"].kind == "fixed"


def test_who_asks_shows_a_token(stage: Stage) -> None:
    stage.world.enter_member({"id": 7, "email": "sato@example.jp", "office": "tokyo"}, "sato")
    for by in ("staff", "billing", "anyone", "sato", "staff"):
        stage.world.api("GET", "/api/x?a=1", None, by=by)
    assert [token for _, path, token in stage.asked if path == "/api/x"] == [
        "Bearer token-of-staff@example.jp",
        "Bearer token-of-billing@example.jp",
        None,
        "Bearer token-of-sato@example.jp",
        "Bearer token-of-staff@example.jp",
    ]
    assert sum(path == "/api/sign-in" for _, path, _ in stage.asked) == 3
    assert stage.world.api("POST", "/empty", {}, by="staff") is None


def test_who_asks_signs_in_again_when_the_token_is_over(stage: Stage) -> None:
    for _ in range(2):
        stage.world.api("GET", "/api/x", None, by="staff")
        stage.world.advance_to(stage.world.now + timedelta(days=365))
    assert sum(path == "/api/sign-in" for _, path, _ in stage.asked) == 2


def test_staff_buy_numbers_and_enter_them(stage: Stage) -> None:
    stage.world.restock("045")
    assert [what for _, what in stage.log if " of " in what] == ["10 of 045"]


def test_a_refusal_has_a_code_and_anything_else_fails_the_run(stage: Stage) -> None:
    with pytest.raises(Refused) as refused:
        stage.world.api("POST", "/refused", {}, by="staff")
    assert (refused.value.code, refused.value.sentence) == ("plan-not-allowed", "駄目です")
    for path, said in (("/broken", "500 oh no"), ("/odd", "404 nothing here")):
        with pytest.raises(FailedRun) as failed:
            stage.world.api("POST", path, {}, by="staff")
        assert said in failed.value.sentence("en")


@pytest.fixture
def action(monkeypatch: pytest.MonkeyPatch) -> list[Exception | None]:
    """What `wait` does, one after the other: nothing, or this error."""
    outcomes: list[Exception | None] = []

    def act(world: World, step: object) -> None:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome

    waiting = runner.ACTIONS["wait"]
    monkeypatch.setitem(
        runner.ACTIONS, "wait", type(waiting)(waiting.name, act, waiting.fields, one_of=waiting.one_of)
    )
    return outcomes


WAIT = "  - {do: wait, days: 1}\n"
REFUSED = "  - {do: wait, days: 1, as: w, refused: plan-not-allowed}\n"


def test_a_step_refused_as_it_says_is_kept(stage: Stage, action: list[Exception | None]) -> None:
    action.append(Refused("plan-not-allowed", ""))
    stage.run(REFUSED)
    refusal = stage.world.refusals["w"]
    assert (refusal.step, refusal.line, refusal.do, refusal.code) == (1, 5, "wait", "plan-not-allowed")


@pytest.mark.parametrize(
    ("steps", "outcome", "code", "said"),
    [
        (WAIT, Refused("slot-taken", "sorry"), "step-refused", "was refused: slot-taken (sorry)"),
        (REFUSED, None, "not-refused", "should have been refused with plan-not-allowed but went through"),
        (REFUSED, Refused("slot-taken", "sorry"), "refused-otherwise", "but was refused with slot-taken"),
        (WAIT, KeyError("x"), "service-failed", "the service failed in step “wait”: KeyError: 'x'"),
        (WAIT, AssertionError(), "service-failed", "in step “wait”: AssertionError: test_world.py:"),
    ],
)
def test_a_step_that_does_not_come_out_fails_the_run(
    stage: Stage,
    action: list[Exception | None],
    steps: str,
    outcome: Exception | None,
    code: str,
    said: str,
) -> None:
    action.append(outcome)
    with pytest.raises(FailedRun) as failed:
        stage.run(steps)
    assert failed.value.code == code
    assert failed.value.sentence("en").startswith("s.yaml:5: ")
    assert said in failed.value.sentence("en")
    assert failed.value.sentence("ja").startswith("s.yaml:5: ")


def test_local_times_have_seconds_only_where_there_are_some(stage: Stage) -> None:
    assert stage.world.local_text(STARTS_AT) == "2026-06-01T09:00"
    assert stage.world.local_text(STARTS_AT + 30 * SECOND) == "2026-06-01T09:00:30"
    assert stage.world.today.isoformat() == "2026-06-01"
    assert stage.world.month == "2026-06"
