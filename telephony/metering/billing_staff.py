"""Who may touch money: staff who bill."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from coworking.kit.errors import NotPermitted
from coworking.membership import Staff, Visit

BILLING_ROLES = frozenset({"billing", "administrator"})


def billing_only(visit: Staff) -> Visit:
    if visit.actor.role not in BILLING_ROLES:
        raise NotPermitted
    return visit


BillingStaff = Annotated[Visit, Depends(billing_only, scope="function")]
