"""The door simulator: doors with sandbox locks, for a person with a browser to see them open."""

from app.door_simulator.routes import DOOR_SIMULATOR_PATH, door_simulator_routes, simulated_operators

__all__ = ["DOOR_SIMULATOR_PATH", "door_simulator_routes", "simulated_operators"]
