"""What an action is: its name, its fields, what it makes, and the function that does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.simulate.fields import Field

if TYPE_CHECKING:
    from app.simulate.scenario import Step
    from app.simulate.world import World

Run = Callable[["World", "Step"], str | None]
"""Does the step and returns the product's reference of what came of it, for `as`. Raises Refused."""


@dataclass(frozen=True, slots=True)
class Action:
    """`makes` is the kind of thing that `as` names; of the fields in `one_of` at least one must be given."""

    name: str
    run: Run
    fields: Mapping[str, Field]
    makes: str | None = None
    one_of: tuple[str, ...] = ()


class Refused(Exception):
    """The service refused the step; `code` is stable, `sentence` is what it told the person."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        self.sentence = sentence
        super().__init__(f"{code}: {sentence}")
