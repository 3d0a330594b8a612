from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.forwarding.card import CallerRule, Card, Target
from telephony.forwarding.routing import (
    Announce,
    Decision,
    HangUp,
    Refuse,
    Ring,
    RingDesk,
    TakeMessage,
    decide,
    decide_next,
    reachable,
)
from telephony.forwarding.schedules import Schedule
from tests.factories.membership import nex
from tests.telephony.forwarding.cards import CALLER, CARD, IP, MOBILE, NOW, OFFICE, RENTED

MOMENT = timedelta(microseconds=1)
CALENDAR = nex().calendar()


def to(number: str) -> Card:
    return replace(CARD, targets=(Target(0, number, 20),))


NOT_IN_SERVICE = Announce("unknown-number", says="not_in_service")
NOT_STARTED = Announce("not-started", says="not_started")
ENDED = Announce("ended", says="ended")
SUSPENDED = Announce("suspended", says="suspended")
LOOP = Announce("loop", says="forwarding_off", outcome="refused")
WITHHELD = Announce("withheld", says="withheld_refused", outcome="refused")
OFF = Announce("forwarding-off", says="forwarding_off")
NO_DESTINATION = Announce("no-destination", says="forwarding_off")
UNANSWERED = Announce("nobody-answers", says="unanswered")
AT_ONCE = replace(CARD, strategy="at-once")
SUSPENDED_CARD = replace(CARD, status="suspended")
OFF_CARD = replace(CARD, is_on=False)


@pytest.mark.parametrize(
    ("card", "caller", "decision"),
    [
        pytest.param(None, CALLER, NOT_IN_SERVICE, id="a number that nobody has"),
        pytest.param(CARD, CALLER, Ring((MOBILE,)), id="in turn: the first"),
        pytest.param(AT_ONCE, CALLER, Ring((MOBILE, OFFICE, IP)), id="at once: all"),
        pytest.param(replace(CARD, starts_at=NOW + MOMENT), CALLER, NOT_STARTED, id="a moment too early"),
        pytest.param(replace(CARD, starts_at=NOW), CALLER, Ring((MOBILE,)), id="the first instant"),
        pytest.param(replace(CARD, ends_at=NOW + MOMENT), CALLER, Ring((MOBILE,)), id="the last moment"),
        pytest.param(replace(CARD, ends_at=NOW), CALLER, ENDED, id="the end is not in it"),
        pytest.param(replace(CARD, starts_at=NOW, ends_at=NOW), CALLER, ENDED, id="served for no time"),
        pytest.param(SUSPENDED_CARD, CALLER, SUSPENDED, id="suspended"),
        pytest.param(replace(SUSPENDED_CARD, ends_at=NOW), CALLER, ENDED, id="ended while suspended"),
        pytest.param(replace(SUSPENDED_CARD, is_on=False), CALLER, SUSPENDED, id="suspended and off"),
        pytest.param(CARD, RENTED, LOOP, id="round in a circle"),
        pytest.param(SUSPENDED_CARD, RENTED, SUSPENDED, id="suspended before loop"),
        pytest.param(CARD, None, Ring((MOBILE,)), id="withheld is put through"),
        pytest.param(replace(CARD, withheld="announcement"), None, WITHHELD, id="withheld is refused"),
        pytest.param(
            replace(CARD, withheld="announcement"), CALLER, Ring((MOBILE,)), id="the number is shown"
        ),
        pytest.param(OFF_CARD, CALLER, OFF, id="switched off"),
        pytest.param(replace(CARD, targets=()), CALLER, OFF, id="no destination set"),
        pytest.param(CARD, MOBILE.number, Ring((OFFICE,)), id="the caller is the first destination"),
        pytest.param(AT_ONCE, OFFICE.number, Ring((MOBILE, IP)), id="the caller is one of them"),
        pytest.param(to(MOBILE.number), MOBILE.number, NO_DESTINATION, id="the caller is the only one"),
        pytest.param(to(RENTED), CALLER, NO_DESTINATION, id="to the line itself"),
    ],
)
def test_a_call_comes_in(card: Card | None, caller: str | None, decision: Decision) -> None:
    assert decide(card, caller, NOW, CALENDAR) == decision


