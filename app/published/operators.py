"""The operators of the deployment by name, as public addresses call them."""

from __future__ import annotations

from collections.abc import Iterable

from app.operators import OperatorInForce
from coworking.kit.errors import NotFound


class OperatorsByName(dict[str, OperatorInForce]):
    @classmethod
    def of(cls, operators: Iterable[OperatorInForce]) -> OperatorsByName:
        return cls({operator.profile.name: operator for operator in operators})

    def named(self, name: str) -> OperatorInForce:
        """Raises `NotFound`."""
        try:
            return self[name]
        except KeyError:
            raise NotFound from None
