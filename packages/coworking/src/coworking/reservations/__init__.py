"""Spaces and who has them when: reservations with one live holder of a slot."""
