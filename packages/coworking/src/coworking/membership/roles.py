"""What each role may do, in one place.

Members and representatives act for themselves only, by `Visit.require_member`. All staff see everything of their
operator and serve members; what decides over persons, money or other staff takes a right of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from coworking.membership.models import ROLES


class Right(StrEnum):
    SERVE = "serve"
    """See what is the operator's, enter and hand out what members ask for."""
    PERSONS = "persons"
    """Decide who is a member: approve, refuse, limit, strike, confirm an identity."""
    MONEY = "money"
    """Decide what is owed or paid: charges, invoices, payments, reversals, purchases."""
    STAFF = "staff"
    """Invite, change and remove accounts of staff."""


RIGHTS: Mapping[str, frozenset[Right]] = {
    "member": frozenset(),
    "company-representative": frozenset(),
    "reception": frozenset({Right.SERVE, Right.PERSONS}),
    "billing": frozenset({Right.SERVE, Right.MONEY}),
    "administrator": frozenset(Right),
}

STAFF_ROLES = frozenset(role for role in ROLES if Right.SERVE in RIGHTS[role])
