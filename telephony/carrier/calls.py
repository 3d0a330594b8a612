"""The words a carrier uses of calls: their status, direction, identifiers and parties."""

import re
from collections.abc import Callable
from enum import StrEnum

CALL_ID = re.compile(r"CA[0-9a-fA-F]{32}")
ACCOUNT_ID = re.compile(r"AC[0-9a-fA-F]{32}")
NUMBER_ID = re.compile(r"PN[0-9a-fA-F]{32}")
RECORDING_ID = re.compile(r"RE[0-9a-fA-F]{32}")

PARTY_LIMIT = 256
"""Characters of a SIP address or client name."""

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_ADDRESS = re.compile(r"(?:(sips?|client|sim):)?([^\s<>\"@:]+)(?:@([^\s<>\"@]+))?", re.IGNORECASE)

# Words typed on a telephone's keys, as carriers pass them where they cannot pass letters: anonymous,
# restricted (twice: some write 7378742883 for what the keys give as 7378742833), unavailable, blocked and
# unknown. They occur with and without a country code of 1.
_KEYED_WORDS = re.compile(r"\+?1?(?:266696687|7378742833|7378742883|86282452253|2562533|8656696)")
_WITHHELD_USERS = frozenset(
    {"anonymous", "restricted", "unavailable", "blocked", "unknown", "private", "withheld"}
)


class CallStatus(StrEnum):
    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    ANSWERED = (
        "answered"  # of a dialled leg only, in the document's action: it was picked up and ended by a verb
    )
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        return self in _ENDED


_ENDED = frozenset(
    {CallStatus.COMPLETED, CallStatus.BUSY, CallStatus.NO_ANSWER, CallStatus.CANCELED, CallStatus.FAILED}
)


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND_API = "outbound-api"
    OUTBOUND_DIAL = "outbound-dial"


def party(text: str) -> str | None:
    """A caller or called party: an E.164 number, a SIP or client address, or None if it is withheld.

    Withheld in every spelling that carriers use: words (`anonymous`, `Restricted`), such words typed on a
    telephone's keys (`+266696687`), an anonymous SIP address (RFC 3323, 4.1.1.3), nothing at all, and digits
    that cannot be a number to call back. Raises ValueError for a text that is none of these.
    """
    if _E164.fullmatch(text):
        return None if _KEYED_WORDS.fullmatch(text) else text
    bare = text.strip()
    if len(bare) > PARTY_LIMIT:
        raise ValueError("too long for a party of a call")
    address = _ADDRESS.fullmatch(bare)
    scheme, user, host = address.groups() if address else (None, None, None)
    if user is not None and (scheme or host):
        withheld = user.lower() in _WITHHELD_USERS or (host or "").lower().startswith("anonymous.invalid")
        return None if withheld else bare
    if _has(str.isalpha, bare) and _has(str.isdigit, bare):
        raise ValueError("neither a number nor an address")
    return None


def _has(kind: Callable[[str], bool], text: str) -> bool:
    return any(map(kind, text))
