"""What an operator publishes: its price list and its terms, each version with its date, for anybody (NEX-29)."""

from app.published.operators import OperatorsByName
from app.published.routes import published_routes

__all__ = ["OperatorsByName", "published_routes"]
