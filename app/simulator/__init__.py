"""The phone simulator: a wall of phones over the sandbox carrier, for a person with a browser.

Front door: `simulator_routes` mounts the page; `PacedClock` and `keep_pace` run the sandbox in real time or faster.
"""

from app.simulator.pacing import PacedClock, keep_pace
from app.simulator.prices import CallPrice, PriceLine
from app.simulator.routes import Suggestion, simulator_routes

__all__ = ["CallPrice", "PacedClock", "PriceLine", "Suggestion", "keep_pace", "simulator_routes"]
