"""What the page of sandbox doors calls what is on record."""

from __future__ import annotations

from coworking.doors.locks.sandbox_lock import Behaviour
from coworking.kit.web.translations import translatable

BEHAVIOURS = {
    Behaviour.OPENS: translatable("Opens"),
    Behaviour.REFUSES: translatable("Refuses"),
    Behaviour.SILENT: translatable("Does not answer"),
}
ACTS = {
    "check-in": translatable("Check-in"),
    "unlock": translatable("Unlock"),
    "check-out": translatable("Check-out"),
    "seen": translatable("Seen by staff"),
}
MEANS = {
    "app": translatable("app"),
    "entrance-code": translatable("entrance QR"),
    "qr": translatable("member's QR"),
    "card": translatable("card"),
    "my-number": translatable("My Number Card"),
    "reception": translatable("reception"),
}
COMMANDS = {
    "queued": translatable("waiting for the lock"),
    "sent": translatable("lock asked"),
    "opened": translatable("lock opened"),
    "refused": translatable("lock refused"),
    "unknown": translatable("lock did not say"),
    "expired": translatable("too late"),
}
REASONS = {
    "membership-not-active": translatable("membership not active"),
    "closed": translatable("place closed"),
    "outside-plan-hours": translatable("outside the plan's hours"),
    "reservation-required": translatable("no reservation"),
    "reservation-unpaid": translatable("reservation not paid"),
    "card-required": translatable("no payment card registered"),
    "already-inside": translatable("checked in already"),
    "not-checked-in": translatable("not checked in"),
    "means-not-offered": translatable("does not open this door"),
    "qr-invalid": translatable("QR not valid"),
    "qr-expired": translatable("QR has run out"),
    "qr-used": translatable("QR used already"),
    "card-unknown": translatable("card not known"),
    "card-blocked": translatable("card reported lost"),
    "challenge-over": translatable("reading took too long"),
    "certificate-unreadable": translatable("certificate cannot be read"),
    "certificate-other-authority": translatable("certificate of another authority"),
    "certificate-expired": translatable("certificate not valid now"),
    "certificate-revoked": translatable("certificate revoked"),
    "revocations-old": translatable("revocations cannot be checked"),
    "card-not-linked": translatable("card linked to no member"),
    "signature-wrong": translatable("signature not right"),
    "card-number-refused": translatable("certificate with the individual number"),
    "no-entry": translatable("no entry on record"),
    "forgotten-exit": translatable("exit forgotten"),
    "lets-in-others": translatable("let others in"),
    "lends-account": translatable("lent the account"),
}
"""By the code of a refusal, or of what was odd about what was let through."""
