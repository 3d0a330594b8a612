"""What an operator's profile says about lending its address. Pure data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from coworking.kit.profile_fields import Bilingual, Misfit, Name, Table, Words


class AddressUse(Table):
    """What a member may do with the address who has this option, in the plan or beside it."""

    kind: Literal["mail", "sole-trader", "company"]
    """`mail` needs no declaration; `company` is declared beforehand and proven by the registry; `sole-trader` is
    declared."""
    title: Bilingual
    option: Name


class ExitStep(Table):
    """What has to be seen to when a member leaves."""

    kind: Literal["registration-moved", "confirmed"]
    """`registration-moved` stands on the list of who has a registration here; its proof ends the fees that go on."""
    title: Bilingual


class RegisteredAddressProfile(Table):
    """[registered_address]"""

    addresses: Annotated[Mapping[Name, Bilingual], Field(min_length=1)]
    """By office: the address as certificates show it."""
    uses: Annotated[Mapping[Name, AddressUse], Field(min_length=1)]
    exit_steps: Annotated[Mapping[Name, ExitStep], Field(min_length=1)]
    proof_days: Annotated[int, Field(ge=1, le=365)] = 30
    """A declared registration is to be proven within so many days; then its member and staff are told."""
    certificate_days: Annotated[int, Field(ge=1, le=3_650)] | None = None
    """A certificate can be checked for so many days; None: while the use stands."""

    def misfits(self) -> Iterator[Misfit]:
        companies = [name for name, use in self.uses.items() if use.kind == "company"]
        for name in companies[1:]:
            yield Misfit(
                ("uses", name, "kind"),
                Words("company は一つだけです", "is the second use of this kind"),
                Words("ほかの使い方は mail か sole-trader", "mail or sole-trader"),
            )
        moved = [name for name, step in self.exit_steps.items() if step.kind == "registration-moved"]
        for name in moved[1:]:
            yield Misfit(
                ("exit_steps", name, "kind"),
                Words("registration-moved は一つだけです", "is the second step of this kind"),
                Words('"confirmed"', '"confirmed"'),
            )