@pytest.mark.parametrize(
    ("card", "rung", "decision"),
    [
        pytest.param(CARD, 0, Ring((OFFICE,)), id="the second"),
        pytest.param(CARD, 1, Ring((IP,)), id="the third"),
        pytest.param(CARD, 2, UNANSWERED, id="no more"),
        pytest.param(CARD, 99, UNANSWERED, id="beyond the last"),
        pytest.param(AT_ONCE, 0, UNANSWERED, id="all have rung"),
        pytest.param(None, 0, UNANSWERED, id="the line went away meanwhile"),
        pytest.param(SUSPENDED_CARD, 0, UNANSWERED, id="suspended meanwhile"),
        pytest.param(OFF_CARD, 0, UNANSWERED, id="switched off meanwhile"),
        pytest.param(replace(CARD, targets=(MOBILE,)), 0, UNANSWERED, id="shortened meanwhile"),
    ],
)
def test_nobody_took_it(card: Card | None, rung: int, decision: Decision) -> None:
    assert decide_next(card, CALLER, rung) == decision


@pytest.mark.parametrize(
    "stopped",
    [replace(CARD, halted="interrupted"), replace(CARD, halted="restricted"), replace(CARD, barred="a-cap")],
)
def test_a_line_that_was_stopped_meanwhile_rings_no_further_phone(stopped: Card) -> None:
    assert decide_next(stopped, CALLER, 0) == UNANSWERED


def test_who_is_always_put_through_reaches_every_phone() -> None:
    always = replace(
        OFF_CARD, rules=(CallerRule(CALLER, "forward"), CallerRule("+8131234", "voicemail", whole=False))
    )
    assert decide(always, CALLER, NOW, CALENDAR) == Ring((MOBILE,), "caller-rule")
    assert decide_next(always, CALLER, 0) == Ring((OFFICE,))
    assert decide_next(always, "+81312345678", 0) == UNANSWERED


def test_the_callers_own_phone_is_passed_over_in_turn() -> None:
    assert decide_next(CARD, OFFICE.number, 0) == Ring((IP,))


@pytest.mark.parametrize(
    "number",
    [
        *("+81570012345", "+81990123456", "+81120123456", "+818001234567", "+812012345678", "+88162112345"),
        *("+14155550100", "+442079460958", "+861012345678", "+81110", "+81118", "+81119", "+81104", "+81188"),
    ],
)
def test_a_forbidden_destination_on_a_card_is_not_dialled_r17(number: str) -> None:
    """However it came onto the card: by a hand on the database, by a profile that has changed since."""
    assert decide(to(number), CALLER, NOW, CALENDAR) == NO_DESTINATION
    assert decide(replace(CARD, targets=(Target(0, number, 20), OFFICE)), CALLER, NOW, CALENDAR) == Ring(
        (OFFICE,)
    )
    mixed = replace(AT_ONCE, targets=(MOBILE, Target(1, number, 20), IP))
    assert decide(mixed, CALLER, NOW, CALENDAR) == Ring((MOBILE, IP))
    assert decide_next(replace(mixed, strategy="in-turn"), CALLER, 0) == Ring((IP,))


@pytest.mark.parametrize("forbidden", ["fixed", "mobile", "ip"])
def test_a_class_that_the_profile_no_longer_allows_is_not_dialled_r17(forbidden: str) -> None:
    left = reachable(replace(CARD, allowed_classes=CARD.allowed_classes - {forbidden}), CALLER)
    assert left == tuple(
        target
        for target, target_class in ((MOBILE, "mobile"), (OFFICE, "fixed"), (IP, "ip"))
        if target_class != forbidden
    )


@given(
    caller=st.sampled_from([None, CALLER, RENTED, MOBILE.number, OFFICE.number, IP.number]),
    targets=st.lists(st.sampled_from([MOBILE.number, OFFICE.number, IP.number, RENTED]), unique=True),
    strategy=st.sampled_from(["in-turn", "at-once"]),
)
def test_every_phone_rings_once_at_most_and_never_the_callers(
    caller: str | None, targets: list[str], strategy: str
) -> None:
    card = replace(
        CARD,
        targets=tuple(Target(index, number, 20) for index, number in enumerate(targets)),
        strategy="at-once" if strategy == "at-once" else "in-turn",
    )
    rung: list[str] = []
    decision = decide(card, caller, NOW, CALENDAR)
    while isinstance(decision, Ring):
        rung += [target.number for target in decision.targets]
        decision = decide_next(card, caller, decision.targets[-1].index)
    expected = [] if caller == RENTED else [one for one in targets if one not in (caller, RENTED)]
    assert rung == expected


