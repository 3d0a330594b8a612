"""Words of a scenario's own, where the operator has a list: they stand for the last of the list, the general one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.simulate.scenario import Step


def listed_or_last(step: "Step", field: str, listed: Sequence[str], unknown: str) -> str:
    """What the step says, unless the operator does not know it. A step that is about just that names `unknown`, the
    code of the refusal, and is left as it is."""
    text = step.text(field)
    if text in listed or not listed or step.refused == unknown:
        return text
    return listed[-1]
