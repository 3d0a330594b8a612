"""Documents that the carrier hosts itself, so that they serve while the application is down."""

from urllib.parse import urlsplit

APOLOGY_PATH = "/fallback/apology.xml"

APOLOGY = """<?xml version="1.0" encoding="UTF-8"?>
<Response>
<Say language="ja-JP">申し訳ございません。ただいま電話をおつなぎできません。しばらくしてから、おかけ直しください。</Say>
<Say language="en-US">We are sorry. Your call cannot be put through right now. Please call again later.</Say>
<Hangup/>
</Response>
""".encode()


def hosted(url: str) -> bytes | None:
    """The document at this address if the carrier itself has it, whatever name the carrier is reached by."""
    return APOLOGY if url.endswith(APOLOGY_PATH) and urlsplit(url).path == APOLOGY_PATH else None
