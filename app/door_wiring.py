"""What doors are given: their rules, the secrets of their codes, and reservations, which they do not import."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.operators import OperatorInForce
from app.reservation_wiring import reserved_times_for_doors
from app.reserving_members import reserving_members
from app.settings import Settings
from coworking.billing import ItemHandedBack
from coworking.doors import (
    Credentials,
    DoorRules,
    DoorSecrets,
    RulesOfDoors,
    take_back,
)
from coworking.kit.events import Subscriptions


def door_resources(settings: Settings, operators: Sequence[OperatorInForce]) -> Sequence[object]:
    secrets = DoorSecrets(
        code_seed=_derived(settings, "codes of doors"), card_key=_derived(settings, "cards of doors")
    )
    return (
        RulesOfDoors(
            {operator.id: rules for operator in operators if (rules := _door_rules(operator)) is not None}
        ),
        reserved_times_for_doors(),
        Credentials(secrets),
        secrets,
        reserving_members(),
    )


def hear_of_doors(subscriptions: Subscriptions) -> None:
    def handed_back(session: Session, told: ItemHandedBack) -> None:
        take_back(session, told)

    subscriptions.subscribe(ItemHandedBack, handed_back)


def _door_rules(operator: OperatorInForce) -> DoorRules | None:
    """An operator without anything to reserve asks nobody to."""
    doors, reservations = operator.profile.doors, operator.reservation_rules()
    if doors is None:
        return None
    if reservations is None:
        return DoorRules(doors, operator.billing_rules())
    return DoorRules(doors, operator.billing_rules(), reservations.must_reserve)


def _derived(settings: Settings, purpose: str) -> bytes:
    """32 bytes of the deployment's own for one purpose."""
    return hmac.digest(settings.secret_key.encode(), purpose.encode(), hashlib.sha256)
