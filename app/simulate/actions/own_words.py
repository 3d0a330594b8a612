"""Words of a scenario's own, where the operator has a list."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.simulate.scenario import Step


def brand_name(text: str) -> str:
    """As operators list brands: `LINE Pay` is `line-pay`."""
    return "-".join(text.lower().split())


def listed_or_last(step: "Step", field: str, listed: Sequence[str], unknown: str) -> str:
    """What the step says; what the operator does not know stands for the last of the list, the general one. A step
    that is about just that names `unknown`, the code of the refusal, and is left as it is."""
    text = step.text(field)
    if text in listed or not listed or step.refused == unknown:
        return text
    return listed[-1]
