"""The sandbox of a card provider for tests, with a member's card registered."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from coworking.billing.cards.models import Card, CardCustomer
from coworking.billing.cards.sandbox_cards import SandboxCard, SandboxCards
from coworking.kit.clock import Clock
from coworking.membership.models import Member
from tests.factories.membership import NOW

SECRET = "whsec_of_tests"


@dataclass
class Messages:
    """What the sandbox told, in its order: body and signature."""

    told: list[tuple[bytes, str]] = field(default_factory=list)

    def tell(self, body: bytes, signature: str) -> None:
        self.told.append((body, signature))


def sandbox_cards(clock: Clock, messages: Messages | None = None) -> SandboxCards:
    told = messages or Messages()
    return SandboxCards(
        clock=clock, webhook_secret=SECRET, pages="http://localhost:8000/sandbox-cards/1", tell=told.tell
    )


def make_card(
    session: Session, cards: SandboxCards, member: Member, card: SandboxCard = SandboxCard.OK
) -> Card:
    """A registered card that does what the sandbox's cards of this kind do."""
    customer = cards.open_customer(key=f"member-{member.id}", email=member.person.email)
    if session.get(CardCustomer, member.id) is None:
        session.add(CardCustomer(member_id=member.id, operator_id=member.operator_id, reference=customer))
    row = Card(
        operator_id=member.operator_id,
        member_id=member.id,
        method=f"pm_{card}",
        brand="visa",
        last_four="4242",
        expires="2099-12",
        registered_at=NOW,
    )
    session.add(row)
    session.flush()
    return row
