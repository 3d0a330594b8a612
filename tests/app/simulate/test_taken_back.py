"""What was taken back before anybody was asked to pay it is no charge of a result."""

from typing import Any

import pytest

from app.simulate.taken_back import without_taken_back


def charge(reference: int, *, reverses: int | None = None, invoice: str | None = None) -> dict[str, Any]:
    return {"id": reference, "reverses_id": reverses, "invoice": invoice}


@pytest.mark.parametrize(
    ("charges", "left"),
    [
        ([charge(1), charge(2)], [1, 2]),
        ([charge(1), charge(2, reverses=1)], []),
        ([charge(1), charge(2, reverses=1), charge(3)], [3]),
        ([charge(1, invoice="A-1"), charge(2, reverses=1)], [1, 2]),
        ([charge(1, invoice="A-1"), charge(2, reverses=1, invoice="A-2")], [1, 2]),
    ],
)
def test_a_charge_that_nobody_owed_is_left_out(charges: list[dict[str, Any]], left: list[int]) -> None:
    assert [row["id"] for row in without_taken_back(charges)] == left
