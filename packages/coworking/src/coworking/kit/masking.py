"""What must not be read in logs, errors and messages, made unreadable (R30).

Telephone numbers keep their first and last digits. PINs, one-time codes, passwords, tokens, keys
and the addresses of recordings leave nothing. Too much masked is an annoyance, too little a leak:
in doubt it is masked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

from coworking.kit.phone import PhoneNumber

MASK: Final = "***"
CUT: Final = "[cut]"
LONGEST_TEXT = 20_000
DEEPEST = 8


def mask_facts(facts: Mapping[Any, Any]) -> dict[str, Any]:
    """The facts with keys and values masked, by their names and by what they look like, however deep.

    What is left can be written as JSON: objects become their masked repr, what is deeper than DEEPEST is cut.
    """
    return {mask_text(str(key)): _mask_value(str(key), value, 0) for key, value in facts.items()}


def mask_text(text: str) -> str:
    """Running text (a message, a traceback, a request line) masked and cut to LONGEST_TEXT characters."""
    if len(text) > LONGEST_TEXT:
        # Half a number at the cut would be readable: the last word goes as well.
        text = text[:LONGEST_TEXT].rpartition(" ")[0] + CUT
    text = _RECORDING_URL.sub("[recording]", text)
    text = _RECORDING_PATH.sub("/[recording]", text)
    text = _URL_PASSWORD.sub(rf"\1{MASK}@", text)
    text = _BEARER.sub(rf"\1 {MASK}", text)
    text = _JSON_WEB_TOKEN.sub(MASK, text)
    text = _OWN_TOKEN.sub(MASK, text)
    text = _SPOKEN_SECRET.sub(rf"\1{MASK}", text)
    text = _mask_named(text)
    return _PHONE.sub(_mask_phone, text)


# --- by the name of a key

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SECRETS = """
    pin pins otp digits password passwords passwd passphrase passcode token tokens secret secrets jwt
    session cookie cookies authorization signature apikey credential credentials
