"""Mail that is taken in for members: items, instructions, hand-over, forwarding, storage."""
