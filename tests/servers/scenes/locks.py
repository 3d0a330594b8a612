"""Scenes of what opens doors."""

from __future__ import annotations

from tests.servers import locks
from tests.servers.task_house import Scenes

SCENES: Scenes = {
    "doors.look-up-unlock": (locks.queue_look, lambda _, session: locks.is_open(session)),
    "doors.send-unlock": (locks.queue_sending, lambda _, session: locks.is_open(session)),
}
