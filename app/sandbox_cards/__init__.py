"""The page of the card sandbox: what a card provider shows to a member who registers a card.

Mounted for operators whose provider is the sandbox on this machine. As at a real provider there is no sign-in in front
of it; who knows the address of a page that waits can enter one of the sandbox's cards, none of which is anybody's.
"""

from app.sandbox_cards.routes import sandbox_card_routes

__all__ = ["sandbox_card_routes"]
