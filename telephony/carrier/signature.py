"""Signatures of the carrier's webhooks (R02), computed here instead of by the SDK.

What is signed (https://www.twilio.com/docs/usage/security#validating-requests): the full URL that the carrier
requested, followed by every form parameter as name and value without any separator, sorted by name; of a name
that is repeated each different value once, sorted. HMAC-SHA1 under the account's auth token, in base64.
A body that is no form is bound by its SHA-256 in the query (`bodySHA256`) and is not itself signed text.
Webhooks signed with a shared key name their algorithm in a header of its own and may use HMAC-SHA256.

Whoever signs may or may not write the URL's port, so both spellings are accepted, as the SDK does. A fragment
(`#rc=2&rp=all`, the carrier's connection overrides) is never requested and so never signed.

The URL given here is always the *configured* public URL with the request's own path and its raw query, never
one that was built from Host or X-Forwarded-* headers, and never a re-encoded one.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

SIGNATURE_HEADER = "X-Twilio-Signature"
SIGNATURE_SETTINGS_HEADER = "X-Twilio-Webhooks-Signature-Settings"
BODY_HASH_PARAMETER = "bodySHA256"

HMAC_SHA1 = "HMAC_SHA1"
HMAC_SHA256 = "HMAC_SHA256"
_DIGESTS = {HMAC_SHA1: "sha1", HMAC_SHA256: "sha256"}
_DEFAULT_PORTS = {"http": 80, "https": 443}

_ORIGIN = re.compile(r"(https?)://([^/?#]+)")
_PORT = re.compile(r":([0-9]*)\Z")

Form = Sequence[tuple[str, str]]
"""Decoded form parameters in the order sent, repeated names included."""


def sign(url: str, form: Form, token: str, *, algorithm: str = HMAC_SHA1) -> str:
    """The signature of exactly this URL (its port as written) and this form, in base64.

    Raises ValueError for an unknown algorithm or a text that UTF-8 cannot hold (a lone surrogate).
    """
    digest = _DIGESTS.get(algorithm)
    if digest is None:
        raise ValueError(f"unknown signature algorithm {algorithm!r}")
    return _signature(url, _signed_form(form), token, digest).decode()


def valid(
    url: str,
    form: Form | None,
    body: bytes,
    tokens: tuple[str, ...],
    header: str | bytes | None,
    *,
    settings: str | bytes | None = None,
) -> bool:
    """Whether `header` signs this request under one of `tokens` (several while a token is being rotated).

    `form` is None when the body is no form: then the body must match `bodySHA256` of the signed query, and
    only an empty body may do without it. `settings` is the value of X-Twilio-Webhooks-Signature-Settings.
    Never raises, whatever a stranger sends: what cannot be checked is not valid. An empty token is never
    valid, for anybody can sign with it. Comparison takes the same time wherever the texts differ.
    """
    try:
        given = header.encode("ascii") if isinstance(header, str) else header
        digest = _DIGESTS.get(_algorithm(settings))
        if not given or digest is None:
            return False
        if form is None:
            if body and not _body_matches(url, body):
                return False
            form = ()
        signed_form = _signed_form(form)
        return any(
            hmac.compare_digest(_signature(spelling, signed_form, token, digest), given)
            for token in ((tokens,) if isinstance(tokens, str) else tokens)
            if token
            for spelling in _port_spellings(url)
        )
    except (TypeError, ValueError):  # ValueError: a URL that is none, a text that is not UTF-8 or not ASCII
        return False


def _signed_form(form: Form) -> bytes:
    values = dict(form)
    if len(values) == len(form):  # no name is repeated: sorting names is twice as fast as sorting pairs
        return "".join([name + values[name] for name in sorted(values)]).encode()
    return "".join([name + value for name, value in sorted(set(form))]).encode()


def _signature(url: str, signed_form: bytes, token: str, digest: str) -> bytes:
    return b64encode(hmac.digest(token.encode(), url.encode() + signed_form, digest))


def _algorithm(settings: str | bytes | None) -> str:
    """The algorithm named by a header such as `key=…,algorithm=HMAC_SHA256`; HMAC-SHA1 if it names none."""
    if not settings:
        return HMAC_SHA1
    text = settings.decode("latin-1") if isinstance(settings, bytes) else settings
    for part in text.split(","):
        name, _, value = part.partition("=")
        if name.strip() == "algorithm" and value.strip():
            return value.strip().upper()
    return HMAC_SHA1


def _body_matches(url: str, body: bytes) -> bool:
    for name, value in parse_qsl(urlsplit(url).query):
        if name == BODY_HASH_PARAMETER:
            return hmac.compare_digest(sha256(body).hexdigest().encode(), value.encode())
    return False


def _port_spellings(url: str) -> tuple[str, ...]:
    """The URL as written first, nearly always the one signed; then with its port added or removed."""
    origin = _ORIGIN.match(url)
    if origin is None:
        return ()
    other = _other_origin(origin[0])
    return (url, other + url[origin.end() :])


@lru_cache(maxsize=64)
def _other_origin(origin: str) -> str:
    scheme, _, authority = origin.partition("://")
    port = _PORT.search(authority)
    if port is None:
        return f"{origin}:{_DEFAULT_PORTS[scheme]}"
    if not port[1] or not 0 < int(port[1]) < 65536:
        raise ValueError("no such port")
    return f"{scheme}://{authority[: port.start()]}"
