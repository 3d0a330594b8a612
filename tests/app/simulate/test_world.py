"""The clock of a run: what is done when, in which order, and how steps, repetitions and calls share it."""

from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path

import pytest

from app.simulate import runner
from app.simulate.actions.declaration import Refused
from app.simulate.errors import FailedRun, Place
from app.simulate.world import World
from tests.app.simulate.stage import SECOND, STARTS_AT, Stage


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
