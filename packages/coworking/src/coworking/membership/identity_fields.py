"""What an operator's profile says about checks of identity."""

from typing import Annotated

from pydantic import Field

from coworking.kit.profile_fields import Table


class IdentityChecks(Table):
    """How members' identity is confirmed, beyond what the law says."""

    four_eyes: bool = False
    """Who approves a record is another than who checked it."""
    address_letter_always: bool = False
    """A letter with a code goes to every address, not only where the way of the check asks for one."""
    letter_days: Annotated[int, Field(ge=1, le=90)] = 30
    """How long the code of such a letter can be used."""
    repeat_years: Annotated[int, Field(ge=1, le=10)] | None = None
    """A check is repeated after so many years; None: when its paper expires only."""
    expires_after_days: Annotated[int, Field(ge=0, le=365)] | None = None
    """So many days after a repeat check was due the old one counts no more; None: it goes on counting."""
