"""The phone simulator: a wall of phones over the sandbox carrier, for a person with a browser.

Front door: `simulator_routes` mounts the page; the sandbox itself is kept going by its `real_time.run`.
"""

from app.simulator.prices import CallPrice, PriceLine
from app.simulator.routes import Suggestion, simulator_routes

__all__ = ["CallPrice", "PriceLine", "Suggestion", "simulator_routes"]
