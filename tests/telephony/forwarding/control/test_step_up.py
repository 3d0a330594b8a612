"""What a found device must not do asks for the password again, over the API as on the page (R16)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.factories.membership import PASSWORD
from tests.telephony.forwarding.control.steered import PHONE, PIN, ask
from tests.telephony.forwarding.door import Door

ACTS: list[tuple[str, str, dict[str, str], int]] = [
    ("POST", "registered-phones", {"number": PHONE}, 201),
    ("PUT", "pin", {"pin": PIN}, 200),
]


@pytest.mark.parametrize(("method", "what", "body", "done"), ACTS, ids=["phone", "pin"])
def test_a_member_shows_the_password_and_staff_need_not(
    door: Door, method: str, what: str, body: dict[str, str], done: int
) -> None:
    line, other = door.rent(), door.rent()
    path, token = f"/api/lines/{line.id}/{what}", door.token_of(line)
    for wrong in ({}, {"password": ""}, {"password": "wrong"}):
        status, problem = ask(door, method, path, body | wrong, token=token)
        assert (status, problem["code"]) == (422, "password-wrong")
    assert ask(door, method, path, body | {"password": PASSWORD}, token=token)[0] == done
    assert ask(door, method, f"/api/lines/{other.id}/{what}", body, token=token)[0] == 404
    staff = door.token_of(None)
    assert ask(door, method, f"/api/lines/{other.id}/{what}", body, token=staff)[0] == done


def test_guesses_at_the_password_are_slowed_down(door: Door) -> None:
    line = door.rent()
    path, token = f"/api/lines/{line.id}/registered-phones", door.token_of(line)

    def register(password: str) -> tuple[int, Any]:
        return ask(door, "POST", path, {"number": PHONE, "password": password}, token=token)

    codes = [register("wrong")[1]["code"] for _ in range(6)]
    assert codes == ["password-wrong"] * 5 + ["too-many-attempts"]
    assert register(PASSWORD)[0] == 429
    door.clock.advance_to(door.clock.now() + timedelta(seconds=30))
    assert register(PASSWORD)[0] == 201
