"""States of lines and numbers, as staff read them."""

from __future__ import annotations

from coworking.kit.web.translations import translatable

LINE_STATES = {
    "pending": translatable("To begin"),
    "active": translatable("In use"),
    "suspended": translatable("Suspended"),
    "ending": translatable("Under notice"),
    "ended": translatable("Ended"),
}
LINE_TONES = {"pending": "ring", "active": "on", "suspended": "miss", "ending": "warn", "ended": "off"}
NUMBER_STATES = {
    "available": translatable("Free"),
    "reserved": translatable("Reserved"),
    "assigned": translatable("Lent"),
    "quarantined": translatable("In quarantine"),
    "control": translatable("For steering"),
    "porting-in": translatable("Coming from another carrier"),
    "releasing": translatable("Being given back"),
    "released": translatable("Given back"),
    "ported-out": translatable("Gone to another carrier"),
}
EVIDENCE_KINDS = {
    "company-register": translatable("Company register"),
    "resident-record": translatable("Resident record"),
    "lease": translatable("Lease"),
    "utility-bill": translatable("Utility bill"),
    "other": translatable("Other paper"),
}
