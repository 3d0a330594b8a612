"""Form tokens: a form is accepted only from a page that this service gave to the same browser.

Signed double submit (OWASP CSRF cheat sheet): the browser holds a random visit in a cookie, the page holds an HMAC of
it under the service's secret. A fresh nonce makes every page's token another one. Nothing is stored.
"""

from __future__ import annotations

import hmac
import secrets

VISIT_BYTES = 16
NONCE_BYTES = 8
LONGEST_TOKEN = 128
TOKEN_FIELD = "form_token"  # noqa: S105 (a field's name)
TOKEN_HEADER = "x-form-token"  # noqa: S105 (a header's name)


def new_visit() -> str:
    return secrets.token_urlsafe(VISIT_BYTES)


class FormTokens:
    """Makes and checks form tokens under one secret (at least 16 bytes, the same after a restart)."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("the secret for form tokens needs at least 16 bytes")
        self._secret = secret

    def token(self, visit: str) -> str:
        nonce = secrets.token_urlsafe(NONCE_BYTES)
        return f"{nonce}.{self._digest(nonce, visit)}"

    def matches(self, token: str, visit: str | None) -> bool:
        """Whether the token was made for this visit; in constant time over the digest."""
        if not visit or not token or len(token) > LONGEST_TOKEN:
            return False
        nonce, _, digest = token.partition(".")
        return hmac.compare_digest(digest.encode(), self._digest(nonce, visit).encode())

    def _digest(self, nonce: str, visit: str) -> str:
        return hmac.digest(self._secret, f"form\0{nonce}\0{visit}".encode(), "sha256").hex()
