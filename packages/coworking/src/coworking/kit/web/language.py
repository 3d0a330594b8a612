"""Which language a request is answered in."""

from __future__ import annotations

from starlette.requests import Request

from coworking.kit.errors import Language
from coworking.kit.web.translations import LANGUAGES

LANGUAGE_COOKIE = "language"
LANGUAGE_PARAMETER = "lang"
FALLBACK_LANGUAGE: Language = "ja"
LONGEST_ACCEPT_LANGUAGE = 200  # characters that are looked at


def choose_language(request: Request) -> Language:
    """`?lang=`, then the cookie of an earlier choice, then the browser's wish, then Japanese."""
    for wish in (request.query_params.get(LANGUAGE_PARAMETER), request.cookies.get(LANGUAGE_COOKIE)):
        for language in LANGUAGES:
            if wish == language:
                return language
    return preferred_language(request.headers.get("accept-language", ""))


def preferred_language(accept_language: str) -> Language:
    """The best of ours in an Accept-Language header (RFC 9110, 12.5.4); Japanese when it names none of ours."""
    best: Language = FALLBACK_LANGUAGE
    best_weight = 0.0
    for part in accept_language[:LONGEST_ACCEPT_LANGUAGE].split(","):
        tag, _, parameters = part.strip().partition(";")
        weight = _weight(parameters)
        for language in LANGUAGES:
            if tag.partition("-")[0].lower() == language and weight > best_weight:
                best, best_weight = language, weight
    return best


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
