"""What a profile says about its address that does not fit its members."""

from __future__ import annotations

from collections.abc import Iterator

from coworking.kit.profile_fields import Misfit, not_among
from coworking.membership import MembershipProfile
from virtual_office import RegisteredAddressProfile


def address_misfits(membership: MembershipProfile, address: RegisteredAddressProfile) -> Iterator[Misfit]:
    for office in address.addresses:
        if office not in membership.offices:
            yield not_among(("registered_address", "addresses", office), membership.offices)
    for name, use in address.uses.items():
        if use.option not in membership.options:
            yield not_among(("registered_address", "uses", name, "option"), membership.options)
