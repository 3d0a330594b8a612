"""Area codes with the places that they stand for, the offices that offer them and how many numbers are free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.kit.profile_fields import Words
from telephony.numbers.models import StockNumber
from telephony.numbers.profile import NumbersProfile
from telephony.numbers.stock import IP_AREA_CODE

PLACES = Path(__file__).with_name("area_places.tsv")
ANYWHERE = Words("全国（IP電話）", "anywhere (IP telephone)")


@dataclass(frozen=True, slots=True)
class OfferedAreaCode:
    """`line_plans` are those that it can be had under."""

    area_code: str
    places: Words
    offices: tuple[str, ...]
    line_plans: tuple[str, ...]
    free: int


def offered_area_codes(
    session: Session, profile: NumbersProfile, offices: Mapping[str, str | None]
) -> list[OfferedAreaCode]:
    """Every area code of a line plan; `offices` are the operator's, name to area code."""
    free = dict(
        session.execute(
            select(StockNumber.area_code, func.count())
            .where(StockNumber.status == "available")
            .group_by(StockNumber.area_code)
        ).all()
    )
    codes = sorted({code for plan in profile.line_plans.values() for code in plan.area_codes})
    return [
        OfferedAreaCode(
            area_code=code,
            places=places_of(code),
            offices=tuple(name for name, area_code in offices.items() if area_code == code),
            line_plans=tuple(name for name, plan in profile.line_plans.items() if code in plan.area_codes),
            free=free.get(code, 0),
        )
        for code in codes
    ]


def places_of(area_code: str) -> Words:
    """What an area code stands for; empty for one that no number has."""
    return ANYWHERE if area_code == IP_AREA_CODE else _places().get(area_code, Words("", ""))


@cache
def _places() -> dict[str, Words]:
    rows = (line.split("\t") for line in PLACES.read_text(encoding="utf-8").splitlines())
    return {area_code: Words(ja, en) for area_code, ja, en in rows}
