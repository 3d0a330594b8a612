"""Facts about lent items that billing tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ItemState = Literal["ok", "broken", "lost"]


@dataclass(frozen=True, slots=True)
class ItemHandedBack:
    """A lent item came back, or is known not to."""

    member_id: int
    item: str
    state: ItemState
    actor: str
    at: datetime
