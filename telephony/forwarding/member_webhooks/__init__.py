"""Members' own webhooks: what happens on a line is told to an address of the member's."""

from telephony.forwarding.member_webhooks.telling import hear_calls
from telephony.forwarding.member_webhooks.webhook_notices import read_texts

__all__ = ["hear_calls", "read_texts"]
