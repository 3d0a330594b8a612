"""What the Twilio adapter has to be told."""

from dataclasses import dataclass, field

from telephony.carrier.calls import ACCOUNT_ID

TWILIO_URL = "https://api.twilio.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioSettings:
    """`base_url` is Twilio's own or a sandbox's. Of a region's or edge's host, give that host."""

    account_sid: str
    auth_token: str = field(repr=False)
    base_url: str = TWILIO_URL
    connect_timeout_seconds: float = 3.0
    read_timeout_seconds: float = 15.0
    calls_per_second: float = 1.0

    def __post_init__(self) -> None:
        if not ACCOUNT_ID.fullmatch(self.account_sid):
            raise ValueError("account_sid: AC and 32 hexadecimal digits")
        if not self.auth_token:
            raise ValueError("auth_token: must not be empty")
        if not self.base_url.startswith(("https://", "http://")):
            raise ValueError("base_url: must begin with https:// or http://")
        if min(self.connect_timeout_seconds, self.read_timeout_seconds, self.calls_per_second) <= 0:
            raise ValueError("timeouts and calls_per_second: must be over 0")
