"""The registered address: agreements, declarations and proofs, certificates, exit cases."""

from virtual_office.days import ask_for_proofs
from virtual_office.letters import read_texts
from virtual_office.misuses import RefusedUses
from virtual_office.profile import RegisteredAddressProfile
from virtual_office.rules import AddressRules, RulesOfAddresses

__all__ = [
    "AddressRules",
    "RefusedUses",
    "RegisteredAddressProfile",
    "RulesOfAddresses",
    "ask_for_proofs",
    "read_texts",
]
