"""What a step can do. One module per area; each action declares its fields."""

from typing import Final

from app.simulate.actions import charging, clock, identity, line_office, membership, steering, telephone
from app.simulate.actions.declaration import Action

ACTIONS: Final[dict[str, Action]] = {
    action.name: action
    for area in (charging, membership, identity, telephone, steering, line_office, clock)
    for action in area.ACTIONS
}