"""
_SECRET_WORDS = frozenset(_SECRETS.split())
_SECRET_PAIRS = frozenset(
    [(first, "key") for first in ("api", "private", "access", "signing", "encryption")]
    + [
        (first, code)
        for first in ("confirmation", "verification", "recovery", "backup", "auth", "login", "time", "sms")
        for code in ("code", "codes")
    ]
    + [("recording", "url"), ("recording", "address")]
)
_CODE_KEYS = frozenset([("code",), ("codes",)])
# Where a key is `code` alone: a stable error code or a short number such as an HTTP status is no secret.
_HARMLESS_CODE = re.compile(r"[a-z]+(-[a-z0-9]+)*|[0-9]{1,3}")
_PHONE_WORDS = frozenset(["phone", "phones", "caller", "called", "callee", "destination", "msisdn", "tel"])
_PHONE_KEYS = frozenset([("number",), ("numbers",), ("from",), ("to",)])
_FEWEST_PHONE_DIGITS = 7
_FEWEST_NATIONAL_DIGITS = 10
_SHORTEST_BARE_PHONE = 10**9


def _words(key: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(key))


def _is_secret(words: tuple[str, ...], value: str) -> bool:
    if value in {"", "None", "null", MASK}:
        return False
    if words in _CODE_KEYS:
        return _HARMLESS_CODE.fullmatch(value) is None
    return not _SECRET_WORDS.isdisjoint(words) or not _SECRET_PAIRS.isdisjoint(pairwise(words))


def _mask_value(key: str, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    words = _words(key)
    if isinstance(value, str | int | float | bytes):
        return MASK if _is_secret(words, str(value)) else _mask_scalar(words, value)
    if isinstance(value, PhoneNumber):
        return value.masked
    if not isinstance(value, Mapping | list | tuple | set | frozenset):
        return MASK if _is_secret(words, "object") else _mask_object(value)
    return CUT if depth >= DEEPEST else _mask_collection(key, value, depth + 1)


def _mask_scalar(words: tuple[str, ...], value: str | float | bytes) -> str | float:
    if isinstance(value, bytes):
        return _mask_string(words, value.decode("utf-8", "backslashreplace"))
    if isinstance(value, str):
        return _mask_string(words, value)
    if abs(value) < _SHORTEST_BARE_PHONE:
        return value
    masked = _mask_string(words, str(value))
    return value if masked == str(value) else masked


def _mask_collection(key: str, values: Any, depth: int) -> Any:
    # `pin: [...]` and `secrets: {...}` hand their name down to what they hold.
    outer = f"{key} " if _is_secret(_words(key), "object") and _words(key) not in _CODE_KEYS else ""
    if isinstance(values, Mapping):
        return {
            mask_text(str(name)): _mask_value(f"{outer}{name}", value, depth)
            for name, value in values.items()
        }
    if isinstance(values, tuple) and len(values) == 2 and isinstance(values[0], str | bytes):
        # A form field or a header is often such a pair: ("Digits", "1234"), (b"authorization", b"...").
        name = values[0].decode("latin-1") if isinstance(values[0], bytes) else values[0]
        return [_mask_value(key, name, depth), _mask_value(f"{outer}{name}", values[1], depth)]
    return [_mask_value(key, value, depth) for value in values]


def _mask_object(value: object) -> str:
    try:
        return mask_text(repr(value))
    except Exception as error:  # a log must not fail for the object that it shows
        return f"[{type(value).__name__}: {type(error).__name__}]"


def _mask_string(words: tuple[str, ...], text: str) -> str:
    names_a_phone = words in _PHONE_KEYS or not _PHONE_WORDS.isdisjoint(words)
    if (
        names_a_phone
        and sum(character.isdigit() for character in text) >= _FEWEST_PHONE_DIGITS
        and _ONLY_PHONE.fullmatch(text)
        and not _DATE.match(text)
    ):
        return _mask_digits(text)
    return mask_text(text)


# --- in running text

_RECORDING_URL = re.compile(
    r"https?://[^\s\"'<>]{0,400}?(?:recording|voicemail|\.(?:mp3|wav|ogg|m4a)\b)[^\s\"'<>]*", re.IGNORECASE
)
_RECORDING_PATH = re.compile(
    r"(?:/|%2F)(?:recordings?|voicemails?)(?:/|%2F)(?=[^\s\"'<>]{0,200}[0-9])[^\s\"'<>]+", re.IGNORECASE
)
_URL_PASSWORD = re.compile(r"(://[^/\s:@\"']*:)[^@\s/\"']+@")
_BEARER = re.compile(r"\b(bearer|basic(?=\s+\S*[0-9=]))\s+[A-Za-z0-9._~+/=-]{4,}", re.IGNORECASE)
_OWN_TOKEN = re.compile(r"\br[a-z]{2}_[1-9][0-9]{0,8}_[A-Za-z0-9_-]{43}")
"""Of a sign-in, a mailed link, a calendar: they stand in addresses."""
_JSON_WEB_TOKEN = re.compile(r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?")
_SPOKEN_SECRET = re.compile(
    r"((?:\b(?:pin|passcode|password|one-time code)\b|暗証番号|確認コード|認証コード|パスワード)\D{1,12}?)"
    r"\d{4,10}(?!\d)",
    re.IGNORECASE,
)
# name=value, name: value, "name": "value", ("name", "value"); a quoted value ends at its quote.
_NAMED = re.compile(
    r"""(?P<name>(?<![A-Za-z0-9_-])[A-Za-z][A-Za-z0-9_-]{1,40})"""
    r"""(?P<between>\\?["']?\s*(?:=|:(?!//)|,(?=\s*b?["']))\s*b?)"""
    r"""(?:(?P<quote>\\?["'])(?P<quoted>.*?)(?P=quote)|(?P<bare>[^\s"'&,;(){}\[\]<>\\]+))"""
)

# What people write between the digits of a number: all that `coworking.kit.phone` reads over.
_GAP = (
    r"(?:[-.()\[\]~ \t\u00a0\u00ad\u02d7\u058a\u05be\u1400\u1680\u1806\u2000-\u2015\u202a-\u202f\u2043\u2053"
    r"\u205f-\u2064\u2066-\u2069\u2212\u223c\u2500\u2501\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d\u3000\u3010\u3011"
    r"\u3014\u3015\u301c\u3030\u30a0\u30fc\ufe31\ufe32\ufe58-\ufe5a\ufe63\ufeff\uff08\uff09\uff0d\uff0e\uff3b\uff3d"
    r"\uff5e\uff70\U00010d6e\U00010ead]|%20)"
)
_PLUS = r"(?:[+＋﹢]|%(?:25)*2[Bb])"
_PHONE = re.compile(
    # any country: +81 90-1234-5678, %2B819012345678, 010-44-20-7946-0958
    rf"(?:{_PLUS}{_GAP}{{0,2}}[1-9１-９]|(?<![0-9A-Fa-f])[0０][1１][0０])(?:{_GAP}{{0,3}}\d){{6,15}}(?!\d)"
    # a leading 0, in one run: 09012345678; not within the carrier's identifiers (hexadecimal), no fraction
    r"|(?:(?<![0-9A-Fa-f])(?<![0-9]\.)|(?<=%[0-9A-F]{2}))[0０]\d{9,13}(?![0-9A-Fa-f])"
    # a leading 0, in groups: 090-1234-5678, (03)1234-5678
    rf"|(?<!\d)[0０]\d{{1,4}}{_GAP}{{1,3}}\d{{1,5}}{_GAP}{{0,3}}\d{{3,5}}(?:{_GAP}\d{{1,4}})?(?!\d)"
    # a + that was lost: 819012345678
    rf"|(?<![0-9A-Fa-f])81{_GAP}?[1-9](?:{_GAP}?\d){{8,9}}(?![0-9A-Fa-f])"
)
_ONLY_PHONE = re.compile(rf"(?:sips?:|tel:)?{_PLUS}?(?:\d|{_GAP})+(?:@\S*)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ESCAPE = re.compile(r"%(?:25)*(?:2[Bb]|20)")


def _mask_named(text: str) -> str:
    parts: list[str] = []
    at = 0
    while match := _NAMED.search(text, at):
        group = "bare" if match["quoted"] is None else "quoted"
        if _is_secret(_words(match["name"]), match[group]):
            parts += [text[at : match.start(group)], MASK]
            at = match.end(group)
        else:
            # The value may hold a name of its own: `Error: token=…`.
            parts.append(text[at : match.end("name")])
            at = match.end("name")
    return "".join([*parts, text[at:]])


def _mask_phone(match: re.Match[str]) -> str:
    # Groups after a 0 with fewer digits are dates and the like, not a whole number.
    digits = sum(character.isdigit() for character in match[0])
    return match[0] if digits < _FEWEST_NATIONAL_DIGITS and match[0][0] in "0０" else _mask_digits(match[0])


def _mask_digits(text: str) -> str:
    """ "+8145*****67", "045*****67": at least five digits are hidden."""
    has_plus = re.search(_PLUS, text) is not None
    digits = "".join(character for character in _ESCAPE.sub("", text) if character.isdigit())
    shown = max(0, min(4 if has_plus else 3, len(digits) - 7))
    return f"{'+' if has_plus else ''}{digits[:shown]}{'*' * (len(digits) - shown - 2)}{digits[-2:]}"
