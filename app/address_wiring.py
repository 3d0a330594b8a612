"""How the registered address is put together with what it hears of memberships."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy.orm import Session

from app.operators import OperatorInForce
from coworking.kit.db import Database
from coworking.kit.events import Subscriptions
from coworking.membership import AddressReleased, MemberEnded, MemberLeaving, OptionDropped
from virtual_office import AddressRules, RefusedUses, RulesOfAddresses
from virtual_office.hearing import hear_ended, hear_leaving, hear_option_dropped, hear_released

E = TypeVar("E")


def rules_of_addresses(operators: Sequence[OperatorInForce], public_url: str) -> RulesOfAddresses:
    rules = {operator.id: address_rules(operator, public_url) for operator in operators}
    return RulesOfAddresses({operator_id: one for operator_id, one in rules.items() if one is not None})


def address_resources(
    database: Database, operators: Sequence[OperatorInForce], public_url: str
) -> Sequence[object]:
    return (rules_of_addresses(operators, public_url), RefusedUses(database))


def address_rules(operator: OperatorInForce, public_url: str) -> AddressRules | None:
    """None where no address is lent."""
    profile = operator.profile
    if profile.registered_address is None:
        return None
    return AddressRules(
        profile.registered_address,
        profile.membership,
        operator.calendar,
        profile.name,
        profile.title,
        public_url,
    )


def hear_of_addresses(
    subscriptions: Subscriptions, operators: Mapping[int, OperatorInForce], public_url: str
) -> None:
    """Whoever leaves has an address to see to."""

    def heard_by(act: Callable[[Session, AddressRules, E], None]) -> Callable[[Session, E], None]:
        def hear(session: Session, told: E) -> None:
            rules = address_rules(operators[session.info["operator_id"]], public_url)
            if rules is not None:
                act(session, rules, told)

        return hear

    subscriptions.subscribe(MemberLeaving, heard_by(hear_leaving))
    subscriptions.subscribe(MemberEnded, heard_by(hear_ended))
    subscriptions.subscribe(OptionDropped, heard_by(hear_option_dropped))
    subscriptions.subscribe(AddressReleased, heard_by(hear_released))
