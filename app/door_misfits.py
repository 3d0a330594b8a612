"""What a profile says about doors that does not fit its places or its prices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from coworking.billing import BillingProfile
from coworking.doors import DoorsProfile
from coworking.kit.profile_fields import Misfit, not_among
from coworking.membership import MembershipProfile

DROP_IN: Final = "drop-in"


def door_misfits(
    membership: MembershipProfile, billing: BillingProfile, doors: DoorsProfile
) -> Iterator[Misfit]:
    for name, door in doors.doors.items():
        if door.site not in membership.offices:
            yield not_among(("doors", "doors", name, "site"), membership.offices)
    if DROP_IN in billing.uses and doors.drop_in.extra not in billing.uses:
        yield not_among(("doors", "drop_in", "extra"), billing.uses)
