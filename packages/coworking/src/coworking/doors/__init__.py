"""Who is let in, by what, and who is there now: credentials, decisions, visits, locks."""

from coworking.doors.cards import take_back
from coworking.doors.codes import CodeSigner, read_entrance_code, read_member_qr, require_valid
from coworking.doors.credentials import Credentials, card_shown, forget_used_qrs, use_qr
from coworking.doors.decisions import EntryFacts, refusal_of
from coworking.doors.door_log import Attempt
from coworking.doors.entering import Outcome, check_in, refuse_unknown, unlock
from coworking.doors.errors import EntryRefused
from coworking.doors.events import VisitBegun, VisitEnded
from coworking.doors.leaving import check_out, close_visits
from coworking.doors.profile import DoorsProfile, Means
from coworking.doors.rules import DoorRules, DoorSecrets, ReservedTime, ReservedTimes, RulesOfDoors

__all__ = [
    "Attempt",
    "CodeSigner",
    "Credentials",
    "DoorRules",
    "DoorSecrets",
    "DoorsProfile",
    "EntryFacts",
    "EntryRefused",
    "Means",
    "Outcome",
    "ReservedTime",
    "ReservedTimes",
    "RulesOfDoors",
    "VisitBegun",
    "VisitEnded",
    "card_shown",
    "check_in",
    "check_out",
    "close_visits",
    "forget_used_qrs",
    "read_entrance_code",
    "read_member_qr",
    "refusal_of",
    "refuse_unknown",
    "require_valid",
    "take_back",
    "unlock",
    "use_qr",
]
