"""What a step can do. One module per area; each action declares its fields."""

from typing import Final

from app.simulate.actions import (
    accounts,
    banking,
    charging,
    clock,
    community,
    contracts,
    identity,
    incidents,
    line_office,
    membership,
    paying,
    steering,
    telephone,
)
from app.simulate.actions.declaration import Action

ACTIONS: Final[dict[str, Action]] = {
    action.name: action
    for area in (
        membership,
        accounts,
        charging,
        paying,
        banking,
        contracts,
        community,
        incidents,
        identity,
        telephone,
        steering,
        line_office,
        clock,
    )
    for action in area.ACTIONS
}
