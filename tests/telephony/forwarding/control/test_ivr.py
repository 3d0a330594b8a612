"""The dialogue of a control call, without a call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.forwarding.control.ivr import (
    OVER,
    CallOut,
    ChooseLine,
    Describe,
    Dialogue,
    EnterPin,
    Pressed,
    ReadBack,
    RingFor,
    SendTo,
    State,
    Switch,
    Wish,
    press,
)

MOST = 3
KEYS = st.one_of(
    st.builds(Pressed, st.text(alphabet="0123456789*#", max_size=14)),
    st.just(Pressed()),
    st.just(Pressed(back=True)),
)


@pytest.mark.parametrize(
    ("state", "digits", "wish", "leads_to"),
    [
        ("pin", "482915", EnterPin("482915"), "menu"),
        ("pin", "1", EnterPin("1"), "menu"),
        ("line", "2", ChooseLine(1), "menu"),
        ("menu", "1", Switch(on=True), "menu"),
        ("menu", "0", Switch(on=False), "menu"),
        ("menu", "2", None, "destination"),
        ("menu", "3", None, "seconds"),
        ("menu", "8", Describe(), "menu"),
        ("menu", "9", None, "callee"),
        ("destination", "0312345678", ReadBack("0312345678"), "confirm"),
        ("confirm", "1", SendTo("+81312345678"), "menu"),
        ("seconds", "30", RingFor(30), "menu"),
        ("callee", "0312345678", CallOut("0312345678"), "calling"),
    ],
)
def test_what_a_key_wishes_and_where_it_leads(
    state: State, digits: str, wish: Wish | None, leads_to: State
) -> None:
    pending = "+81312345678" if state == "confirm" else None
    move = press(Dialogue(state, pending=pending, failures=2), Pressed(digits), MOST)
    assert (move.wish, move.then.state, move.then.failures) == (wish, leads_to, 0)


@pytest.mark.parametrize(
    ("state", "leads_to"),
    [
        ("destination", "menu"),
        ("seconds", "menu"),
        ("callee", "menu"),
        ("confirm", "destination"),
        ("menu", "menu"),
        ("line", "line"),
    ],
)
def test_pound_alone_goes_back(state: State, leads_to: State) -> None:
    move = press(Dialogue(state, pending="+81312345678"), Pressed(back=True), MOST)
    assert (move.wish, move.then.state, move.then.pending) == (None, leads_to, None)


@pytest.mark.parametrize(
    ("state", "digits"),
    [
        ("menu", "7"),
        ("line", "0"),
        ("confirm", "2"),
        ("seconds", "1000"),
        ("destination", "03*"),
        ("menu", ""),
    ],
)
def test_the_third_wrong_or_missing_input_in_a_row_ends_the_call(state: State, digits: str) -> None:
    dialogue = Dialogue(state)
    for failures in (1, 2):
        dialogue = press(dialogue, Pressed(digits), MOST).then
        assert (dialogue.state, dialogue.failures) == (state, failures)
    assert press(dialogue, Pressed(digits), MOST).then.state == "ended"


def test_a_refused_wish_counts_as_a_wrong_input() -> None:
    move = press(Dialogue("pin", failures=2), Pressed("000000"), MOST)
    assert move.refused is not None
    assert move.refused.state == "ended"


@pytest.mark.parametrize("state", ["pin", "menu", "destination", "confirm"])
def test_star_changes_the_language_and_nothing_else(state: State) -> None:
    dialogue = Dialogue(state, failures=1, pending="+81312345678", said="…")
    english = press(dialogue, Pressed("*"), MOST).then
    assert english == Dialogue(state, "en", 1, "+81312345678")
    assert press(english, Pressed("*"), MOST).then.language == "ja"


def test_what_follows_a_star_counts() -> None:
    move = press(Dialogue(), Pressed("*482915"), MOST)
    assert (move.wish, move.then.language) == (EnterPin("482915"), "en")


@pytest.mark.parametrize(
    ("digits", "finished_on", "pressed"),
    [
        ("482915", "#", Pressed("482915")),
        ("482915", "", Pressed("482915")),
        (None, "#", Pressed(back=True)),
        ("", "#", Pressed(back=True)),
        ("#", "", Pressed(back=True)),
        (None, "", Pressed()),
    ],
)
def test_what_the_carrier_tells_of_keys(digits: str | None, finished_on: str, pressed: Pressed) -> None:
    assert Pressed.read(digits, finished_on) == pressed


@given(st.lists(KEYS, max_size=20))
def test_no_keys_wish_anything_but_the_pin_until_it_was_right_r14(keys: list[Pressed]) -> None:
    dialogue = Dialogue()
    for pressed in keys:
        move = press(dialogue, pressed, MOST)
        assert move.wish is None or isinstance(move.wish, EnterPin)
        dialogue = move.refused or move.then
        assert dialogue.state in ("pin", "ended")


@given(st.lists(KEYS, max_size=60), st.lists(st.booleans(), min_size=60, max_size=60))
def test_whatever_is_pressed_and_granted_the_dialogue_goes_on_or_ends(
    keys: list[Pressed], granted: list[bool]
) -> None:
    dialogue = Dialogue()
    for pressed, grants in zip(keys, granted, strict=False):
        move = press(dialogue, pressed, MOST)
        dialogue = move.then if grants or move.refused is None else move.refused
        assert dialogue.failures <= MOST
        assert (dialogue.failures == MOST) <= (dialogue.state in OVER)
