"""Runs the steps of a scenario in their order, each at its time, and holds what it expects against the result."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from traceback import extract_tb
from typing import Final

from app.simulate.actions import ACTIONS
from app.simulate.actions.declaration import Refused
from app.simulate.errors import FailedRun
from app.simulate.scenario import Scenario, Step
from app.simulate.world import World

MOST_WITHOUT_LOAD: Final = 100
"""Repetitions of a step; beyond them what they cause may wait longer."""
WORKED_OFF_TOGETHER: Final = 60
"""Repetitions, however far apart."""


def run(world: World, scenario: Scenario) -> None:
    """Every step and then the closing expectations. Raises FailedRun at the first that does not come out.

    A call ends before the next step begins, unless that step (or the next repetition) has a time of its own: then the
    clock moves just there, and calls overlap.
    """
    for step in scenario.steps:
        run_step(world, step)
    world.settle()
    world.check(scenario.expect)


def run_step(world: World, step: Step) -> None:
    world.place = step.place
    if step.at is not None:
        world.advance_to(world.instant(step.at))
    else:
        world.settle()
        if step.moves_clock:
            world.advance_to(world.now + timedelta(days=step.after_days, hours=float(step.after_hours)))
    if step.repeat is None:
        _once(world, step, step.as_, f"{step.do}-{step.number}")
        return
    world.under_load = step.repeat.times > MOST_WITHOUT_LOAD
    starts_at = world.now
    for index in range(step.repeat.times):
        if index and step.repeat.every is None:
            world.settle()
        elif index and step.repeat.every is not None:
            world.advance_to(starts_at + step.repeat.every * index)
        if index and index % WORKED_OFF_TOGETHER == 0:
            world.catch_up()
        name = f"{step.as_}.{index + 1}" if step.as_ else None
        _once(world, step, name, f"{step.do}-{step.number}-{index + 1}")
    world.under_load = False


def _once(world: World, step: Step, name: str | None, otherwise: str) -> None:
    action = ACTIONS[step.do]
    world.label = name or otherwise
    try:
        reference = _guarded(world, step, action.run)
    except Refused as refusal:
        if step.refused == refusal.code or step.either_way:
            world.keep_refusal(step, name, refusal)
            return
        code = "step-refused" if step.refused is None else "refused-otherwise"
        raise FailedRun(
            step.place,
            code,
            step=step.do,
            expected=step.refused,
            code=refusal.code,
            sentence=refusal.sentence,
        ) from refusal
    if step.refused is not None and not step.either_way:
        raise FailedRun(step.place, "not-refused", step=step.do, expected=step.refused)
    if action.makes is not None and reference is not None:
        world.references.enter(action.makes, name or reference, reference)


def _guarded(world: World, step: Step, act: Callable[[World, Step], str | None]) -> str | None:
    """The action's reference; a defect of the service (no refusal) fails the run with its step."""
    try:
        return act(world, step)
    except (Refused, FailedRun):
        raise
    except Exception as error:
        problem = f"{type(error).__name__}: {str(error) or _place(error)}"
        raise FailedRun(step.place, "service-failed", step=step.do, problem=problem) from error


def _place(error: Exception) -> str:
    """Where it was raised: all that an error without words says."""
    last = extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno} ({last.name})"