@pytest.mark.parametrize("card", [CARD, AT_ONCE, replace(CARD, ends_at=NOW, targets=(), press_one=True)])
def test_a_card_comes_back_from_json_as_it_was(card: Card) -> None:
    assert Card.read(card.version, card.to_json()) == card


def test_an_operator_may_hang_up_instead_of_announcing() -> None:
    silent = replace(CARD, unanswered="hang-up")
    assert decide_next(silent, CALLER, 0) == Ring((OFFICE,))
    assert decide_next(silent, CALLER, 2) == HangUp()
    assert Card.read(silent.version, silent.to_json()) == silent


CLOSED = replace(CARD, schedule=Schedule.read({"week": {}}), outside_hours="voicemail")
RULES = (
    CallerRule("+8136666", "block", whole=False),
    CallerRule(CALLER, "forward"),
    CallerRule("+81312345678", "voicemail"),
    CallerRule("+81312345679", "announcement"),
    CallerRule("+81312345670", "block"),
)


@pytest.mark.parametrize(
    ("card", "caller", "decision"),
    [
        pytest.param(
            replace(CARD, halted="interrupted"),
            CALLER,
            Announce("interrupted", "interrupted"),
            id="interrupted",
        ),
        pytest.param(
            replace(CARD, halted="restricted"), CALLER, Announce("restricted", "restricted"), id="restricted"
        ),
        pytest.param(
            replace(CARD, barred="calls-a-minute"), CALLER, Refuse("calls-a-minute"), id="a cap is reached"
        ),
        pytest.param(CLOSED, CALLER, TakeMessage("outside-hours"), id="outside hours: voicemail"),
        pytest.param(
            replace(CLOSED, outside_hours="announcement"),
            CALLER,
            Announce("outside-hours", says="outside_hours"),
            id="outside hours: announcement",
        ),
        pytest.param(
            replace(OFF_CARD, when_off="voicemail"),
            CALLER,
            TakeMessage("forwarding-off"),
            id="off: voicemail",
        ),
        pytest.param(
            replace(OFF_CARD, when_off="hang-up"), CALLER, HangUp("forwarding-off"), id="off: hang up"
        ),
        pytest.param(replace(OFF_CARD, desk="sip:d@x"), CALLER, RingDesk(), id="off: the desk phone rings"),
        pytest.param(
            replace(CARD, targets=(), desk="sip:d@x"), CALLER, RingDesk(), id="on without destinations"
        ),
        pytest.param(
            replace(CARD, withheld="voicemail"), None, TakeMessage("withheld"), id="withheld: voicemail"
        ),
        pytest.param(
            replace(CLOSED, rules=RULES), CALLER, Ring((MOBILE,), "caller-rule"), id="always put through"
        ),
        pytest.param(
            replace(OFF_CARD, rules=RULES), CALLER, Ring((MOBILE,), "caller-rule"), id="put through when off"
        ),
        pytest.param(
            replace(CARD, rules=RULES),
            "+81366660000",
            Announce("blocked", says="forwarding_off", outcome="refused"),
            id="blocked by a prefix",
        ),
        pytest.param(
            replace(CARD, rules=RULES), "+81312345678", TakeMessage("caller-rule"), id="to voicemail"
        ),
        pytest.param(
            replace(CARD, rules=RULES),
            "+81312345679",
            Announce("caller-rule", says="unanswered"),
            id="to words",
        ),
        pytest.param(
            replace(CARD, rules=RULES),
            "+81312345670",
            Announce("blocked", says="forwarding_off", outcome="refused"),
            id="blocked by number",
        ),
        pytest.param(
            replace(SUSPENDED_CARD, rules=RULES), CALLER, SUSPENDED, id="no rule opens a suspended line"
        ),
        pytest.param(
            replace(CARD, halted="interrupted", rules=RULES),
            CALLER,
            Announce("interrupted", "interrupted"),
            id="nor an interrupted one",
        ),
    ],
)
def test_what_the_member_and_the_operator_set_decides(
    card: Card, caller: str | None, decision: Decision
) -> None:
    assert decide(card, caller, NOW, CALENDAR) == decision
    assert decide(Card.read(card.version, card.to_json()), caller, NOW, CALENDAR) == decision


def test_nobody_answers_and_a_message_is_taken() -> None:
    assert decide_next(replace(CARD, unanswered="voicemail"), CALLER, 2) == TakeMessage("nobody-answers")
