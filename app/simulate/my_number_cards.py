"""The My Number Cards of a scenario's people, which a test authority issues."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Final

from coworking.doors.my_number_cards.sandbox_authority import SandboxAuthority, SandboxCard
from coworking.kit.clock import Clock

ISSUERS: Final = "my-number-issuers.pem"
REVOCATIONS: Final = "my-number-revocations.pem"


class PeoplesCards:
    """Each person has one; the authority's list of revocations is always of now."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._authority = SandboxAuthority(clock.now())
        self._cards: dict[str, SandboxCard] = {}
        self._publish()

    def has_card(self, person: str) -> bool:
        return person in self._cards

    def answer(self, person: str, challenge: str) -> dict[str, str]:
        """What the person's card answers to a challenge in Base64, as the API takes it."""
        self._publish()
        if person not in self._cards:
            self._cards[person] = self._authority.issue(person)
        proof = self._cards[person].sign(base64.b64decode(challenge))
        return {
            "challenge": challenge,
            "certificate": base64.b64encode(proof.certificate).decode(),
            "signature": base64.b64encode(proof.signature).decode(),
        }

    def _publish(self) -> None:
        self._authority.write(self._folder / ISSUERS, self._folder / REVOCATIONS, self._clock.now())
