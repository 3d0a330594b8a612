"""What the address hears of memberships, in the session that tells it; wired by the application."""

from __future__ import annotations

from sqlalchemy.orm import Session

from coworking.membership import AddressReleased, MemberEnded, MemberLeaving, OptionDropped
from virtual_office.exit_cases import hear_moved, open_case
from virtual_office.registrations import end_registrations, live_registration
from virtual_office.rules import AddressRules


def hear_leaving(session: Session, rules: AddressRules, told: MemberLeaving) -> None:
    open_case(session, rules, told.member_id, "leaving", told.ends_on, now=told.at)


def hear_ended(session: Session, rules: AddressRules, told: MemberEnded) -> None:
    """Withdrawal ends the use of the address by itself (SAK-13); what is in the registry stays until it is proven to
    have moved (SAK-14)."""
    open_case(session, rules, told.member_id, "ended", told.ends_on, now=told.at)
    by_itself = [name for name, use in rules.profile.uses.items() if use.kind != "company"]
    end_registrations(session, told.member_id, by_itself, told.ends_on, actor="task", now=told.at)


def hear_option_dropped(session: Session, rules: AddressRules, told: OptionDropped) -> None:
    """Who drops what the address is registered by has to move it."""
    uses = [name for name, use in rules.profile.uses.items() if use.option == told.option]
    if any(live_registration(session, told.member_id, use) is not None for use in uses):
        open_case(session, rules, told.member_id, "option-dropped", told.ends_on, now=told.at)


def hear_released(session: Session, rules: AddressRules, told: AddressReleased) -> None:
    hear_moved(session, rules, told.member_id, told.released_on, now=told.at)
