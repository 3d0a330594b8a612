"""What a step can do. One module per area; each action declares its fields."""

from typing import Final

from app.simulate.actions import (
    accounts,
    banking,
    charging,
    clock,
    community,
    contracts,
    doors,
    identity,
    incidents,
    line_office,
    mail,
    membership,
    paying,
    reservations,
    steering,
    telephone,
    virtual_office,
)
from app.simulate.actions.declaration import Action

ACTIONS: Final[dict[str, Action]] = {
    action.name: action
    for area in (
        membership,
        accounts,
        charging,
        paying,
        reservations,
        banking,
        contracts,
        community,
        incidents,
        doors,
        identity,
        virtual_office,
        telephone,
        steering,
        line_office,
        mail,
        clock,
    )
    for action in area.ACTIONS
}
