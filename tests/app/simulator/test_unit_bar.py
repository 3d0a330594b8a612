from __future__ import annotations

from decimal import Decimal

import pytest

from app.simulator.prices import PriceLine
from app.simulator.unit_bar import MOST_BOXES, UnitBox, draw_units


def line(talk_seconds: int, units: int) -> PriceLine:
    return PriceLine("転送", "forwarded", talk_seconds, 60, units, Decimal(32), Decimal(32) * units)


def test_61_seconds_fill_one_box_and_begin_another() -> None:
    assert draw_units(line(61, 2)) == (UnitBox(0, 49, 49), UnitBox(50, 49, 0.82))


def test_the_last_unit_may_be_full() -> None:
    assert draw_units(line(60, 1)) == (UnitBox(0, 99, 99),)


@pytest.mark.parametrize("units", [0, MOST_BOXES + 1])
def test_nothing_is_drawn_where_nothing_can_be_told_apart(units: int) -> None:
    assert draw_units(line(units * 60, units)) == ()


def test_a_minimum_charge_leaves_boxes_empty() -> None:
    assert [box.filled_percent for box in draw_units(line(10, 2))] == [pytest.approx(8.17), 0]
