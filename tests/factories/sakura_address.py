"""The rules of the shipped operator that lends its address."""

from __future__ import annotations

from functools import cache

from app.profiles import Profile, load_profile
from coworking.kit.sealing import FieldKeys
from coworking.membership import MemberRules
from coworking.membership.identity.records import IdentityRules
from virtual_office import AddressRules

KEYS = FieldKeys({"k1": bytes(range(32))})


@cache
def sakura() -> Profile:
    return load_profile("sakura")


def address_rules() -> AddressRules:
    profile = sakura()
    assert profile.registered_address is not None
    return AddressRules(
        profile.registered_address,
        profile.membership,
        profile.calendar(),
        profile.name,
        profile.title,
        "https://rusuban.example.jp",
    )


def identity_rules(**changes: object) -> IdentityRules:
    """With other rules about checks than the profile's."""
    profile = sakura()
    identity = profile.membership.identity.model_copy(update=changes)
    membership = profile.membership.model_copy(update={"identity": identity})
    return IdentityRules(MemberRules(membership, profile.calendar(), title=profile.title), KEYS)
