"""Spaces that members reserve: who holds which seat when, what it costs, when it is given up."""

from coworking.reservations.letters import read_texts
from coworking.reservations.profile import ReservationsProfile, SpaceKind
from coworking.reservations.reading import ReservedTime, mark_used, reserved_times
from coworking.reservations.releasing import release_closed_site, release_day, release_ended_member
from coworking.reservations.rules import ReservationRules, RulesOfReservations
from coworking.reservations.spaces import enter_spaces
from coworking.reservations.unpaid import charge_once_more

__all__ = [
    "ReservationRules",
    "ReservationsProfile",
    "ReservedTime",
    "RulesOfReservations",
    "SpaceKind",
    "charge_once_more",
    "enter_spaces",
    "mark_used",
    "read_texts",
    "release_closed_site",
    "release_day",
    "release_ended_member",
    "reserved_times",
]
