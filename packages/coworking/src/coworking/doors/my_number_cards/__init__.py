"""My Number Cards: proof by challenge and signature that the card is there, never the individual number (NET-02)."""

from coworking.doors.my_number_cards.authority import AuthorityFiles, CardAuthority, read_authority
from coworking.doors.my_number_cards.challenges import forget_challenges, make_challenge
from coworking.doors.my_number_cards.proofs import Proof, prove_card

__all__ = [
    "AuthorityFiles",
    "CardAuthority",
    "Proof",
    "forget_challenges",
    "make_challenge",
    "prove_card",
    "read_authority",
]
