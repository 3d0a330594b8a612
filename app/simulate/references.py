"""What the steps' names stand for in the product, and back."""

from dataclasses import dataclass, field
from typing import Final

NAMED_KINDS: Final = (
    "member",
    "line",
    "call",
    "event",
    "lost-thing",
    "service-stop",
    "payment",
    "deposit",
    "reservation",
    "lent-thing",
    "mail",
    "voucher",
    "registration",
    "certificate",
    "misuse",
    "door-event",
    "charge",
)


@dataclass(slots=True)
class References:
    """Both directions, by kind of thing. A reference is what the product's API knows the thing by."""

    _by_name: dict[str, dict[str, str]] = field(default_factory=lambda: {kind: {} for kind in NAMED_KINDS})
    _names: dict[str, dict[str, str]] = field(default_factory=lambda: {kind: {} for kind in NAMED_KINDS})

    def enter(self, kind: str, name: str, reference: str) -> None:
        self._by_name[kind][name] = reference
        self._names[kind][reference] = name

    def reference(self, kind: str, name: str) -> str | None:
        return self._by_name[kind].get(name)

    def name(self, kind: str, reference: str) -> str:
        """The scenario's name for it, else the product's own reference."""
        return self._names[kind].get(reference, reference)

    def names(self, kind: str) -> list[str]:
        return list(self._by_name[kind])
